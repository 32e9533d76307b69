"""The data base of people and exercises: SQLite by default, PostgreSQL where it is wanted.

A commit is on the disk when `PortalStore.writing` ends. SQLite takes one writer at a time, so
writers of this process queue for a lock and begin with ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from bachang.journal import driver_address

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_S = 10


class PortalStore:
    """Connections to the data base, whose tables are brought up to date first.

    Args:
        address: SQLAlchemy address, ``sqlite:///FILE`` or ``postgresql://…``.

    Raises:
        ConnectionError: the data base does not answer; the text says what to do.
    """

    def __init__(self, address: str) -> None:
        self.engine = _engine(driver_address(address))
        self._writer = self.engine.execution_options(writing=True)
        self._writing = threading.Lock()
        try:
            with self._writer.begin() as connection:
                migrate(connection)
        except OperationalError as error:
            raise ConnectionError(
                f"the portal's data base does not answer ({error.orig}): check its address, that "
                "it runs, and that the disk has room"
            ) from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all or nothing, durable when the block has ended."""
        lock = self._writing if self.sqlite else contextlib.nullcontext()
        with lock, self._writer.begin() as connection:
            yield connection

    @property
    def sqlite(self) -> bool:
        """Whether this is the embedded data base."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def migrate(connection: Connection) -> None:
    """Bring the tables up to date within the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(address: str) -> Engine:
    if not address.startswith("sqlite"):
        return create_engine(address, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_engine(address, connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction control commits at the wrong moments; see _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
