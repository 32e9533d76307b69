"""How what an agent needs comes back: after pauses that double, and each fault is told once."""

from __future__ import annotations

from bachang.fabric._agent._record import Journal
from bachang.fabric._printable import printable

_FIRST_S = 0.2
_LONGEST_S = 10.0


class Comeback:
    """Of the plant, or the zygote; ``subject`` is its name in the journal."""

    def __init__(self, subject: str, journal: Journal) -> None:
        self._subject = subject
        self._journal = journal
        self._pause_s = _FIRST_S
        self._told = ""

    def fault(self, reason: str) -> None:
        """Tell the journal, but not again and again while it does not come up."""
        if reason != self._told:
            self._told = reason
            self._journal.note("platform.fault", self._subject, {"reason": printable(reason)})

    def next_pause_s(self) -> float:
        """How long to wait before it is started again."""
        pause_s = self._pause_s
        self._pause_s = min(pause_s * 2, _LONGEST_S)
        return pause_s

    def succeeded(self) -> None:
        """It is there: all begins anew."""
        self._pause_s, self._told = _FIRST_S, ""
