"""What is remembered of a run's journal: enough for its score, its row and its timeline.

The same for a run that lives (events come in batches) and for one that has ended (they come
from the store). A sample of the points is a full picture, so only the last one is kept.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bachang.exercise import Score, Standings, Tally
from bachang.journal import Event, Store
from bachang.plan import Plan
from bachang.portal import _views as views
from bachang.portal.models import Point, RunEvent

_TIMELINE = 200
_KEPT = (
    "condition.held",
    "exercise.started",
    "hint.taken",
    "platform.fault",
    "sandbox.deployed",
    "story.ended",
    "story.started",
    "task.answered",
)
"""What scores, trails and stories are made of, however long ago it was."""
_SAMPLE = "points.sampled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What a learner did, in short."""

    touched: tuple[str, ...] = ()
    """Tasks that were answered or that a hint was taken of, the latest last."""
    last_s: float | None = None
    """Unix time of the latest answer or hint."""
    hint_s: float = 0.0
    """Unix time of the latest hint."""

    def after(self, event: Event) -> Trail:
        """The trail with one more answer or hint."""
        others = tuple(name for name in self.touched if name != event.subject)
        hint_s = event.wall_time_s if event.kind == "hint.taken" else self.hint_s
        last_s = max(self.last_s or 0.0, event.wall_time_s)
        return Trail(touched=(*others, event.subject), last_s=last_s, hint_s=hint_s)


class Memory:
    """A plan and what is remembered of one journal of it. May be used from any thread."""

    def __init__(self, plan: Plan, events: Iterable[Event]) -> None:
        self.plan = plan
        self.version = 0
        """Grows with each batch."""
        self.sandbox_time_s = 0.0
        self.trail = Trail()
        self.story = "idle"
        """``idle``, ``playing`` or ``ended``, as the journal tells it."""
        self._lock = threading.Lock()
        self._tally = Tally(plan)
        self._done: dict[tuple[str, str], Event] = {}
        self._timeline: deque[Event] = deque(maxlen=_TIMELINE)
        self._sample: Event | None = None
        self.remember(list(events))

    @classmethod
    def of(cls, plan: Plan, store: Store, sandbox: str) -> Memory:
        """What there is to remember of a journal in the store."""
        kept = store.events(sandbox, kinds=_KEPT)
        whole = {event.sequence: event for event in (*kept, *_recent(store, sandbox))}
        return cls(plan, [whole[sequence] for sequence in sorted(whole)])

    def remember(self, batch: list[Event]) -> None:
        """Take in what happened next."""
        with self._lock:
            for event in batch:
                self._remember(event)
            self.version += 1

    def _remember(self, event: Event) -> None:
        self.sandbox_time_s = event.sandbox_time_s
        self._tally.apply(event)
        if event.kind == _SAMPLE:
            self._sample = event
            return
        self._timeline.append(event)
        if event.kind in ("task.answered", "hint.taken"):
            self.trail = self.trail.after(event)
        elif event.kind in ("story.started", "story.ended"):
            self.story = "playing" if event.kind == "story.started" else "ended"
        if event.kind in ("task.answered", "hint.taken") and (key := event.data.get("key")):
            self._done.setdefault((event.kind, key), event)

    @property
    def score(self) -> Score:
        """The score now."""
        with self._lock:
            return self._tally.score

    def done_with(self, kind: str, key: str) -> Event | None:
        """The answer or hint that has an idempotency key (as the journal keeps it)."""
        return self._done.get((kind, key))

    def ahead(self, events: Mapping[str, Event]) -> tuple[int, Standings, set[str]]:
        """The standings to try things out with: of which version, and what they have.

        Args:
            events: Answers and hints that are asked about, by their keys.
        """
        with self._lock:
            there = {key for key, event in events.items() if (event.kind, key) in self._done}
            return self.version, self._tally.standings.ahead(), there

    @property
    def points_now(self) -> dict[str, Point]:
        """The points as they were sampled last."""
        return dict(self._sample.data) if self._sample else {}

    @property
    def more_before(self) -> bool:
        """Whether the timeline may have lost its beginning."""
        return len(self._timeline) == _TIMELINE

    def timeline(self, *, everything: bool) -> list[RunEvent]:
        """The latest events, oldest first."""
        with self._lock:
            latest = list(self._timeline)
        return [
            views.run_event(event)
            for event in latest
            if everything or event.kind in views.PUBLIC_KINDS
        ]


def _recent(store: Store, sandbox: str) -> list[Event]:
    """The end of a journal, far enough back that a timeline is whole: most of it are samples."""
    last, back = store.last(sandbox), 3 * _TIMELINE
    while True:
        recent = store.events(sandbox, after=max(0, last - back))
        if back >= last or sum(event.kind != _SAMPLE for event in recent) >= _TIMELINE:
            return recent
        back *= 2
