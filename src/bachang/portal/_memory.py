"""What is remembered of a run's journal: enough for its score, its row and its timeline.

The same for a run that lives (events come in batches) and for one that has ended (they come
from the store). A sample of the points is a full picture, so only the last one is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from bachang.exercise import Score, score
from bachang.journal import Event, Store
from bachang.plan import Plan
from bachang.portal import _views as views
from bachang.portal.models import Point, RunEvent

_TIMELINE = 200
_SCORED = frozenset({"task.answered", "hint.taken", "platform.fault", "condition.held"})
_LEARNING = ("task.answered", "hint.taken")
_KEPT = (*sorted(_SCORED), "story.started", "story.ended")
_SAMPLE = "points.sampled"


class Memory:
    """A plan and what is remembered of one journal of it."""

    def __init__(self, plan: Plan, events: Iterable[Event]) -> None:
        self.plan = plan
        self._kept: list[Event] = []
        self._timeline: deque[Event] = deque(maxlen=_TIMELINE)
        self._sample: Event | None = None
        self.sandbox_time_s = 0.0
        self.score: Score = score(plan, [])
        self.remember(list(events))

    @classmethod
    def of(cls, plan: Plan, store: Store, sandbox: str) -> Memory:
        """What there is to remember of a journal in the store."""
        last = store.last(sandbox)
        recent = store.events(sandbox, after=max(0, last - 3 * _TIMELINE))
        kept = store.events(sandbox, kinds=_KEPT)
        whole = {event.sequence: event for event in (*kept, *recent)}
        return cls(plan, [whole[sequence] for sequence in sorted(whole)])

    def remember(self, batch: list[Event]) -> None:
        """Take in what happened next."""
        for event in batch:
            if event.kind == _SAMPLE:
                self._sample = event
            else:
                self._timeline.append(event)
            if event.kind in _KEPT:
                self._kept.append(event)
            self.sandbox_time_s = event.sandbox_time_s
        if any(event.kind in _SCORED or event.kind == _SAMPLE for event in batch):
            sample = [self._sample] if self._sample else []
            self.score = score(self.plan, [*self._kept, *sample])

    @property
    def points_now(self) -> dict[str, Point]:
        """The points as they were sampled last."""
        return dict(self._sample.data) if self._sample else {}

    @property
    def kept(self) -> list[Event]:
        """What is remembered for good, oldest first."""
        return list(self._kept)

    @property
    def learning(self) -> list[Event]:
        """Answers given and hints taken, oldest first."""
        return [event for event in self._kept if event.kind in _LEARNING]

    @property
    def story(self) -> str:
        """``idle``, ``playing`` or ``ended``, as the journal tells it."""
        told = [event.kind for event in self._kept if event.kind.startswith("story.")]
        if not told:
            return "idle"
        return "playing" if told[-1] == "story.started" else "ended"

    def timeline(self, *, everything: bool) -> list[RunEvent]:
        """The latest events, oldest first."""
        return [
            views.run_event(event)
            for event in self._timeline
            if everything or event.kind in views.PUBLIC_KINDS
        ]
