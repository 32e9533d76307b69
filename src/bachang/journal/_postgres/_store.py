"""Events in PostgreSQL.

A commit is on the server's disk when it returns (``synchronous_commit``), and commits are grouped
(`Group`). What is new goes in by one statement for all that wait; only where something was there
already is each append looked at by itself. A server that is restarted is waited for: appending is
idempotent, so a commit whose outcome was not told is simply done again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bachang.journal._error import ConflictError, StoreError
from bachang.journal._event import Event
from bachang.journal._group import Group, Ticket
from bachang.journal._postgres._address import driver_address
from bachang.journal._postgres._text import kept, read
from bachang.journal._row import COLUMNS, conflict, event_of, row_of
from bachang.journal._store import Store

_MIGRATIONS = Path(__file__).parent / "migrations"
_TYPES = ("text", "int", "bigint", "float8", "float8", "text", "text", "text", "text")
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in _TYPES)
_INSERT = (
    f"INSERT INTO event ({COLUMNS}) SELECT * FROM unnest({_ARRAYS}) "  # noqa: S608
    "ON CONFLICT DO NOTHING"
)
_SAME = f"SELECT {COLUMNS} FROM event WHERE sandbox = %s AND epoch = %s AND sequence = %s"  # noqa: S608
_IN_TURN = "SELECT pg_advisory_xact_lock(7126358)"
"""Two portals that start at the same moment migrate one after the other."""
_PAUSE_S = 0.25
_REMEDIES = {
    "53100": "its disk is full; make room, then try again",
    "53200": "its server has no memory left; give it more",
    "25006": "it is read-only; name the primary server",
    "42501": "this account may not write there; grant it the right to",
    "42P01": "it has no table of events (any more); restore a copy",
}


class PostgresStore(Store):
    """A store in a PostgreSQL data base; its table is made or brought up to date first.

    Args:
        address: ``postgresql://user@host/database``.
        patience_s: How long to wait for a server that does not answer, at an append.

    Raises:
        StoreError: the server does not answer or refuses.
    """

    def __init__(self, address: str, *, patience_s: float = 20.0) -> None:
        self._engine = create_engine(
            driver_address(address), pool_size=5, max_overflow=15, pool_pre_ping=True
        )
        self._name = self._engine.url.render_as_string(hide_password=True)
        self._patience_s = patience_s
        self._closed = threading.Event()
        self._group = Group(self._commit)
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(_IN_TURN)
                _migrate(connection)
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise self._refusal(error) from error

    def append(self, events: Iterable[Event]) -> int:
        """See `Store.append`."""
        if self._closed.is_set():
            raise StoreError(f"the journal {self._name} is closed")
        return self._group.append([_kept(row_of(event)) for event in events])

    def events(
        self,
        sandbox: str,
        *,
        kinds: Sequence[str] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> list[Event]:
        """See `Store.events`."""
        among = " AND kind = ANY(%s)" if kinds else ""
        values = [kept(sandbox), after, *([[kept(kind) for kind in kinds]] if kinds else []), limit]
        rows = self._query(
            f"SELECT {COLUMNS} FROM event WHERE sandbox = %s AND sequence > %s{among} "  # noqa: S608
            "ORDER BY sequence, epoch LIMIT %s",
            *values,
        )
        return [event_of(_read(row)) for row in rows]

    def last(self, sandbox: str) -> int:
        """See `Store.last`."""
        rows = self._query("SELECT max(sequence) FROM event WHERE sandbox = %s", kept(sandbox))
        return rows[0][0] or 0

    def sandboxes(self) -> list[str]:
        """See `Store.sandboxes`."""
        rows = self._query(
            "SELECT sandbox FROM event GROUP BY sandbox ORDER BY min(wall_time_s) DESC"
        )
        return [read(row[0]) for row in rows]

    def close(self) -> None:
        """See `Store.close`."""
        self._closed.set()
        self._group.close(self._engine.dispose)

    def _query(self, query: str, *values: Any) -> Sequence[Any]:
        if self._closed.is_set():
            raise StoreError(f"the journal {self._name} is closed")
        try:
            with self._engine.connect() as connection:
                return connection.exec_driver_sql(query, values).all()
        except SQLAlchemyError as error:
            raise self._refusal(error) from error

    # ---- committing, by whoever has the turn

    def _commit(self, tickets: list[Ticket]) -> None:
        for left in range(int(self._patience_s / _PAUSE_S), -1, -1):
            try:
                self._try(tickets)
            except SQLAlchemyError as error:
                if left and _lost(error) and not self._closed.wait(_PAUSE_S):
                    continue
                for ticket in tickets:
                    ticket.error = self._refusal(error)
            return

    def _try(self, tickets: list[Ticket]) -> None:
        rows = [row for ticket in tickets for row in ticket.rows]
        with self._engine.connect() as connection, connection.begin() as together:
            if _insert(connection, rows) == len(rows):
                for ticket in tickets:
                    ticket.new = len(ticket.rows)
                return
            together.rollback()
        with self._engine.begin() as connection:
            for ticket in tickets:
                self._one(connection, ticket)

    def _one(self, connection: Connection, ticket: Ticket) -> None:
        ticket.error = None
        with connection.begin_nested() as alone:
            ticket.new = _insert(connection, ticket.rows)
            if ticket.new == len(ticket.rows):
                return
            try:
                self._check_same(connection, ticket.rows)
            except ConflictError as error:
                ticket.error = error
                alone.rollback()

    def _check_same(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """What was left out must be there with the same content."""
        for row in rows:
            if connection.exec_driver_sql(_SAME, row[:3]).one() != row:
                raise conflict(_read(row), self._name)

    def _refusal(self, error: SQLAlchemyError) -> StoreError:
        state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
        remedy = _REMEDIES.get(state, "check its address and that its server runs")
        said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        return StoreError(f"the journal {self._name} refused ({said}): {remedy}")


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _insert(connection: Connection, rows: list[tuple[Any, ...]]) -> int:
    """Insert what is not there; how many were not."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _TYPES]
    return connection.exec_driver_sql(_INSERT, tuple(columns)).rowcount


def _lost(error: SQLAlchemyError) -> bool:
    """Whether the server went away or is not there yet, so that trying again may help."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return not state or state.startswith(("08", "57P"))


def _kept(row: tuple[Any, ...]) -> tuple[Any, ...]:
    sandbox, epoch, sequence, wall, clock, *texts, data = row
    return (kept(sandbox), epoch, sequence, wall, clock, *map(kept, texts), data.decode())


def _read(row: Sequence[Any]) -> tuple[Any, ...]:
    sandbox, epoch, sequence, wall, clock, *texts, data = row
    return (read(sandbox), epoch, sequence, wall, clock, *map(read, texts), data)
