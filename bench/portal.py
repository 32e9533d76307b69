"""The portal under load: the board, answers, and viewers of a live board, over real sockets.

One `bachang serve` process with one sandbox; the load comes from this process, on the same
machine, so the figures are what both together reach. An answer counts once it is durable.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from websockets.asyncio.client import connect

from bachang.fabric import LocalFabric
from bench import Row

PACKS = Path(__file__).parents[1] / "tests" / "portal" / "packs"
PORT = 8099
ORIGIN = f"http://127.0.0.1:{PORT}"
SECONDS = 4.0
CONNECTIONS = 16
VIEWERS = 200


def run() -> list[Row]:
    """Start a portal, load it, end it."""
    with tempfile.TemporaryDirectory(prefix="b-") as home:
        environment = os.environ | {
            f"XDG_{name}_HOME": f"{home}/{name.lower()}" for name in ("STATE", "DATA", "CACHE")
        }
        os.environ.update(environment)
        command = [
            *(sys.executable, "-c", "from bachang.cli import main; main()", "serve"),
            *("--port", str(PORT), "--packs", str(PACKS), "--unlimited"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            return asyncio.run(_measure(process, _token(process)))
        finally:
            process.terminate()
            process.wait(30)
            for name in LocalFabric().sandboxes():
                LocalFabric().attach(name).destroy()


def _token(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"#token=(\S+)", line):
            return found[1]
    raise RuntimeError("the portal did not start")


async def _measure(process: subprocess.Popen[str], token: str) -> list[Row]:
    limits = httpx2.Limits(max_connections=64)
    headers = {"X-Bachang": "1"}
    async with httpx2.AsyncClient(
        base_url=ORIGIN, headers=headers, limits=limits, timeout=60
    ) as client:
        await client.post("/api/session/token", json={"token": token})
        exercise = (await client.post("/api/exercises", json={"pack": "hall"})).json()
        run = exercise["runs"][0]["id"]
        while (await client.get(f"/api/runs/{run}")).json()["state"] != "running":
            await asyncio.sleep(0.1)
        board = f"/api/exercises/{exercise['id']}/board"
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        numbers = iter(range(10**9))

        def answer() -> bytes:
            given = f'{{"task": "find", "answer": "no {next(numbers)}"}}'
            return _request("POST", f"/api/runs/{run}/answers", cookies, given)

        pid = process.pid
        boards, board_s = await _load(pid, lambda: _request("GET", board, cookies))
        answers, answer_s = await _load(pid, answer)
        share = await _watch(process.pid, f"board:{exercise['id']}", cookies, answer)
    return [
        Row(name="board, GETs", value=len(boards) / SECONDS, unit="1/s", limit="≥ 3000"),
        Row(name="board, the portal's own time", value=1e6 * board_s, unit="µs"),
        Row(name="answers, durable", value=len(answers) / SECONDS, unit="1/s", limit="≥ 500"),
        Row(name="answer, the portal's own time", value=1e6 * answer_s, unit="µs"),
        Row(name="answers, p99", value=1000 * _p99(answers), unit="ms", limit="≤ 50"),
        Row(name=f"{VIEWERS} viewers of a live board", value=100 * share, unit="% of a core"),
    ]


def _request(method: str, path: str, cookies: str, body: str = "") -> bytes:
    """A request as bytes: a client that does more would be measured with the portal."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{PORT}",
        f"Cookie: {cookies}",
        "X-Bachang: 1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


async def _load(pid: int, make: Callable[[], bytes]) -> tuple[list[float], float]:
    """Seconds of each request, over `CONNECTIONS` for `SECONDS`, and the portal's CPU for one."""
    took: list[float] = []
    before = _cpu_s(pid)
    ends = time.monotonic() + SECONDS

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        while (began := time.monotonic()) < ends:
            await _exchange(reader, writer, make())
            took.append(time.monotonic() - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return took, (_cpu_s(pid) - before) / len(took)


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head)
    assert found, head
    await reader.readexactly(int(found[1]))
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())


async def _watch(pid: int, topic: str, cookies: str, change: Callable[[], bytes]) -> float:
    """Share of a core that the portal takes while many watch and something changes."""
    address = f"{ORIGIN.replace('http', 'ws')}/api/live?topic={topic}"
    headers = {"Cookie": cookies}
    viewers = await asyncio.gather(
        *(connect(address, additional_headers=headers) for _ in range(VIEWERS))
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    before, began = _cpu_s(pid), time.monotonic()
    while time.monotonic() < began + SECONDS:
        await _exchange(reader, writer, change())
        await asyncio.sleep(1)
    share = (_cpu_s(pid) - before) / (time.monotonic() - began)
    writer.close()
    await asyncio.gather(*(viewer.close() for viewer in viewers))
    return share


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]
