"""While people wait, nothing in a host goes on, whatever its root has arranged for.

How often a program was given a processor is read from outside, as the machine sees it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.fabric.leaks import family, wait_clean
from bachang.plan import FieldSystem
from tests.fabric.worlds import host, python_service, world
from tests.waiting import until

_WINDOW_S = 0.3
_FOREVER_S = 1e9

_BUSY = "import os, time\nwhile True: time.sleep(0.002)"
_CONTINUED = """
import ctypes, signal, struct
libc = ctypes.CDLL(None)
event = ctypes.create_string_buffer(struct.pack("QiI", 0, signal.SIGCONT, 0), 64)  # SIGEV_SIGNAL
timer = ctypes.c_void_p()
assert libc.timer_create(1, event, ctypes.byref(timer)) == 0
when = ctypes.create_string_buffer(struct.pack("4q", 0, 0, 1, 1))
assert libc.timer_settime(timer, 0, when, None) == 0
"""
_ONCE = _CONTINUED + _BUSY


@pytest.fixture(scope="module", params=["plain", "grouped"])
def block(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    groups = request.getfixturevalue("groups") if request.param == "grouped" else {}
    hosts = host("cell", 11), host("shop", 12, **python_service())
    grid = FieldSystem(name="grid", type="grid")
    live = LocalFabric(groups=groups).deploy(world(*hosts, field_systems=(grid,)), name="block")
    yield live
    live.destroy()
    assert wait_clean() == []


@pytest.fixture
def still(block: Sandbox) -> Iterator[Sandbox]:
    """A cell without programs, not paused, before and after."""
    yield block
    if block.status().state == "paused":
        block.resume()
    block.reset("cell")


def _start(block: Sandbox, script: str) -> int:
    """Start a program in the cell; its pid for the machine."""
    block.exec("cell", ["sh", "-c", 'exec setsid python3 -c "$0" >/dev/null 2>&1 &', script])
    until(lambda: len(_running(block, script)) == 1)
    (pid,) = _running(block, script)
    until(lambda: not _is_still(pid))
    return pid


def _running(block: Sandbox, script: str) -> list[int]:
    found = []
    for pid in family(block.status().agent_pid):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if script.encode() in words and words[0] == b"python3":
            found.append(pid)
    return found


def _switches(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)


def _is_still(pid: int) -> bool:
    before = _switches(pid)
    time.sleep(_WINDOW_S)
    return _switches(pid) == before


def test_a_program_that_is_continued_once_is_held_again(still: Sandbox) -> None:
    """A stopped process goes on with SIGCONT, which a timer of its own can send it."""
    pid = _start(still, _ONCE)
    still.pause()
    time.sleep(1.2)  # the timer has fired by now
    until(lambda: _is_still(pid))


def test_a_service_that_ended_starts_again_after_the_pause(still: Sandbox) -> None:
    still.exec("shop", ["pkill", "-f", "page.py"])
    still.pause()
    agent = still.status().agent_pid
    until(lambda: not _serves(agent))
    time.sleep(2 * _WINDOW_S)  # it would have been started by now
    assert not _serves(agent)
    still.resume()
    until(lambda: _serves(agent))


def _serves(agent: int) -> bool:
    titles = [Path(f"/proc/{pid}/cmdline") for pid in family(agent)]
    return any(b"page.py" in title.read_bytes() for title in titles if title.exists())


def test_an_advance_holds_hosts_and_who_asks_waits(still: Sandbox) -> None:
    pid = _start(still, _BUSY)
    ended = threading.Event()

    def advance() -> None:
        with pytest.raises(TimeoutError):
            still.advance(_FOREVER_S, limit_s=2.0)
        ended.set()

    thread = threading.Thread(target=advance)
    thread.start()
    until(lambda: _is_still(pid) or ended.is_set())
    assert not ended.is_set()
    assert still.exec("cell", ["echo", "late"], timeout_s=20).stdout == b"late\n"
    assert _thread_ends(thread, ended)
    until(lambda: not _is_still(pid))


def _thread_ends(thread: threading.Thread, ended: threading.Event) -> bool:
    thread.join(10)
    return ended.is_set()


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["plain", "grouped"])
@pytest.mark.parametrize("killed", [False, True])
def test_what_is_held_dies_with_its_agent(
    request: pytest.FixtureRequest, home: Path, kind: str, killed: bool
) -> None:
    """Frozen processes, too: nothing may outlive an agent, whoever ends it."""
    groups = request.getfixturevalue("groups") if kind == "grouped" else {}
    live = LocalFabric(groups=groups).deploy(world(host("a", 11)), name="ice")
    live.exec("a", ["sh", "-c", "sleep 1000 & sleep 1000 &"])
    live.pause()
    if killed:
        agent = live.status().agent_pid
        everyone = family(agent)
        os.kill(agent, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everyone))
        LocalFabric(groups=groups).forget("ice")
    else:
        live.destroy()
    assert wait_clean() == []
