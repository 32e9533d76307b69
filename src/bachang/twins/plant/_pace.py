"""How often one host may write: a device takes only so many commands, and so does a journal.

All applied commands are journalled, because a replay needs them. So whoever writes faster waits,
and nobody else does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PER_S = 200.0
BURST = 2000.0
_MOST_KNOWN = 4096


@dataclass(slots=True)
class _Budget:
    left: float
    at_s: float


class Pace:
    """Budgets of hosts that fill evenly. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._budgets: dict[str, _Budget] = {}

    def spend(self, source: str) -> None:
        """A command was applied for ``address:port``."""
        self._budget(source).left -= 1

    def spent(self, source: str) -> bool:
        """Must ``address:port`` wait?"""
        return self._budget(source).left < 1

    def _budget(self, source: str) -> _Budget:
        address, now_s = source.rpartition(":")[0], self._clock()
        if len(self._budgets) >= _MOST_KNOWN:  # addresses are easily made up
            self._budgets.clear()
        budget = self._budgets.setdefault(address, _Budget(BURST, now_s))
        budget.left = min(BURST, budget.left + PER_S * (now_s - budget.at_s))
        budget.at_s = now_s
        return budget
