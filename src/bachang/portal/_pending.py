"""Answers and hints of one run that were judged and are on their way into the store.

Whoever answers next is judged as if these were there already, so a hundred answers at a time
are no more attempts than a hundred one after another. Belongs to the portal's loop.
"""

from __future__ import annotations

from collections.abc import Mapping

from bachang.exercise import Standing, Standings
from bachang.journal import Event
from bachang.portal._memory import Memory


class Pending:
    """Answers by their keys.

    Args:
        memory: What is remembered of the run's journal.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._answers: dict[str, Event] = {}
        self._ahead: Standings | None = None
        self._version = 0

    def __contains__(self, key: str) -> bool:
        return key in self._answers

    def standings(self) -> Mapping[str, Standing]:
        """How far each task is once these answers are there."""
        if self._ahead is None or self._version != self._memory.version:
            self._version, self._ahead, there = self._memory.ahead(self._answers)
            for key, answer in self._answers.items():
                if key not in there:
                    self._ahead.apply(answer)
        return self._ahead.now

    def add(self, key: str, answer: Event) -> None:
        """An answer is on its way."""
        self._answers[key] = answer
        if self._ahead is not None:
            self._ahead.apply(answer)

    def drop(self, key: str) -> None:
        """An answer has arrived, or never will."""
        self._answers.pop(key, None)
        self._ahead = None
