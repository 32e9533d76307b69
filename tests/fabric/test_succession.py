"""Whatever fails while a host is reset: it has one generation then, and the error says what."""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bachang.fabric import (
    FabricError,
    LocalFabric,
    LocalSandbox,
    MachineError,
    PlatformError,
    SandboxError,
)
from bachang.fabric._client import _send
from bachang.fabric.leaks import family, wait_clean
from bachang.journal import Event
from bachang.plan import FieldSystem, File, Host, HostKind, Listener, Service, ServiceKind
from tests.fabric.processes import kept_descriptors
from tests.fabric.worlds import LITTLE_PLANT, host, world
from tests.waiting import until

_REFUSED = ["unshare", "-Urn", sys.executable, "-m", "tests.fabric.refused_link"]
_ROOT = Path(__file__).parents[2]
_SYSTEM = FieldSystem(
    name="x", type="x", listeners=(Listener(purpose="modbus", host="controller", port=502),)
)
_TAKES_THE_PORT = b"""\
import socket
def main():
    if open("/sys/class/net/eth0/carrier").read() == "0\\n":  # it is to take over
        taken = socket.create_server(("", 502))
    socket.create_server(("", 8080)).accept()
"""
_SLOW = "sleep 1; exec python3 -m http.server 8080"
_CUTS_ITSELF_OFF = "sleep 1; ip link del eth0; exec python3 -m http.server 8080"


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", LITTLE_PLANT))
    assert wait_clean() == []


def _thief() -> Host:
    """A controller that takes the field system's port for itself when it is reset."""
    file = File(path="/var/lib/thief.py", content=_TAKES_THE_PORT)
    service = Service(
        name="thief", kind=ServiceKind.PYTHON, argv=(file.path, "main"), ready_port=8080
    )
    return host("controller", 11, services=(service,), files=(file,))


def _cut_off() -> Host:
    """A router whose service takes its link away, as soon as its sandbox is up."""
    argv = ("sh", "-c", _CUTS_ITSELF_OFF)
    service = Service(name="cut", kind=ServiceKind.PROGRAM, argv=argv, ready_port=8080)
    return replace(host("cut", 13, services=(service,)), kind=HostKind.ROUTER)


def _slow() -> Host:
    """A host that takes its time to be ready."""
    service = Service(
        name="slow", kind=ServiceKind.PROGRAM, argv=("sh", "-c", _SLOW), ready_port=8080
    )
    return host("a", 11, services=(service,))


def _generations(live: LocalSandbox) -> dict[str, int]:
    return {one.name: one.generation for one in live.status().hosts}


def _said(live: LocalSandbox) -> bytes:
    """By the field system, to the desk."""
    with live.open_tcp("desk", "10.1.0.11", 502) as meter:
        return meter.recv(10)


def test_a_host_that_has_no_place_for_a_field_system_stays_as_it_was(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(_thief(), host("desk", 12), field_systems=(_SYSTEM,)), name="one")
    before = family(live.status().agent_pid)
    with pytest.raises(PlatformError, match="port 502 of host controller: Address already in use"):
        live.reset("controller")
    until(lambda: family(live.status().agent_pid) == before)
    assert (_generations(live)["controller"], _said(live)) == (0, b"1")
    live.destroy()


def test_a_host_whose_field_system_does_not_follow_is_the_new_one(fabric: LocalFabric) -> None:
    plan = world(host("controller", 11), host("desk", 12), field_systems=(_SYSTEM,))
    live = fabric.deploy(plan, name="one")
    before = len(family(live.status().agent_pid))
    live.command("x.refuses", True, actor="white")
    with pytest.raises(FabricError, match="it has no hands"):
        live.reset("controller")
    until(lambda: len(family(live.status().agent_pid)) == before)
    assert _generations(live)["controller"] == 1
    assert live.exec("desk", ["ping", "-c", "1", "-W", "5", "controller"]).status == 0
    assert [one.data for one in live.events() if one.kind == "host.reset"] == [{"generation": 1}]
    live.command("x.refuses", False, actor="white")
    live.reset("controller")
    assert _said(live) == b"1"
    live.destroy()


def test_a_host_that_cuts_itself_off_stays_as_it_was(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(_cut_off(), host("desk", 12)), name="one")
    before = family(live.status().agent_pid)
    with pytest.raises(FabricError, match="host cut has taken its own link eth0 away"):
        live.reset("cut")
    until(lambda: family(live.status().agent_pid) == before)
    assert _generations(live)["cut"] == 0
    live.destroy()


def test_of_a_sandbox_whose_reset_fails_each_host_is_whole(fabric: LocalFabric) -> None:
    """One fails while another has its links already and waits for its field system."""
    hosts = (host("controller", 11), host("desk", 12), _cut_off())
    live = fabric.deploy(world(*hosts, field_systems=(_SYSTEM,)), name="one")
    before = len(family(live.status().agent_pid))
    live.command("x.slow_s", 3, actor="white")
    with pytest.raises(FabricError, match="host cut has taken"):
        live.reset()
    until(lambda: len(family(live.status().agent_pid)) == before)
    assert _generations(live) == {"controller": 1, "desk": 1, "cut": 0}
    assert _said(live) == b"1"
    live.destroy()


def test_a_host_that_died_while_it_was_reset_is_not_reset_once_more(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(_slow()), name="one")
    (old,) = _inits(live)
    reset = threading.Thread(target=live.reset)
    reset.start()
    until(lambda: len(_inits(live)) > 1)
    os.kill(old, signal.SIGKILL)
    reset.join()
    assert "host.failed" in {one.kind for one in live.events()}
    live.reset("a")  # in its turn: behind whatever was to be done to the host
    assert _generations(live) == {"a": 2}
    live.destroy()


@pytest.mark.parametrize("who", ["a", None])
def test_no_host_is_reset_in_a_sandbox_that_was_paused_meanwhile(
    fabric: LocalFabric, who: str | None
) -> None:
    """Who asks while another reset goes on waits, and so does whoever has asked to pause."""
    live = fabric.deploy(world(_slow()), name="one")
    with contextlib.ExitStack() as asked:
        first, pause, second = (asked.enter_context(live._connect()) for _ in range(3))
        _send(first, {"op": "reset", "host": None})
        until(lambda: len(_inits(live)) > 1)
        _send(pause, {"op": "pause"})
        _send(second, {"op": "reset", "host": who})
        live._receive(first)
        live._receive(pause)
        with pytest.raises(SandboxError, match="is paused"):
            live._receive(second)
    assert _generations(live) == {"a": 1}
    live.destroy()


@pytest.mark.parametrize("free", range(1, 7))
def test_a_host_that_died_comes_back_or_the_journal_says_why_not(
    fabric: LocalFabric, free: int
) -> None:
    """Here its agent may open only few more files."""
    live = fabric.deploy(world(host("a", 11)), name="one")
    (init,) = _inits(live)
    with _files_left(live, free):
        os.kill(init, signal.SIGKILL)
        until(lambda: _told(live, "platform.fault") or _told(live, "host.reset"))
    live.destroy()


def test_a_service_that_cannot_be_started_again_at_once_comes_back(fabric: LocalFabric) -> None:
    """While its agent may open no more files."""
    service = Service(name="brief", kind=ServiceKind.PROGRAM, argv=("sleep", "1"))
    live = fabric.deploy(world(host("a", 11, services=(service,))), name="one")
    with _files_left(live, 0):
        until(lambda: _told(live, "service.down", "Too many open files"))
    ups = len(_told(live, "service.up"))
    until(lambda: len(_told(live, "service.up")) > ups)
    live.destroy()


def test_what_an_agent_is_short_of_is_the_machines_fault(fabric: LocalFabric) -> None:
    """It takes its caller in, and has no room for the streams of a program."""
    live = fabric.deploy(world(host("a", 11)), name="one")
    with _files_left(live, 2), pytest.raises(MachineError, match="short of open files"):
        live.exec("a", ["true"])
    assert live.exec("a", ["true"]).status == 0
    live.destroy()


@contextlib.contextmanager
def _files_left(live: LocalSandbox, count: int) -> Iterator[None]:
    """So many may the agent still open."""
    agent = live.status().agent_pid
    limits = resource.prlimit(agent, resource.RLIMIT_NOFILE)
    opened = kept_descriptors(agent)
    free = (number for number in itertools.count() if number not in opened)
    first_too_high = next(itertools.islice(free, count, None))
    resource.prlimit(agent, resource.RLIMIT_NOFILE, (first_too_high, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(agent, resource.RLIMIT_NOFILE, limits)


def _told(live: LocalSandbox, kind: str, why: str = "") -> list[Event]:
    events = [one for one in live.events() if one.kind == kind]
    return [one for one in events if why in str(one.data.get("reason", ""))]


def _inits(live: LocalSandbox) -> list[int]:
    """Of hosts."""
    found = []
    for pid in family(live.status().agent_pid):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text() == "init\n":
                found.append(pid)
    return found


def test_links_that_cannot_be_handed_over_are_the_old_ones_again(home: Path) -> None:
    script = ["unshare", "-Urn", sys.executable, "-m", "tests.fabric.refused_link"]
    done = subprocess.run(
        script, capture_output=True, cwd=_ROOT, text=True, check=False, timeout=60
    )
    assert done.stdout.splitlines() == [
        "host b: hand over its links: File exists",
        "p1-11 p1-12",
        "old: True, new: False",
    ], done.stderr
