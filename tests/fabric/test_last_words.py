"""What an agent or a process of its says last is read, though it hung up with words to it unread.

The kernel reports that to the other side first: an answer behind it would be lost, and the sandbox
be taken for ended. So it was now and then with a program that ended just when its time was up.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, PlatformError, SandboxError
from bachang.fabric._following import LocalFollower
from bachang.fabric._pidfd import ended
from bachang.plan import FieldSystem, Listener
from tests.fabric.processes import deaf, recorder
from tests.fabric.worlds import LITTLE_PLANT, host, world
from tests.waiting import until

_FLOOD = (
    "import socket;"
    "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
    "[s.sendto(bytes(1400),('10.1.0.12',9)) for _ in range(200)]"
)
"""More than a pipe takes."""


@pytest.fixture
def ours() -> Iterator[socket.socket]:
    """A connection to someone who has answered, and hung up on a word too many."""
    caller, agent = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    caller.send(b'{"kill":true}')
    agent.send(b'{"ok":true,"result":[7]}')
    agent.close()
    with caller:
        yield caller


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    made = fabric.deploy(world(host("a", 11), host("b", 12)), name="last")
    yield made
    made.destroy()


def test_an_answer(live: LocalSandbox, ours: socket.socket) -> None:
    assert live._receive(ours) == ([7], [])


def test_outcomes_of_what_was_recorded(live: LocalSandbox, ours: socket.socket) -> None:
    follower = LocalFollower(ours, live._directory.log, 0, lambda _: PlatformError())
    news = follower.read()
    assert (news.outcomes, news.ended) == ([[7]], True)
    follower.close()


def test_a_plants_reason(home: Path) -> None:
    """It refuses a request, and ends with the next one unread."""
    door = Listener(purpose="modbus", host="a", port=502)
    system = FieldSystem(name="x", type="x", listeners=(door,))
    fabric = LocalFabric(plant_argv=("-c", LITTLE_PLANT))
    live = fabric.deploy(world(host("a", 11), field_systems=(system,)), name="leaving")
    with ThreadPoolExecutor(2) as beside:
        leaving = beside.submit(live.command, "x.leave", "no fuel", actor="white")
        until(lambda: any(one.kind == "plant.leaving" for one in live.events()))
        late = beside.submit(live.points)
        with live.open_tcp("a", "10.1.0.11", 502) as plant:
            assert plant.recv(1) == b"!"
            with deaf(live):
                plant.send(b"!")
                assert plant.recv(1) == b""
        with pytest.raises(SandboxError, match="no fuel"):
            leaving.result()
        with pytest.raises(PlatformError, match="ask once more"):
            late.result()
    live.destroy()


def test_a_captures_reason(live: LocalSandbox) -> None:
    """It cannot write, and ends with the ports of a host that was reset unread."""
    reader, writer = os.pipe()
    capture = live.capture(writer)
    process = os.pidfd_open(recorder(live))
    assert live.exec("a", ["python3", "-c", _FLOOD]).status == 0
    until(lambda: not select.select([], [writer], [], 0)[1])
    os.close(writer)
    live.reset("b")
    with deaf(live):
        os.close(reader)
        assert ended(process, within_s=30)
    os.close(process)
    assert "Broken pipe" in capture.stop().problem
