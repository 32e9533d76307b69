"""Kill -9 at random moments: whoever is hit, nothing is left and the state is clear.

The moments come from a seed, so a failure can be repeated. The victims are those that root of
the machine, its owner or a lack of memory can hit: agent, spawner, zygote, plant, a host's
init, the client.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import FabricError, LocalFabric
from bachang.fabric.leaks import agents, family, inventory, wait_clean
from bachang.plan import FieldSystem, Listener, World
from tests.fabric.worlds import host, python_service, world

_LITTLE_PLANT = (Path(__file__).parent / "little_plant.py").read_text()
_ROOT = Path(__file__).parents[2]
_SEED = 20261123
_PHASES = ("deploy", "run", "reset", "destroy")
_VICTIMS = ("agent", "spawner", "zygote", "plant", "init", "client")


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", _LITTLE_PLANT), ready_timeout_s=10.0)
    assert wait_clean() == []


@pytest.mark.parametrize("moments", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_is_left_whoever_is_killed(fabric: LocalFabric, moments: int) -> None:
    dice = random.Random(_SEED)  # noqa: S311 - moments, no secrets
    for number in range(moments):
        phase, victim = _PHASES[number % 4], _VICTIMS[number % 6]
        if victim == "client":
            _kill_client(fabric, dice.uniform(0.2, 0.9))
        else:
            _kill_during(fabric, phase, victim, dice.uniform(0.0, 0.3))
        where = f"moment {number}: {victim} during {phase}"
        assert wait_clean(limit_s=5) == [], where
        assert agents() == {}, where


def _world() -> World:
    listener = Listener(purpose="modbus", host="b", port=502)
    system = FieldSystem(name="x", type="x", listeners=(listener,))
    return world(
        host("a", 11, **python_service()),
        *(host(n, 20 + ord(n)) for n in "bcdef"),
        field_systems=(system,),
    )


def _kill_during(fabric: LocalFabric, phase: str, victim: str, after_s: float) -> None:
    if phase == "deploy":
        with _killer(victim, after_s), contextlib.suppress(FabricError):
            fabric.deploy(_world(), name="chaos")
    else:
        live = fabric.deploy(_world(), name="chaos")
        with _killer(victim, after_s / 10), contextlib.suppress(FabricError):
            if phase == "reset":
                live.reset()
            elif phase == "destroy":
                live.destroy()
            else:
                for _ in range(20):
                    live.exec("a", ["true"], timeout_s=5)
    _settle(fabric)


def _settle(fabric: LocalFabric) -> None:
    """Either it lives, heals, and can be used and destroyed; or it is dead and says so."""
    deadline = time.monotonic() + 8
    while fabric.sandboxes():
        try:
            live = fabric.attach("chaos")
            status = live.status()
            assert status.state in ("running", "destroying")
            up = all(set(one.services.values()) <= {"up"} for one in status.hosts)
            if up and live.points() and live.exec("a", ["echo", "x"]).stdout == b"x\n":
                live.destroy()
        except FabricError:
            assert time.monotonic() < deadline
        time.sleep(0.02)
    for name in fabric.abandoned():
        numbers = [event.sequence for event in fabric.salvage(name).events()]
        assert numbers == list(range(1, len(numbers) + 1))
        fabric.forget(name)


@contextlib.contextmanager
def _killer(victim: str, after_s: float) -> Iterator[None]:
    """Kill one of the sandbox's processes a moment from now."""

    def strike() -> None:
        time.sleep(after_s)  # the moment is what is tried
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            for agent in agents():
                if found := _find(agent, victim):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(found, signal.SIGKILL)
                    return
            time.sleep(0.005)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _find(agent: int, victim: str) -> int | None:
    if victim == "agent":
        return agent
    for pid in sorted(family(agent)):
        with contextlib.suppress(OSError):
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if name == victim or (victim == "plant" and b"thirty lines" in words):
                return pid
    return None


def _kill_client(fabric: LocalFabric, after_s: float) -> None:
    script = (
        "from bachang.fabric import LocalFabric; from tests.fabric.worlds import *;"
        "live = LocalFabric().deploy(world(*(host(f'h{n}', n) for n in range(11, 31))),"
        " name='chaos', ends_with_client=True); live.reset(); live.destroy()"
    )
    client = subprocess.Popen([sys.executable, "-c", script], cwd=_ROOT)
    time.sleep(after_s)  # the moment is what is tried
    client.kill()
    client.wait()
    deadline = time.monotonic() + 5
    while agents() and time.monotonic() < deadline:
        time.sleep(0.01)
    _settle(fabric)
    assert inventory() == [] or wait_clean() == []
