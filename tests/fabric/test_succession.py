"""Whatever fails while a host is reset: it has one generation then, and the error says what."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bachang.fabric import FabricError, LocalFabric, LocalSandbox, PlatformError
from bachang.fabric.leaks import family, wait_clean
from bachang.plan import FieldSystem, File, Host, HostKind, Listener, Service, ServiceKind
from tests.fabric.worlds import LITTLE_PLANT, host, world
from tests.waiting import until

_REFUSED = ["unshare", "-Urn", sys.executable, "-m", "tests.fabric.refused_link"]
_ROOT = Path(__file__).parents[2]
_SYSTEM = FieldSystem(
    name="x", type="x", listeners=(Listener(purpose="modbus", host="controller", port=502),)
)
_TAKES_THE_PORT = b"""\
import contextlib, socket
def main():
    with contextlib.suppress(OSError):  # at first it is the field system's
        taken = socket.create_server(("", 502))
    socket.create_server(("", 8080)).accept()
"""
_CUTS_ITSELF_OFF = "sleep 1; ip link del eth0; exec python3 -m http.server 8080"


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", LITTLE_PLANT))
    assert wait_clean() == []


def _thief() -> Host:
    """A controller with a service that comes first when it starts together with it."""
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
