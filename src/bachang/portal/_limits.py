"""How often something may be done: one bucket of permissions for each name.

A bucket holds at most a minute's worth and is refilled evenly; buckets that are full again are
forgotten, so the memory is bounded by what is in use.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from bachang.portal._problem import ProblemError

_MOST_BUCKETS = 20_000


class Limit:
    """So many times a minute for each name.

    Args:
        what: What is limited, for people, e.g. ``answers``.
        per_minute: How many; also the most at once.
        now: Seconds that never go back.
    """

    def __init__(self, what: str, per_minute: int, now: Callable[[], float]) -> None:
        self._what = what
        self._per_minute = per_minute
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, name: str) -> None:
        """Count one.

        Raises:
            ProblemError: 429 with the seconds to wait.
        """
        now = self._now()
        with self._lock:
            left, at = self._buckets.get(name, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - at) * self._per_minute / 60)
            if left >= 1:
                self._buckets[name] = (left - 1, now)
            if len(self._buckets) > _MOST_BUCKETS:
                self._forget(now)
        if left < 1:
            wait_s = math.ceil((1 - left) * 60 / self._per_minute)
            raise ProblemError(
                429,
                "too-often",
                f"too many {self._what}: at most {self._per_minute} a minute",
                f"wait {wait_s} s",
                retry_after_s=wait_s,
            )

    def _forget(self, now: float) -> None:
        full_s = 60.0
        self._buckets = {
            name: bucket for name, bucket in self._buckets.items() if now - bucket[1] < full_s
        }
