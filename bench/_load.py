"""Requests as bytes over plain sockets: a client that does more would be measured with the portal.

The load comes from this process, on the same machine; what both take is told with each figure.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvloop

from bench._portal import cpu_s

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
Make = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Clients that do the same, each one request after another.

    Args:
        makes: For each client, what makes its next request.
        per_s: Requests that one client wants a second; ``None``: as many as it gets.
    """

    makes: Sequence[Make]
    per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a flow got."""

    took_s: list[float]
    over_s: float

    @property
    def per_s(self) -> float:
        """Requests a second."""
        return len(self.took_s) / self.over_s

    @property
    def p99_ms(self) -> float:
        """99 of 100 took no longer, milliseconds."""
        return 1000 * statistics.quantiles(self.took_s, n=100)[98]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Flows beside each other."""

    flows: list[Served]
    portal: float
    """Share of a core that the server took."""
    load: float
    """Share of a core that this process took."""

    @property
    def shares(self) -> str:
        """Who took what, in words."""
        return f"portal {self.portal:.2f}, load {self.load:.2f} cores"


def drive(port: int, pid: int, *flows: Flow, seconds: float = 3.0) -> Measured:
    """Let flows run beside each other."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(port, pid, flows, seconds))


async def _drive(port: int, pid: int, flows: Sequence[Flow], seconds: float) -> Measured:
    before, mine, began = cpu_s(pid), cpu_s(os.getpid()), time.monotonic()
    ends = began + seconds
    took: list[list[float]] = [[] for _ in flows]
    await asyncio.gather(
        *(
            _client(port, make, flow.per_s, number / len(flow.makes), ends, took[index])
            for index, flow in enumerate(flows)
            for number, make in enumerate(flow.makes)
        )
    )
    over_s = time.monotonic() - began
    return Measured(
        flows=[Served(took_s=one, over_s=over_s) for one in took],
        portal=(cpu_s(pid) - before) / over_s,
        load=(cpu_s(os.getpid()) - mine) / over_s,
    )


async def _client(
    port: int, make: Make, per_s: float | None, phase: float, ends: float, took: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    for number in itertools.count():
        if per_s is not None:
            due = began + (number + phase) / per_s
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        if (asked := time.monotonic()) >= ends:
            break
        await exchange(reader, writer, make())
        took.append(time.monotonic() - asked)
    writer.close()
    await writer.wait_closed()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    """Ask, and return the answer's body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    found = _LENGTH.search(head)
    assert found, head
    content = await reader.readexactly(int(found[1]))
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError((head + content).decode())
    return content


def get(port: int, path: str, cookies: str = "") -> Make:
    """Makes the same GET again and again."""
    request = _request("GET", port, path, cookies)
    return lambda: request


def answers(port: int, run: str, cookies: str) -> Make:
    """Makes wrong answers, each another one with a key of its own, as the web UI sends them."""
    numbers = itertools.count()
    mark = os.urandom(6).hex()

    def make() -> bytes:
        number = next(numbers)
        given = f'{{"task": "find", "answer": "no {mark} {number}"}}'
        key = f"Idempotency-Key: {mark}-{number}\r\n"
        return _request("POST", port, f"/api/runs/{run}/answers", cookies, given, key)

    return make


def right_answer(port: int, run: str, cookies: str) -> bytes:
    """The request that solves the first task of the pack `hall`."""
    given = '{"task": "find", "answer": "10.44.0.21"}'
    return _request("POST", port, f"/api/runs/{run}/answers", cookies, given)


def _request(
    method: str, port: int, path: str, cookies: str, body: str = "", more: str = ""
) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n"
        f"X-Bachang: 1\r\nContent-Type: application/json\r\n{more}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
