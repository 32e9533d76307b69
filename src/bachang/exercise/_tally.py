"""A score that follows a journal as it grows, at the cost of what is new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bachang.exercise._score import Score, compose
from bachang.exercise._standing import Standings, in_order
from bachang.journal import Event
from bachang.plan import Plan


class Tally:
    """What was gathered of one sandbox's journal: the same as `score` over all of its events.

    Args:
        plan: The sandbox's plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.standings = Standings.of(plan)
        self._held: set[str] = set()
        self._sample: dict[str, Any] = {}
        self._faults: list[Event] = []
        self._score: Score | None = None

    def apply(self, event: Event) -> None:
        """Take in the next event; they come in the order of their sequence."""
        if event.kind == "points.sampled":
            self._sample = event.data
        elif event.kind == "condition.held":
            self._held.add(event.subject)
        elif event.kind in ("task.answered", "hint.taken", "platform.fault"):
            self.standings.apply(event)
            if event.kind == "platform.fault":
                self._faults.append(event)
        else:
            return
        self._score = None

    @property
    def score(self) -> Score:
        """The score after all that was applied."""
        found = self._score
        if found is None:
            now, faults = self.standings.now, tuple(self._faults)
            found = self._score = compose(self.plan, now, self._held, self._sample, faults)
        return found


def score(plan: Plan, events: Iterable[Event]) -> Score:
    """Score one sandbox's journal. The order and repetition of events do not matter.

    Raises:
        ExerciseError: the events are of more than one sandbox.
    """
    tally = Tally(plan)
    for event in in_order(events):
        tally.apply(event)
    return tally.score
