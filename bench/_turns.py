"""Comparing what happens in even turns of a clock with what happens in the odd ones around them.

Turns are short, so what disturbs the machine disturbs an even turn and its neighbours alike; there
are many, so their median says more than one long look, and their spread how much it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median, quantiles

_SETTLING = 0.1
"""Part of a turn that is left out: whoever acts in turns is not exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Medians of both kinds, and of the ratios of an even turn to the odd ones around it."""

    even: float
    odd: float
    ratio: float
    low: float
    """A quarter of the ratios are below it, …"""
    high: float
    """… and a quarter above this."""
    count: int


def compare(samples: Iterable[tuple[float, float]], turn_s: float) -> Turns:
    """Compare ``(time in s, value)`` by the turns in which they were taken.

    Raises:
        ValueError: fewer than two even turns have values before and after them.
    """
    turns: dict[int, list[float]] = defaultdict(list)
    for at, value in samples:
        if at % turn_s >= _SETTLING * turn_s:
            turns[int(at / turn_s)].append(value)
    whole = [turn for turn in turns if turn % 2 == 0 and turn - 1 in turns and turn + 1 in turns]
    ratios = [median(turns[one]) / median(turns[one - 1] + turns[one + 1]) for one in whole]
    if len(ratios) < 2:
        raise ValueError(f"{len(ratios)} turns are too few to compare")
    low, _, high = quantiles(ratios, n=4)
    return Turns(
        even=median(value for turn, values in turns.items() if not turn % 2 for value in values),
        odd=median(value for turn, values in turns.items() if turn % 2 for value in values),
        ratio=median(ratios),
        low=low,
        high=high,
        count=len(ratios),
    )
