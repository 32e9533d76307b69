"""Floods of events: whoever does something in a loop must not fill the journal.

What participants and hosts can cause at will, and nothing is computed from, is written as long as
it comes at a human pace. Beyond that it is counted, and the counts are written: nothing is lost in
silence. (What a replay needs, such as applied commands, the plant itself slows down.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

LIMITED = frozenset(
    (
        "command.refused",
        "interlock.refused",
        "login.accepted",
        "login.refused",
        "program.ran",
        "protocol.malformed",
        "service.down",
        "service.up",
        "terminal.closed",
        "terminal.opened",
    )
)
PER_S = 20.0
BURST = 400.0


@dataclass(slots=True)
class _Bucket:
    content: float
    filled_s: float


class Floods:
    """Admits events, or counts them. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._withheld: Counter[str] = Counter()

    def admits(self, kind: str) -> bool:
        """May an event of this kind be written? If not, it is counted."""
        if kind not in LIMITED:
            return True
        now_s = self._clock()
        bucket = self._buckets.setdefault(kind, _Bucket(BURST, now_s))
        bucket.content = min(BURST, bucket.content + PER_S * (now_s - bucket.filled_s))
        bucket.filled_s = now_s
        if bucket.content < 1:
            self._withheld[kind] += 1
            return False
        bucket.content -= 1
        return True

    def take_withheld(self) -> dict[str, int]:
        """How many of each kind were not written since the last call."""
        counts = dict(self._withheld)
        self._withheld.clear()
        return counts
