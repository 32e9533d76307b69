"""Deaths at bad moments: nothing is left, nothing acknowledged is lost, the state is clear."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, MachineError, PlatformError, SandboxGoneError
from bachang.fabric.leaks import family, wait_clean
from bachang.plan import FieldSystem, Host, HostKind, Listener, User, World
from tests.fabric.worlds import LAN, LITTLE_PLANT, host, interface, python_service, world
from tests.waiting import until


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", LITTLE_PLANT))
    assert wait_clean() == []


@pytest.fixture
def plant_world() -> World:
    """A controller with a protocol socket, and a desk."""
    listener = Listener(purpose="modbus", host="controller", port=502)
    return world(
        host("controller", 11),
        host("desk", 12),
        field_systems=(FieldSystem(name="x", type="x", listeners=(listener,)),),
    )


def test_a_killed_agent_takes_everything_with_it(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11, **python_service())), name="victim")
    kept = live.record(actor="white", kind="message.sent", subject="last words")
    everyone = family(live.status().agent_pid)
    assert len(everyone) >= 4
    os.kill(live.status().agent_pid, signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everyone))
    with pytest.raises(SandboxGoneError):
        live.status()
    assert fabric.sandboxes() == []
    assert fabric.abandoned() == ["victim"]
    assert kept in fabric.salvage("victim").events()
    fabric.forget("victim")
    assert fabric.abandoned() == []
    fabric.deploy(world(host("a", 11)), name="victim").destroy()


def test_a_killed_zygote_is_replaced_and_services_live_on(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11, **python_service())), name="z")
    os.kill(_child_named(live, "zygote"), signal.SIGKILL)
    until(lambda: "zygote" in _faults(live))
    assert live.status().hosts[0].services == {"page": "up"}
    live.open_tcp("a", "10.1.0.11", 8080).close()
    live.reset("a")
    live.exec("a", ["pkill", "-f", "page.py"])
    until(lambda: [one.kind for one in live.events()].count("service.up") == 3)
    live.open_tcp("a", "10.1.0.11", 8080).close()
    live.destroy()


def test_a_dead_plant_comes_back_with_all_commands(fabric: LocalFabric, plant_world: World) -> None:
    live = fabric.deploy(plant_world, name="plant")
    assert live.points() == {"x.value": 1, "x.uid": 65000}
    live.command("x.value", 7, actor="white")
    assert _metered(live) == b"7"
    live.command("x.value", 8, actor="white")
    _crash_plant(live)
    until(lambda: "plant" in _faults(live))
    until(lambda: _value(live) == 8)
    assert _metered(live) == b"8"
    live.destroy()


def test_a_plant_that_dies_while_it_starts_again_is_started_once_more(
    fabric: LocalFabric, plant_world: World
) -> None:
    live = fabric.deploy(plant_world, name="plant")
    live.command("x.weak_until_s", time.monotonic() + 1, actor="white")
    _crash_plant(live)
    until(lambda: _value(live) == 1)
    assert [one.data["reason"][-1] for one in live.events() if one.kind == "platform.fault"] == [
        "3",
        "4",
    ]
    live.destroy()


def test_a_plant_whose_port_is_taken_while_it_is_away_comes_back_once_it_is_free(
    fabric: LocalFabric, plant_world: World
) -> None:
    live = fabric.deploy(plant_world, name="plant")
    thief = ["sh", "-c", 'setsid python3 -c "$0" > /dev/null 2>&1 & sleep 0.2', _THIEF]
    live.exec("controller", thief)
    _crash_plant(live)
    taken = "port 502 of host controller: Address already in use"
    until(lambda: any(taken in str(one.data.get("reason")) for one in live.events()))
    live.exec("controller", ["pkill", "-f", "create_server"])
    until(lambda: _value(live) == 1)
    assert _metered(live) == b"1"
    live.destroy()


def test_a_pause_that_the_plant_is_away_for_can_be_asked_for_once_more(
    fabric: LocalFabric, plant_world: World
) -> None:
    live = fabric.deploy(plant_world, name="plant")
    live.command("x.weak_until_s", time.monotonic() + 2, actor="white")
    _crash_plant(live)
    with pytest.raises(PlatformError, match="the plant"):
        live.pause()
    assert live.status().state == "running"
    assert live.exec("desk", ["echo", "here"]).stdout == b"here\n"
    until(lambda: _value(live) == 1)
    live.pause()
    assert live.status().state == "paused"
    live.resume()
    live.destroy()


def test_a_reset_gives_the_plant_its_socket_in_the_new_host(
    fabric: LocalFabric, plant_world: World
) -> None:
    live = fabric.deploy(plant_world, name="plant")
    live.command("x.value", 5, actor="white")
    live.reset("controller")
    assert _metered(live) == b"5"  # physics goes on
    live.reset()
    assert _metered(live) == b"1"  # everything is as it was
    live.destroy()


@pytest.mark.parametrize("moment_s", [0.03, 0.11, 0.29, 0.47])
def test_a_client_killed_while_it_deploys_leaves_nothing(
    fabric: LocalFabric, moment_s: float
) -> None:
    script = (
        "from bachang.fabric import LocalFabric; from tests.fabric.worlds import *;"
        "print('begin', flush=True);"
        "LocalFabric().deploy(world(*(host(f'h{n}', n) for n in range(11, 41))), name='brief')"
    )
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=_ROOT)
    with client:
        assert client.stdout
        assert client.stdout.readline() == b"begin\n"
        time.sleep(moment_s)  # the very thing under test is a random moment
        client.kill()
    until(lambda: _gone_or_destroyed(fabric, "brief"))
    for name in fabric.abandoned():
        fabric.deploy(world(), name=name).destroy()


def test_a_full_disk_loses_nothing_that_was_acknowledged(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11)), name="full")
    pid = live.status().agent_pid
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    room = live._directory.log.stat().st_size + 2000
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, most))
    with pytest.raises(MachineError, match="make room"):
        live.record(actor="white", kind="message.sent", subject="x" * 5000)
    assert live.exec("a", ["echo", "alive"]).stdout == b"alive\n"
    assert any("events wait in memory" in line for line in live.status().degraded)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
    made = live.record(actor="white", kind="message.sent", subject="room again")
    numbers = [event.sequence for event in live.events()]
    assert numbers == list(range(1, made.sequence + 1))
    assert not any("events wait" in line for line in live.status().degraded)
    live.destroy()


def test_a_flood_of_frames_and_output_does_not_disturb_the_agent(fabric: LocalFabric) -> None:
    flood = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    flood += "while True: s.sendto(bytes(1000), ('10.1.0.12', 9)); print('x' * 1000)"
    live = fabric.deploy(world(host("a", 11), host("b", 12)), name="flood")
    done = live.exec("a", ["python3", "-c", flood], timeout_s=1, limit_bytes=1000)
    assert done.timed_out
    assert done.truncated
    assert live.status().state == "running"
    live.destroy()


def test_a_state_directory_with_a_long_path_works(
    home: Path, fabric: LocalFabric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / ("long-" * 30)))
    live = fabric.deploy(world(host("a", 11)), name="deep")
    assert fabric.attach("deep").status().state == "running"
    live.destroy()


def test_one_id_only_is_refused_for_users(
    fabric: LocalFabric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bachang.fabric._local.enough_ids", lambda: False)
    monkeypatch.setattr("bachang.fabric._launch.enough_ids", lambda: False)
    user = User(name="ann", uid=1000, gid=1000, home="/home/ann")
    with pytest.raises(MachineError, match="subordinate ids"):
        fabric.deploy(world(host("a", 11, users=(user,))), name="single")
    live = fabric.deploy(world(host("a", 11), host("b", 12)), name="single")
    assert live.exec("a", ["ping", "-c", "1", "-W", "2", "b"]).status == 0
    assert any("one id" in line for line in live.status().degraded)
    live.destroy()


def test_many_interfaces_make_a_ring(fabric: LocalFabric) -> None:
    """Hosts with several links get them in the order of the plan."""
    second = dataclasses.replace(interface(51), name="eth1", mac="02:00:00:09:09:09", port="second")
    both = Host(name="both", kind=HostKind.HOST, interfaces=(interface(50), second))
    live = fabric.deploy(World(networks=(LAN,), hosts=(both,)), name="ring")
    shown = live.exec("both", ["ip", "-br", "-4", "address"]).stdout.decode().split()
    assert [word for word in shown if "/" in word] == [
        "127.0.0.1/8",
        "10.1.0.50/24",
        "10.1.0.51/24",
    ]
    live.destroy()


_ROOT = Path(__file__).parents[2]
_THIEF = """
import contextlib, socket, time
while True:
    with contextlib.suppress(OSError), socket.create_server(("", 502)):
        time.sleep(100)
"""


def _gone_or_destroyed(fabric: LocalFabric, name: str) -> bool:
    """True once nothing lives; a sandbox that was up before its client died is destroyed."""
    if not fabric.sandboxes():
        return True
    with contextlib.suppress(SandboxGoneError):
        fabric.attach(name).destroy()
    return False


def _faults(live: LocalSandbox) -> list[str]:
    return [one.subject for one in live.events() if one.kind == "platform.fault"]


def _child_named(live: LocalSandbox, name: str) -> int:
    for pid in family(live.status().agent_pid):
        if Path(f"/proc/{pid}/comm").read_text().strip() == name:
            return pid
    raise AssertionError(name)


def _metered(live: LocalSandbox) -> bytes:
    """What the plant answers over the network."""
    with live.open_tcp("desk", "10.1.0.11", 502) as meter:
        return meter.recv(10)


def _value(live: LocalSandbox) -> object:
    try:
        return live.points().get("x.value")
    except Exception:
        return None


def _crash_plant(live: LocalSandbox) -> None:
    """The little plant ends itself when it is asked to."""
    with pytest.raises(Exception, match="plant"):
        live.command("x.crash", 1, actor="white")


def test_worlds_deployed_at_once_leave_the_process_as_it_was(fabric: LocalFabric) -> None:
    before = os.umask(0o022)
    with ThreadPoolExecutor(4) as many:
        made = list(
            many.map(lambda n: fabric.deploy(world(host("h1", 11)), name=f"w{n}"), range(4))
        )
    after = os.umask(before)
    modes = {stat.S_IMODE(_door(one.name).stat().st_mode) for one in made}
    for one in made:
        one.destroy()
    assert after == 0o022
    assert modes == {0o600}


def _door(name: str) -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "bachang" / "sandboxes" / name / "agent.sock"
