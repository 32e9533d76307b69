"""The pacer: a held clock decides what is due, what slips, and that nothing is skipped."""

from __future__ import annotations

import pytest

from bachang.twins.plant import Pacer


class HeldClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_ticks_become_due_with_the_clock() -> None:
    clock = HeldClock()
    pacer = Pacer(clock, tick=50)
    assert pacer.due(50) == 0
    clock.now_s += 0.05
    assert pacer.due(50) == 5
    assert pacer.due(55) == 0


def test_the_next_wake_is_when_a_round_tick_is_due() -> None:
    clock = HeldClock()
    pacer = Pacer(clock, tick=43)
    assert pacer.until_next(10) == pytest.approx(0.07)
    clock.now_s += 0.065
    assert pacer.until_next(10) == pytest.approx(0.005)
    clock.now_s += 0.006
    assert pacer.due(43) == 7
    assert pacer.until_next(10) == pytest.approx(0.099)
    pacer.pause()
    clock.now_s += 100.0
    assert 0.0 < pacer.until_next(10) <= 0.1


def test_small_delays_are_caught_up_and_large_ones_slip() -> None:
    clock = HeldClock()
    pacer = Pacer(clock)
    clock.now_s += 0.2
    assert pacer.slip(0) == 0.0
    assert pacer.due(0) == 20
    clock.now_s += 3.0
    assert pacer.slip(20) == pytest.approx(3.0)
    assert pacer.due(20) == 0
    clock.now_s += 0.01
    assert pacer.due(20) == 1


def test_a_paused_clock_owes_nothing() -> None:
    clock = HeldClock()
    pacer = Pacer(clock)
    pacer.pause()
    clock.now_s += 100.0
    assert pacer.due(0) == 0
    assert pacer.slip(0) == 0.0
    pacer.resume(0)
    clock.now_s += 0.02
    assert pacer.due(0) == 2
