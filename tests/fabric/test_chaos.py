"""Kill -9 at random moments: whoever is hit, nothing is left and the state is clear.

The moments come from a seed, so a failure can be repeated. The victims are those that root of
the machine, its owner or a lack of memory can hit: agent, spawner, zygote, plant, a host's
init, the fork servers, the client.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import FabricError, LocalFabric
from bachang.fabric._fork_server import ZYGOTES, zygotes
from bachang.fabric._fork_server import agents as fork_server
from bachang.fabric.leaks import agents, family, fork_servers, wait_clean
from bachang.plan import FieldSystem, Listener, World
from tests.fabric.worlds import LITTLE_PLANT, host, python_service, world

_ROOT = Path(__file__).parents[2]
_SEED = 20261123
_WINDOWS_S = {"deploy": 0.4, "run": 0.1, "reset": 0.1, "destroy": 0.01}
"""How long after the beginning of each phase the latest moment is: as long as it takes."""
_VICTIMS = ("agent", "spawner", "zygote", "plant", "init", "fork server", "zygote server", "client")


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", LITTLE_PLANT), ready_timeout_s=10.0)
    for server in (fork_server, zygotes):
        server.end()  # another than the run began with
    assert wait_clean() == []


@pytest.mark.parametrize("moments", [32, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_is_left_whoever_is_killed(fabric: LocalFabric, moments: int) -> None:
    dice = random.Random(_SEED)  # noqa: S311 - moments, no secrets
    hits: Counter[tuple[str, str]] = Counter()
    for phase, victim in _schedule(dice, moments):
        moment_s, which = dice.uniform(0.0, _WINDOWS_S[phase]), dice.random()
        if victim == "client":
            hit = _kill_client(fabric, phase, moment_s)
        else:
            hit = _kill_during(fabric, phase, victim, moment_s, which)
        hits[phase, victim] += hit
        where = f"{victim} {moment_s:.3f} s into {phase}"
        assert wait_clean(limit_s=5) == [], where
        assert agents() == {}, where
    print(f"{hits.total()} of {moments} were hit: {dict(hits)}")
    assert hits.total() > moments // 2, "most were gone before their moment"


def _schedule(dice: random.Random, moments: int) -> list[tuple[str, str]]:
    """Every victim in every phase, again and again, in an order of its own each time."""
    pairs = list(itertools.product(_WINDOWS_S, _VICTIMS))
    rounds = (dice.sample(pairs, len(pairs)) for _ in range(moments // len(pairs) + 1))
    return list(itertools.chain.from_iterable(rounds))[:moments]


def _world() -> World:
    listener = Listener(purpose="modbus", host="b", port=502)
    system = FieldSystem(name="x", type="x", listeners=(listener,))
    return world(
        host("a", 11, **python_service()),
        *(host(n, 20 + ord(n)) for n in "bcdef"),
        field_systems=(system,),
    )


def _kill_during(
    fabric: LocalFabric, phase: str, victim: str, moment_s: float, which: float
) -> bool:
    live = fabric.deploy(_world(), name="chaos") if phase != "deploy" else None
    killer = _killer(victim, moment_s, which, known=phase == "destroy")
    with killer as hit, contextlib.suppress(FabricError):
        if live is None:
            fabric.deploy(_world(), name="chaos")
        elif phase == "reset":
            live.reset()
        elif phase == "destroy":
            live.destroy()
        else:
            for _ in range(20):
                live.exec("a", ["true"], timeout_s=5)
    _settle(fabric)
    return bool(hit)


def _settle(fabric: LocalFabric) -> None:
    """Either it lives, heals, and can be used and destroyed; or it is dead and says so."""
    deadline = time.monotonic() + 30
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
def _killer(victim: str, moment_s: float, which: float, *, known: bool) -> Iterator[list[int]]:
    """Kill one of the sandbox's processes a moment from now; gives whom it hit.

    Who is ``known`` is looked up before, because looking takes longer than an end.
    """
    hit: list[int] = []
    choose = functools.partial(_choose, victim, which)
    aim = choose() if known else None

    def strike() -> None:
        time.sleep(moment_s)  # the moment is what is tried
        deadline = time.monotonic() + 0.5
        while (target := choose() if aim is None else aim) is None:
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(target, signal.SIGKILL)
            hit.append(target)
        os.close(target)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield hit
    finally:
        thread.join()


def _choose(victim: str, which: float) -> int | None:
    """A pidfd of one of those who can be the victim."""
    if victim == "fork server":
        found = fork_servers(os.getpid())
    elif victim == "zygote server":
        found = fork_servers(os.getpid(), ZYGOTES)
    else:
        found = [pid for agent in agents() for pid in _find(agent, victim)]
    with contextlib.suppress(ProcessLookupError):
        return os.pidfd_open(found[int(which * len(found))]) if found else None
    return None


def _find(agent: int, victim: str) -> list[int]:
    if victim == "agent":
        return [agent]
    found = []
    for pid in sorted(family(agent)):
        with contextlib.suppress(OSError):
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if name == victim or (victim == "plant" and b"thirty lines" in words):
                found.append(pid)
    return found


_CLIENT = """
from bachang.fabric import LocalFabric
from tests.fabric.worlds import *
made = world(*(host(f"h{n}", n) for n in range(11, 31)))
print("deploy", flush=True)
live = LocalFabric().deploy(made, name="chaos", ends_with_client=True)
print("run", flush=True)
for _ in range(20): live.exec("h11", ["true"])
print("reset", flush=True)
live.reset()
print("destroy", flush=True)
live.destroy()
"""


def _kill_client(fabric: LocalFabric, phase: str, moment_s: float) -> bool:
    client = subprocess.Popen(
        [sys.executable, "-c", _CLIENT], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    with client:
        assert client.stdout
        while (line := client.stdout.readline()) and line.strip() != phase:
            pass
        assert line, f"it ended with {client.wait()} before {phase}"
        time.sleep(moment_s)  # the moment is what is tried
        client.kill()
    deadline = time.monotonic() + 30
    while agents() and time.monotonic() < deadline:
        time.sleep(0.01)
    _settle(fabric)
    return client.returncode == -signal.SIGKILL
