"""Randomness that is part of a state: a 64-bit SplitMix generator whose state is one integer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_MASK = (1 << 64) - 1


@dataclass(slots=True)
class Chance:
    """A stream of numbers (Steele, Lea, Flood 2014: SplitMix64)."""

    state: int = 0

    @classmethod
    def of(cls, seed: str, name: str) -> Chance:
        """The stream that belongs to ``name`` under ``seed``."""
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        return cls(int.from_bytes(digest[:8], "big"))

    def uniform(self) -> float:
        """The next number, 0 ≤ x < 1."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
        return ((z ^ z >> 31) >> 11) / (1 << 53)

    def normal(self) -> float:
        """About normal, mean 0, variance 1 (sum of twelve: the same on every machine)."""
        return sum([self.uniform() for _ in range(12)]) - 6.0
