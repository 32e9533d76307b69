"""A host that writes too fast waits; others do not."""

from __future__ import annotations

import pytest

from bachang.twins.plant._pace import BURST, PER_S, Pace


class Hand:
    """A clock that is set by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_writes_are_bounded_in_the_long_run() -> None:
    clock = Hand()
    pace = Pace(clock)
    applied = 0
    for _ in range(100_000):  # one attempt each ms, for 100 s
        clock.now_s += 0.001
        if not pace.spent("10.1.0.11:40000"):
            pace.spend("10.1.0.11:40001")  # another connection of the same host
            applied += 1
    assert applied == pytest.approx(BURST + 100 * PER_S, rel=0.01)


def test_others_do_not_wait() -> None:
    pace = Pace(Hand())
    for _ in range(10_000):
        pace.spend("10.1.0.11:40000")
    assert pace.spent("10.1.0.11:1")
    assert not pace.spent("10.1.0.12:1")


def test_made_up_addresses_take_no_memory() -> None:
    pace = Pace(Hand())
    for number in range(100_000):
        pace.spend(f"{number}:1")
    assert len(pace._budgets) <= 4096
