"""Deploy, play and destroy without pause: memory, descriptors and kernel memory stay flat.

Beside the worlds that come and go one stays, and is used and reset in every round.
With BACHANG_SOAK_PICTURE=FILE.svg what was measured is drawn.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.fabric.leaks import wait_clean
from bachang.plan import FieldSystem
from tests.fabric.soak import Sample, begin_round, draw, growth, look
from tests.fabric.worlds import LITTLE_PLANT, host, python_service, world

_WARM_UP = 5
_MIB = 1024


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", LITTLE_PLANT))
    assert wait_clean() == []


@pytest.mark.parametrize("seconds", [60, pytest.param(1800, marks=pytest.mark.slow)])
def test_worlds_that_come_and_go_leave_the_machine_as_it_was(
    fabric: LocalFabric, seconds: float
) -> None:
    samples: list[Sample] = []
    system = FieldSystem(name="x", type="x")
    stays = fabric.deploy(
        world(host("a", 11, **python_service()), host("b", 12), field_systems=(system,)),
        name="stays",
    )
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(samples) < 3 * _WARM_UP:
        begin_round()
        _come_and_go(fabric, len(samples))
        _use(stays)
        samples.append(look(stays.status().agent_pid))
    stays.destroy()
    steady = samples[_WARM_UP:]
    if target := os.environ.get("BACHANG_SOAK_PICTURE"):
        draw(steady, Path(target))
    assert len({one.descriptors for one in steady}) == 1
    assert len({one.agent_descriptors for one in steady}) == 1
    assert len({one.server_descriptors for one in steady}) == 1
    assert growth([one.server_peak_kib for one in steady]) < 8 * _MIB
    assert growth([one.own_peak_kib for one in steady]) < 8 * _MIB
    assert growth([one.agent_peak_kib for one in steady]) < 8 * _MIB
    # A leak of one host's kernel memory (about 0.5 MiB) in each round would be three times
    # as much once there are many rounds.
    assert growth([one.kernel_kib for one in steady]) < 64 * _MIB + len(steady) * _MIB // 6


def _come_and_go(fabric: LocalFabric, number: int) -> None:
    made = world(*(host(f"h{n}", n, **python_service()) for n in range(11, 17)))
    live = fabric.deploy(made, name=f"soak-{number % 3}")
    assert live.exec("h11", ["ping", "-c", "1", "-W", "2", "h12"]).status == 0
    live.open_tcp("h11", "10.1.0.12", 8080).close()
    live.close_terminal(live.keep_terminal("h13").session)
    live.reset("h14")
    live.destroy()


def _use(live: LocalSandbox) -> None:
    output = os.memfd_create("frames")
    try:
        with live.capture(output):
            assert live.exec("a", ["ping", "-c", "1", "-W", "2", "b"]).status == 0
    finally:
        os.close(output)
    live.open_tcp("b", "10.1.0.11", 8080).close()
    live.close_terminal(live.keep_terminal("a").session)
    live.command("x.value", 7, actor="white")
    live.reset("b")
    live.reset()


def test_a_leak_among_the_comings_and_goings_of_others_is_seen() -> None:
    dice = random.Random(1)  # noqa: S311 - noise, no secrets
    noise = [500_000 + dice.randint(-30_000, 30_000) for _ in range(400)]
    kept_by_others = [value + (at > 200) * 300_000 for at, value in enumerate(noise)]
    leaking = [value + at * 512 for at, value in enumerate(kept_by_others)]
    every_fourth = [value + at // 4 * 2048 for at, value in enumerate(noise)]
    most = 64 * _MIB + 400 * _MIB // 6
    assert growth(noise) < most
    assert growth(kept_by_others) < most
    assert growth(leaking) > most
    assert growth(every_fourth) > most
