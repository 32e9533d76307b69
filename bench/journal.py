"""The journal: durable events per second, grouped and plain, in turn on the same disk.

The peer is what one would write first: SQLite with one insert and one commit for each event,
as durable as ours (write-ahead log, ``synchronous=FULL``). Ours come in groups, as from an
agent's log, and from 64 threads, as from 64 people who each wait for their acknowledgement.
What sharing a sync gains depends on what a sync takes: where the disk is through with it in a
fraction of the time that Python needs for an event, there is little to share. So the sync is
measured first, and the ratio's limit follows it.
The store in PostgreSQL (Debian's server, on a socket, ``fsync=on``) stands beside SQLite.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median

from bachang.journal import Event, EventLog, PostgresStore, SqliteStore, Store, copy
from bench import Row, alternate
from tests.journal.test_kill import acknowledged_until_killed
from tests.postgres import Postgres

Fresh = Callable[[], AbstractContextManager[Store]]
"""Opens a store that is empty."""

PEOPLE = 64
EACH = 25
GROUP = 100
KILLS = 50
_SLOW_SYNC_MS = 0.5
"""A disk's sync that is worth sharing four times over: any disk's without a fast flash cache."""


def run() -> list[Row]:
    """Grouped commits beside plain ones, the agent's log, copying, and kill -9."""
    sync_ms = _sync_ms()
    pair = alternate(_grouped, _plain)
    return [
        Row(name="one sync of the disk", value=sync_ms, unit="ms"),
        *_postgres(),
        Row(
            name=f"durable events, {GROUP} a commit",
            value=median(_appended() for _ in range(5)),
            unit="events/s",
            limit="≥ 5000",
        ),
        Row(
            name=f"acknowledged to {PEOPLE} threads, one event at a time",
            value=pair.own,
            unit="events/s",
            peer="a commit each",
            ratio=pair.ratio,
            limit="≥ 4×" if sync_ms >= _SLOW_SYNC_MS else "≥ 2.5×",
        ),
        Row(name="agent's log, 20 events a sync", value=_logged(20), unit="events/s"),
        Row(name="log copied into the store, durable", value=_copied(), unit="events/s"),
        Row(
            name=f"acknowledged events lost in {KILLS} kill -9",
            value=_lost(),
            unit="events",
            limit="≤ 0",
        ),
    ]


def _postgres() -> list[Row]:
    """The other store, as durable, beside SQLite on the same disk."""
    with tempfile.TemporaryDirectory(prefix="b-pg-") as folder:
        server = Postgres.alone(Path(folder), durable=True)

        def fresh() -> PostgresStore:
            return PostgresStore(server.database())

        appended = alternate(lambda: _appended(fresh), _appended)
        grouped = alternate(lambda: _grouped(fresh), _grouped)
        server.stop()
    return [
        Row(
            name=f"PostgreSQL: durable events, {GROUP} a commit",
            value=appended.own,
            unit="events/s",
            peer="SQLite",
            ratio=appended.ratio,
            limit="≥ 5000",
        ),
        Row(
            name=f"PostgreSQL: acknowledged to {PEOPLE} threads, one event at a time",
            value=grouped.own,
            unit="events/s",
            peer="SQLite",
            ratio=grouped.ratio,
        ),
    ]


def _event(sandbox: str, sequence: int) -> Event:
    return Event(
        sandbox=sandbox,
        epoch=0,
        sequence=sequence,
        wall_time_s=1.7e9 + sequence,
        sandbox_time_s=float(sequence),
        actor="blue/trainee",
        kind="task.answered",
        subject="find-genset",
        data={"answer": "8c" * 32, "correct": False, "reason": "not the answer"},
    )


@contextlib.contextmanager
def _sqlite() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder) / "j.db") as store:
        yield store


def _sync_ms() -> float:
    """Milliseconds until a page that was appended to a file is on the disk."""
    took = list[float]()
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - started)
    return 1000 * median(took)


def _per_s(events: int, work: Callable[[], object]) -> float:
    """Events per second of some work that handles so many."""
    started = time.perf_counter()
    work()
    return events / (time.perf_counter() - started)


def _appended(fresh: Fresh = _sqlite) -> float:
    """Events per second when they come in groups, as from an agent's log."""
    events = [_event("s-1", sequence) for sequence in range(1, 50 * GROUP + 1)]
    with fresh() as store:

        def work() -> None:
            for start in range(0, len(events), GROUP):
                store.append(events[start : start + GROUP])

        return _per_s(len(events), work)


def _grouped(fresh: Fresh = _sqlite) -> float:
    """Events per second when each thread waits for each of its events."""
    with fresh() as store:

        def answer(name: str) -> None:
            for sequence in range(1, EACH + 1):
                store.append([_event(name, sequence)])

        threads = [threading.Thread(target=answer, args=(f"s-{n}",)) for n in range(PEOPLE)]

        def work() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        return _per_s(PEOPLE * EACH, work)


def _plain() -> float:
    """Events per second when each event is inserted and committed by itself."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "j.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE event (sandbox, sequence, data, UNIQUE(sandbox, sequence))"
        )
        events = [_event("s-1", sequence) for sequence in range(1, PEOPLE * EACH + 1)]

        def work() -> None:
            for event in events:
                row = (event.sandbox, event.sequence, str(event))
                connection.execute("INSERT INTO event VALUES (?, ?, ?)", row)

        per_s = _per_s(len(events), work)
        connection.close()
        return per_s


def _log(folder: str) -> EventLog:
    descriptor = os.open(Path(folder) / "events.log", os.O_RDWR | os.O_CREAT)
    return EventLog(descriptor, sandbox="s-1", wall_clock=time.time)


def _write(log: EventLog, events: int) -> None:
    for n in range(events):
        log.append(
            sandbox_time_s=n / 10,
            actor="system",
            kind="point.changed",
            subject="genset.speed_rpm",
            data={"value": 1500.0},
        )


def _logged(group: int) -> float:
    """Events per second that an agent brings to its disk."""
    with tempfile.TemporaryDirectory() as folder:
        log, syncs = _log(folder), 200

        def work() -> None:
            for _ in range(syncs):
                _write(log, group)
                log.sync()

        return _per_s(group * syncs, work)


def _copied() -> float:
    """Events per second from an agent's log into the store."""
    with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder) / "j.db") as store:
        log, events = _log(folder), 20_000
        _write(log, events)
        log.sync()
        return _per_s(events, lambda: copy(log, store))


def _lost() -> float:
    """Acknowledged events that are missing after the process was killed, over all kills."""
    draw, lost, acknowledged = random.Random(7), 0, 0  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(KILLS):
            last = acknowledged_until_killed(Path(folder), draw.randrange(1, 60))
            acknowledged = max(acknowledged, last)
            with SqliteStore(Path(folder) / "journal.db") as store:
                lost += max(0, acknowledged - len(store.events("hall-1")))
    return float(lost)
