"""How many ticks are due: the sandbox's clock against the machine's.

Pace 1 while people interact. Late by less than the allowance, the plant catches up; late by
more, its clock slips: the lost time is reported and never made up. No tick is skipped.
"""

from __future__ import annotations

from collections.abc import Callable

from bachang.twins import TICK_S

ALLOWANCE_S = 0.25


class Pacer:
    """Paces one zone.

    Args:
        clock: seconds, monotonic. tick: where the zone stands.
    """

    def __init__(self, clock: Callable[[], float], tick: int = 0) -> None:
        self._clock = clock
        self.paused = False
        self.rebase(tick)

    def rebase(self, tick: int) -> None:
        """The zone stands at ``tick`` now, whatever time it took to get there."""
        self._origin_s = self._clock() - tick * TICK_S

    def pause(self) -> None:
        """Nothing is due until `resume`."""
        self.paused = True

    def resume(self, tick: int) -> None:
        """Go on from ``tick``."""
        self.paused = False
        self.rebase(tick)

    def due(self, tick: int) -> int:
        """Ticks that are due now."""
        if self.paused:
            return 0
        return max(0, int((self._clock() - self._origin_s) / TICK_S + 1e-6) - tick)

    def until_next(self, ticks: int) -> float:
        """Seconds until the next tick that ``ticks`` divides is due, also while none are."""
        period_s = ticks * TICK_S
        return period_s - (self._clock() - self._origin_s) % period_s

    def slip(self, tick: int) -> float:
        """Let the clock slip if the plant is later than the allowance; seconds lost, or 0."""
        late_s = self._clock() - self._origin_s - tick * TICK_S
        if self.paused or late_s <= ALLOWANCE_S:
            return 0.0
        self.rebase(tick)
        return late_s
