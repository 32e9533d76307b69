"""Comparing two things on a noisy machine: in turn, A B A B …, and the median of the ratios.

What disturbs the machine disturbs both halves of a pair, so their ratio stands where an
absolute time says little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Medians of the two series, and of the ratios own to peer, pair by pair."""

    own: float
    peer: float
    ratio: float


def alternate(own: Callable[[], float], peer: Callable[[], float], *, pairs: int = 5) -> Pair:
    """Measure both in turn; each call returns one figure (any unit, the same for both)."""
    measured = [(own(), peer()) for _ in range(pairs)]
    return Pair(
        own=median(a for a, _ in measured),
        peer=median(b for _, b in measured),
        ratio=median(a / b for a, b in measured),
    )
