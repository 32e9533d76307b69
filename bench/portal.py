"""The portal under load: boards, answers, viewers of a live board, over real sockets.

Two classes in one `bachang serve`: one learner with a small world, and ten. Answers are wrong
ones, each with an idempotency key, and count once they are durable. Beside it stands the least
that could do the same (`_bare.py`), measured in turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import Row
from bench._load import Flow, Make, Measured, answers, drive, exchange, get, right_answer
from bench._portal import Class, Portal, cpu_s, portal
from tests.postgres import Postgres

_PACKS = Path(__file__).parents[1] / "tests" / "portal" / "packs"
_PORT, _BARE_PORT, _POSTGRES_PORT = 8099, 8098, 8097
_CONNECTIONS = 16
_PAIRS = 2
_MANY = 10
"""Learners of the larger class."""
_POLLERS, _SUBMITTERS = 60, 20
_BOARDS_PER_S, _ANSWERS_PER_S = 3000, 500
"""What is promised: what pollers and submitters ask for together."""
_VIEWERS = 1000
_WATCH_S = 8
_AT_ONCE = 50
"""Viewers that connect at a time."""


def run(part: str = "") -> list[Row]:
    """Start a portal, load it, end it.

    Args:
        part: The store to measure with, ``sqlite`` or ``postgres``; empty: both in turn.
    """
    parts = {"sqlite": _sqlite, "postgres": _postgres}
    with _bare() as bare:
        return [row for name, rows in parts.items() if part in ("", name) for row in rows(bare)]


def _sqlite(bare: int) -> list[Row]:
    with portal(_PACKS, _PORT) as own:
        one, many = own.begin("hall", 1), own.begin("hall", _MANY)
        board = get(_PORT, f"/api/exercises/{many.exercise}/board", own.cookies)
        return [
            *_boards(own, board, bare),
            *_answers("one sandbox", own, one, bare),
            *_answers(f"{_MANY} sandboxes", own, many, bare),
            *_together(own, many, board),
            *_viewers(own, many),
        ]


def _postgres(bare: int) -> list[Row]:
    """Another portal, its journals and people in PostgreSQL on the same disk, as durable."""
    with tempfile.TemporaryDirectory(prefix="b-pg-") as folder:
        server = Postgres.alone(Path(folder), durable=True)
        try:
            with portal(_PACKS, _POSTGRES_PORT, database=server.database()) as own:
                many = own.begin("hall", _MANY)
                return _answers(f"{_MANY} sandboxes, PostgreSQL", own, many, bare)
        finally:
            server.stop()


@contextlib.contextmanager
def _bare() -> Iterator[int]:
    """The pid of the yardstick."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "bench._bare", str(_BARE_PORT), f"{folder}/answers.db"]
        process = subprocess.Popen(argv, cwd=Path(__file__).parents[1])
        try:
            while socket.socket().connect_ex(("127.0.0.1", _BARE_PORT)):
                time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def _boards(own: Portal, board: Make, bare: int) -> list[Row]:
    flow = Flow(makes=[board] * _CONNECTIONS)
    plain = Flow(makes=[get(_BARE_PORT, "/")] * _CONNECTIONS)
    ours, theirs = _in_turn(own, flow, bare, plain)
    rate = median(one.flows[0].per_s for one in ours)
    return [
        Row(
            name="board, GETs",
            value=rate,
            unit="1/s",
            peer="bare uvicorn",
            ratio=_ratio(ours, theirs),
            limit=f"≥ {_BOARDS_PER_S}",
        ),
        _own_time("board", ours),
        Row(name="board, GETs: cores", value=ours[-1].portal, unit="", peer=ours[-1].shares),
    ]


def _answers(name: str, own: Portal, those: Class, bare: int) -> list[Row]:
    makes = [
        answers(own.port, one.run, one.cookies)
        for one in (those.learners * _CONNECTIONS)[:_CONNECTIONS]
    ]
    plain = Flow(makes=[answers(_BARE_PORT, "none", "")] * _CONNECTIONS)
    ours, theirs = _in_turn(own, Flow(makes=makes), bare, plain)
    return [
        Row(
            name=f"answers, {name}, durable",
            value=median(one.flows[0].per_s for one in ours),
            unit="1/s",
            peer="uvicorn with SQLite",
            ratio=_ratio(ours, theirs),
            limit=f"≥ {_ANSWERS_PER_S}",
        ),
        Row(
            name=f"answers, {name}, p99",
            value=median(one.flows[0].p99_ms for one in ours),
            unit="ms",
            peer=ours[-1].shares,
            limit="≤ 50",
        ),
        _own_time(f"answer, {name}", ours),
    ]


def _in_turn(
    own: Portal, flow: Flow, bare: int, plain: Flow
) -> tuple[list[Measured], list[Measured]]:
    drive(own.port, own.pid, flow, seconds=0.5)
    pairs = [
        (drive(own.port, own.pid, flow), drive(_BARE_PORT, bare, plain, seconds=1.5))
        for _ in range(_PAIRS)
    ]
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


def _ratio(ours: list[Measured], theirs: list[Measured]) -> float:
    return median(a.flows[0].per_s / b.flows[0].per_s for a, b in zip(ours, theirs, strict=True))


def _own_time(name: str, those: list[Measured]) -> Row:
    taken = median(one.portal / one.flows[0].per_s for one in those)
    return Row(name=f"{name}, the portal's own time", value=1e6 * taken, unit="µs")


def _together(own: Portal, those: Class, board: Make) -> list[Row]:
    """Pollers and submitters ask for what is promised to each alone."""
    pollers = Flow(makes=[board] * _POLLERS, per_s=_BOARDS_PER_S / _POLLERS)
    makes = [
        answers(_PORT, one.run, one.cookies) for one in (those.learners * _SUBMITTERS)[:_SUBMITTERS]
    ]
    submitters = Flow(makes=makes, per_s=_ANSWERS_PER_S / _SUBMITTERS)
    both = drive(_PORT, own.pid, pollers, submitters, seconds=6.0)
    boards, given = both.flows
    return [
        Row(
            name=f"{_POLLERS} pollers beside {_SUBMITTERS} who answer: boards kept",
            value=100 * boards.per_s / _BOARDS_PER_S,
            unit="%",
            peer=both.shares,
            limit="≥ 90",
        ),
        Row(
            name="… answers kept",
            value=100 * given.per_s / _ANSWERS_PER_S,
            unit="%",
            limit="≥ 90",
        ),
        Row(name="… answers, p99", value=given.p99_ms, unit="ms"),
    ]


def _viewers(own: Portal, those: Class) -> list[Row]:
    """A board on which somebody gets on each second, and a run whose points are sampled."""
    solve = [right_answer(_PORT, one.run, one.cookies) for one in those.learners]
    still = list[bytes]()
    rows = []
    for name, topic, changes in (
        ("a live board", f"board:{those.exercise}", solve),
        ("a big screen", f"run:{those.learners[0].run}", still),
    ):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            share, load, got = runner.run(_watch(own, topic, changes))
        rows += [
            Row(
                name=f"{_VIEWERS} viewers of {name}",
                value=100 * share,
                unit="% of a core",
                peer=f"load {load:.2f} cores",
                limit="≤ 60",
            ),
            Row(name=f"… messages to each, {name}", value=got, unit="1/s"),
        ]
    return rows


async def _watch(own: Portal, topic: str, changes: list[bytes]) -> tuple[float, float, float]:
    """Shares of a core of the portal and of this process, and messages a viewer and second."""
    address = f"ws://127.0.0.1:{_PORT}/api/live?topic={topic}"
    headers = {"Cookie": own.cookies}
    viewers: list[ClientConnection] = []
    for _ in range(_VIEWERS // _AT_ONCE):
        viewers += await asyncio.gather(
            *(
                connect(address, additional_headers=headers, compression=None)
                for _ in range(_AT_ONCE)
            )
        )
    counts = [0]
    readers = [asyncio.create_task(_count(viewer, counts)) for viewer in viewers]
    await asyncio.sleep(2)  # everybody has the snapshot
    counts[0] = 0
    before, mine, began = cpu_s(own.pid), cpu_s(os.getpid()), time.monotonic()
    changing = asyncio.create_task(_change(changes))
    await asyncio.sleep(_WATCH_S)
    over_s = time.monotonic() - began
    shares = (cpu_s(own.pid) - before) / over_s, (cpu_s(os.getpid()) - mine) / over_s
    got = counts[0] / over_s / _VIEWERS
    await changing
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*(viewer.close() for viewer in viewers), return_exceptions=True)
    return *shares, got


async def _change(changes: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", _PORT)
    for change in changes[:_WATCH_S]:
        await exchange(reader, writer, change)
        await asyncio.sleep(1)
    writer.close()


async def _count(viewer: ClientConnection, counts: list[int]) -> None:
    async for _ in viewer:
        counts[0] += 1
