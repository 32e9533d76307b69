"""Is a source good? A judgement with delays and hysteresis, as transfer controllers make it."""

from __future__ import annotations

from dataclasses import dataclass

EPSILON_S = 1e-9
"""Sums of steps miss a delay by rounding: less than this counts as reached."""


@dataclass(slots=True)
class Monitor:
    """Judgement of one source; starts settled at normal."""

    normal: bool = True
    good: bool = True
    """The measurement now, with hysteresis, without delay."""
    pending_s: float = 0.0
    """For how long the measurement has contradicted the judgement."""

    def watch(
        self,
        inside: bool,
        returned: bool,
        normal_delay_s: float,
        abnormal_delay_s: float,
        dt: float,
    ) -> bool:
        """Take one measurement; return whether the judgement changed.

        Args:
            inside: within the limits. returned: within the narrower limits of return.
            normal_delay_s: a good source counts as normal after this long.
            abnormal_delay_s: a bad one as abnormal after this long. dt: step, seconds.
        """
        self.good = inside if self.good else returned
        if self.good is self.normal:
            self.pending_s = 0.0
            return False
        self.pending_s += dt
        delay_s = normal_delay_s if self.good else abnormal_delay_s
        if self.pending_s + EPSILON_S < delay_s:
            return False
        self.normal = self.good
        self.pending_s = 0.0
        return True

    def countdown_s(self, normal_delay_s: float, abnormal_delay_s: float) -> float:
        """Seconds until the judgement changes, 0 if nothing is pending."""
        if self.good is self.normal:
            return 0.0
        return max(0.0, (normal_delay_s if self.good else abnormal_delay_s) - self.pending_s)
