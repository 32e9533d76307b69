"""One run that lives: its sandbox, what is remembered of its journal, and its channel.

The scribe writes the sandbox's journal into the store, and only then gives it to the world,
which brings what is remembered up to date and tells the viewers. Whoever records something
waits for that, so a deed that was acknowledged is always in the store.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bachang.engine import Live as LiveSandbox
from bachang.exercise import Score
from bachang.fabric import FabricError
from bachang.journal import Event, Store, StoreError
from bachang.portal import _views as views
from bachang.portal._desk import not_recorded
from bachang.portal._live import Channel
from bachang.portal._memory import Memory
from bachang.portal._outside import moment
from bachang.portal._pending import Pending
from bachang.portal.models import Document, HostState, LiveEvent

_log = logging.getLogger(__name__)
SETTLE_S = 30.0
"""Longest time between a deed and its place in the store."""


class World:
    """A run's sandbox as the portal follows it.

    Args:
        run: The run's id.
        live: Its sandbox with its plan.
        store: Where journals are kept.
        channel: Its live topic.
        changes: Given the kinds of a batch, what has changed in the run's document.
        ended: Called once when the sandbox has gone, with the reason.
        later: Does something in a thread of its own soon.
        now: Unix seconds.
    """

    def __init__(
        self,
        run: str,
        live: LiveSandbox,
        store: Store,
        channel: Channel,
        *,
        changes: Callable[[World, set[str]], dict[str, Any]],
        ended: Callable[[World, str], None],
        later: Callable[[Callable[[], None]], object],
        now: Callable[[], float],
    ) -> None:
        self.run = run
        self.id = live.id
        self.plan = live.plan
        self.sandbox = live.sandbox
        self.acting = threading.Lock()
        """Held by whoever buys a hint or resets: one such deed at a time in a world."""
        self.unrecorded_since: float | None = None
        """Unix time from which on the store has not taken what happened; ``None``: it has."""
        self.touched_at: float | None = None
        """Unix time at which the learner last did something."""
        self.memory = Memory.of(live.plan, store, live.id)
        self.pending = Pending(self.memory)
        self.hosts: list[HostState] = []
        self.epoch = 0
        self.paused = False
        self.degraded: list[str] = []
        self.last = store.last(live.id)
        """Sequence of the last event that is in the store."""
        self._channel = channel
        self._changes = changes
        self._ended = ended
        self._later = later
        self._now = now
        self._stored = threading.Condition()
        self._unseen: set[str] = set()
        self._standing: tuple[int, int, tuple[str, ...]] | None = None
        self.look()

    def look(self) -> None:
        """Ask the sandbox how it is.

        Raises:
            FabricError: it does not answer.
        """
        status = self.sandbox.status()
        self.paused = status.state == "paused"
        self.epoch = status.epoch
        self.degraded = list(status.degraded)
        self.hosts = views.host_states(status.hosts, paused=self.paused)

    def touch(self) -> None:
        """The learner did something just now."""
        self.touched_at = self._now()

    def settle(self, sequence: int) -> None:
        """Wait until an event of this sandbox is in the store and in what is known.

        Raises:
            StoreError: the sandbox has gone, or the store does not take it.
        """
        with self._stored:
            self._stored.wait_for(
                lambda: self.last >= sequence or self.unrecorded_since is not None, SETTLE_S
            )
            there = self.last >= sequence
        if not there:
            raise StoreError("the journal does not get on: nothing was acknowledged")

    def insist(self) -> None:
        """Whether what is done now would be kept.

        Raises:
            NotRecordedError: not at the moment.
        """
        if self.unrecorded_since is not None:
            raise not_recorded()

    def record(self, *, actor: str, kind: str, subject: str, data: dict[str, Any]) -> Event:
        """Put something in the journal; it is in the store when this returns.

        Raises:
            FabricError, StoreError: as `settle`, or as `bachang.fabric.Sandbox.record`.
        """
        self.insist()
        event = self.sandbox.record(actor=actor, kind=kind, subject=subject, data=data)
        self.settle(event.sequence)
        return event

    def got_on(self, score: Score) -> bool:
        """Whether somebody's standing is another than when this was asked last."""
        solved = tuple(task.name for task in score.tasks if task.solved)
        standing = (score.points, score.max_points, solved)
        before, self._standing = self._standing, standing
        return before != standing

    def publish(self, wall_time_s: float, changes: dict[str, Any]) -> None:
        """Tell the viewers about something that is not in the journal."""
        self._channel.publish(changed(self.run, wall_time_s, changes))

    # ---- what the scribe says

    def recorded(self, kind: str, key: str) -> int:
        """See `Followed.recorded`."""
        before = self.memory.done_with(kind, key)
        return before.sequence if before else 0

    def refuse(self, since_s: float) -> None:
        """See `Followed.refuse`."""
        if self.unrecorded_since is None:
            with self._stored:
                self.unrecorded_since = since_s
                self._stored.notify_all()
            self.publish(self._now(), {"unrecorded_since": moment(since_s).isoformat()})

    def take(self, batch: list[Event]) -> None:
        """These events are in the store now."""
        kinds = {event.kind for event in batch}
        if self.unrecorded_since is not None:
            self.unrecorded_since = None
            self.publish(self._now(), {"unrecorded_since": None})
        with self._channel.lock:
            self.memory.remember(batch)
            try:
                self._show(batch, kinds - views.STATE_KINDS)
            except SQLAlchemyError as error:
                _log.warning("run %s: its viewers are told later: %s", self.run, error)
                self._look_later(kinds)
        if state := kinds & views.STATE_KINDS:
            self._look_later(state)
        with self._stored:
            self.last = batch[-1].sequence
            self._stored.notify_all()

    def end(self, reason: str) -> None:
        """The sandbox has gone."""
        self._ended(self, reason)

    def _look_later(self, kinds: set[str]) -> None:
        """Look at the sandbox again, where a sandbox that is slow holds up no other."""
        with self._stored:
            asked, self._unseen = bool(self._unseen), self._unseen | kinds
        if not asked:
            self._later(self._look_now)

    def _look_now(self) -> None:
        with self._stored:
            kinds, self._unseen = self._unseen, set()
        with contextlib.suppress(FabricError):  # whether it has ended, its journal tells
            self.look()
            with self._channel.lock:
                self.publish(self._now(), self._changes(self, kinds))

    def _show(self, batch: list[Event], kinds: set[str]) -> None:
        changes = self._changes(self, kinds)
        for event in batch[:-1]:
            self._tell(event, {})
        self._tell(batch[-1], changes)

    def _tell(self, event: Event, changes: dict[str, Any]) -> None:
        private = event.kind not in views.PUBLIC_KINDS
        if private and changes:
            # Everybody gets what changed; who did it is for teachers.
            self.publish(event.wall_time_s, changes)
            changes = {}
        self._channel.publish(lambda: _live_event(self.run, event, changes), private=private)


def _live_event(run: str, event: Event, changes: dict[str, Any]) -> LiveEvent:
    shown = views.run_event(event).model_dump(exclude={"epoch"})
    if event.kind == "points.sampled":
        shown["data"] = {}
    return LiveEvent(**shown, run=run, changes=_plain_items(changes))


def changed(run: str | None, wall_time_s: float, changes: dict[str, Any]) -> LiveEvent:
    """A live event about what is not in a journal."""
    return LiveEvent(
        kind="changed",
        wall_time=moment(wall_time_s),
        sandbox_time_s=None,
        sequence=None,
        run=run,
        actor="system",
        subject="",
        data={},
        changes=_plain_items(changes),
    )


def _plain_items(changes: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in changes.items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it: documents in it, and what is made only when it is shown."""
    if callable(value):
        return _plain(value())
    if isinstance(value, Document):
        return value.model_dump(mode="json")
    if isinstance(value, Iterable) and not isinstance(value, str | dict):
        return [_plain(item) for item in value]
    return value
