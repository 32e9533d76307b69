"""The embedded store: one SQLite file.

Write-ahead log with ``synchronous=FULL``: a commit is on the disk when it returns. Commits
are grouped (`Group`). Each append is a savepoint of its own, so one that is refused takes no
other with it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from bachang.journal._error import ConflictError, StoreError
from bachang.journal._event import Event
from bachang.journal._group import Group, Ticket
from bachang.journal._row import COLUMNS, conflict, event_of, row_of
from bachang.journal._store import Store

FORMAT = 1
"""``user_version`` of the file: the version of the tables below."""

_TABLES = """
CREATE TABLE event (
    sandbox TEXT NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,
    wall_time_s REAL NOT NULL, sandbox_time_s REAL NOT NULL,
    actor TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, data BLOB NOT NULL
);
CREATE UNIQUE INDEX event_identity ON event (sandbox, sequence, epoch);
CREATE INDEX event_kind ON event (sandbox, kind, sequence);
"""
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROWS = 64
"""Rows in one statement. Each statement lets other threads run, and waits for them to end."""
_SAME = f"SELECT {COLUMNS} FROM event WHERE sandbox = ? AND epoch = ? AND sequence = ?"  # noqa: S608

_REMEDIES = {
    sqlite3.SQLITE_FULL: "its disk is full; make room, then try again",
    sqlite3.SQLITE_BUSY: "another process holds it; end that process or try again",
    sqlite3.SQLITE_READONLY: "it is read-only; give this account the right to write there",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_NOTADB: "it is not a journal; move the file away or name another",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a copy, the sandboxes' own logs have the rest",
    sqlite3.SQLITE_IOERR: "its disk reports an error; check the disk and its room",
}


class SqliteStore(Store):
    """A store in one file, readable by its owner only.

    Args:
        path: The file; made if missing.
        busy_s: How long to wait for another process's commit.

    Raises:
        StoreError: the file cannot be opened or is not a journal of this version.
    """

    def __init__(self, path: Path, *, busy_s: float = 5.0) -> None:
        self.path = path
        self._group = Group(self._commit)
        self._read_lock = threading.Lock()
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            with contextlib.ExitStack() as opened:
                self._writer = opened.enter_context(self._connect(busy_s))
                self._prepare()
                self._reader = opened.enter_context(self._connect(busy_s))
                self._opened = opened.pop_all()
        except OSError as error:
            raise StoreError(f"cannot open the journal {path}: {error.strerror}") from error
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def append(self, events: Iterable[Event]) -> int:
        """See `Store.append`."""
        return self._group.append([row_of(event) for event in events])

    def events(
        self,
        sandbox: str,
        *,
        kinds: Sequence[str] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> list[Event]:
        """See `Store.events`."""
        among = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        query = (
            f"SELECT {COLUMNS} FROM event WHERE sandbox = ? AND sequence > ?{among} "  # noqa: S608
            "ORDER BY sequence, epoch LIMIT ?"
        )
        rows = self._query(query, (sandbox, after, *kinds, -1 if limit is None else limit))
        return [event_of(row) for row in rows]

    def last(self, sandbox: str) -> int:
        """See `Store.last`."""
        rows = self._query("SELECT max(sequence) FROM event WHERE sandbox = ?", (sandbox,))
        return rows[0][0] or 0

    def sandboxes(self) -> list[str]:
        """See `Store.sandboxes`."""
        rows = self._query(
            "SELECT sandbox FROM event GROUP BY sandbox ORDER BY min(wall_time_s) DESC", ()
        )
        return [row[0] for row in rows]

    def close(self) -> None:
        """See `Store.close`."""
        with self._read_lock:
            self._group.close(self._opened.close)

    @contextlib.contextmanager
    def _connect(self, busy_s: float) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(
            self.path, timeout=busy_s, isolation_level=None, check_same_thread=False
        )
        with contextlib.closing(connection):
            connection.execute("PRAGMA synchronous = FULL")
            yield connection

    def _prepare(self) -> None:
        """Make the tables of a new file, or check the version of an old one."""
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            version = self._writer.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._writer.execute(statement)
                self._writer.execute(f"PRAGMA user_version = {FORMAT}")
        finally:
            self._writer.execute("COMMIT")
        if version not in (0, FORMAT):
            raise StoreError(
                f"the journal {self.path} has format {version}, this Bachang knows {FORMAT}: "
                "use the Bachang that wrote it, or name another file"
            )

    def _commit(self, tickets: list[Ticket]) -> None:
        """One transaction for all that wait; each learns its own outcome."""
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            if not self._insert_all(tickets):
                for ticket in tickets:
                    self._insert(ticket)
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            for ticket in tickets:
                ticket.error = self._refusal(error)
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._writer.execute("ROLLBACK")

    def _insert_all(self, tickets: list[Ticket]) -> bool:
        """Tickets in few statements; if any row is not new, nothing, and ``False``."""
        rows = [*chain.from_iterable(ticket.rows for ticket in tickets)]
        self._writer.execute("SAVEPOINT all_appends")
        if fits := self._insert_rows(rows) == len(rows):
            for ticket in tickets:
                ticket.new = len(ticket.rows)
        else:
            self._writer.execute("ROLLBACK TO all_appends")
        self._writer.execute("RELEASE all_appends")
        return fits

    def _insert_rows(self, rows: list[tuple[Any, ...]]) -> int:
        """How many were new."""
        return sum(
            self._writer.execute(_insert(len(piece)), [*chain(*piece)]).rowcount
            for piece in _pieces(rows)
        )

    def _insert(self, ticket: Ticket) -> None:
        self._writer.execute("SAVEPOINT one_append")
        try:
            ticket.new = self._insert_rows(ticket.rows)
            if ticket.new < len(ticket.rows):
                self._check_same(ticket.rows)
        except ConflictError as error:
            ticket.error = error
            self._writer.execute("ROLLBACK TO one_append")
        self._writer.execute("RELEASE one_append")

    def _check_same(self, rows: list[tuple[Any, ...]]) -> None:
        """What was ignored must be there with the same content."""
        for row in rows:
            if self._writer.execute(_SAME, row[:3]).fetchone() != row:
                raise conflict(row, self.path)

    def _query(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            with self._read_lock:
                return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def _refusal(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        remedy = _REMEDIES.get(code, "nothing of this call was kept")
        return StoreError(f"the journal {self.path} refused ({error}): {remedy}")


@functools.cache
def _insert(rows: int) -> str:
    return f"INSERT OR IGNORE INTO event ({COLUMNS}) VALUES {', '.join([_ROW] * rows)}"  # noqa: S608


def _pieces(rows: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]
