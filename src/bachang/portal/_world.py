"""One run that lives: its sandbox, what is remembered of its journal, and its channel.

A thread follows the sandbox's journal: it writes each batch into the store, and only then
brings what is remembered up to date and tells the viewers. Whoever records something waits
for that (`World.settle`), so a deed that was acknowledged is always in the store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from bachang.engine import Live as LiveSandbox
from bachang.fabric import FabricError, SandboxGoneError
from bachang.journal import Event, JournalError, Store
from bachang.portal import _views as views
from bachang.portal._live import Channel
from bachang.portal._memory import Memory
from bachang.portal._outside import moment
from bachang.portal.models import Document, HostState, LiveEvent

_SETTLE_S = 30.0


class World:
    """A run's sandbox as the portal follows it.

    Args:
        run: The run's id.
        live: Its sandbox with its plan.
        store: Where journals are kept.
        channel: Its live topic.
        changes: Given the kinds of a batch, what has changed in the run's document.
        ended: Called once when the sandbox has gone, with the reason.
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
        now: Callable[[], float],
    ) -> None:
        self.run = run
        self.id = live.id
        self.plan = live.plan
        self.sandbox = live.sandbox
        self.acting = threading.Lock()
        """Held by whoever answers, buys or resets: one deed at a time in a world."""
        self.touched_at: float | None = None
        """Unix time at which the learner last did something."""
        self.memory = Memory.of(live.plan, store, live.id)
        self.hosts: list[HostState] = []
        self.epoch = 0
        self.paused = False
        self.degraded: list[str] = []
        self._store = store
        self._channel = channel
        self._changes = changes
        self._now = now
        self._ended = ended
        self._recorded: list[Event] = []
        self.last_recorded = 0
        """Sequence of the last event that was recorded by `begin_record`."""
        self._stored = threading.Condition()
        self._last = store.last(live.id)
        self.look()
        self._thread = threading.Thread(target=self._follow, name=f"journal {run}", daemon=True)

    def start(self) -> None:
        """Follow the journal from now on."""
        self._thread.start()

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
            FabricError: the sandbox has gone, or the store does not take it.
        """
        with self._stored:
            there = self._stored.wait_for(lambda: self._last >= sequence, _SETTLE_S)
        if not there:
            raise SandboxGoneError("the journal does not get on: nothing was acknowledged")

    def record(self, *, actor: str, kind: str, subject: str, data: dict[str, Any]) -> Event:
        """Put something in the journal; it is in the store when this returns.

        Raises:
            FabricError: as `settle`, or as `bachang.fabric.Sandbox.record`.
        """
        event = self.sandbox.record(actor=actor, kind=kind, subject=subject, data=data)
        self.settle(event.sequence)
        return event

    def known(self) -> list[Event]:
        """What is remembered, and what was recorded and will be in a moment."""
        kept = self.memory.kept
        there = {event.sequence for event in kept}
        self._recorded = [event for event in self._recorded if event.sequence > self._last]
        return [*kept, *(event for event in self._recorded if event.sequence not in there)]

    def begin_record(self, *, actor: str, kind: str, subject: str, data: dict[str, Any]) -> Event:
        """As `record`, for a caller who holds ``acting`` and calls `settle` after it.

        Raises:
            FabricError: as `bachang.fabric.Sandbox.record`.
        """
        event = self.sandbox.record(actor=actor, kind=kind, subject=subject, data=data)
        self._recorded.append(event)
        self.last_recorded = event.sequence
        return event

    def publish(self, wall_time_s: float, changes: dict[str, Any]) -> None:
        """Tell the viewers about something that is not in the journal."""
        self._channel.publish(changed(self.run, wall_time_s, changes))

    # ---- following

    def _follow(self) -> None:
        reason = "its sandbox was ended"
        try:
            for event in self.sandbox.follow(self._last):
                if event.sequence > self._last:
                    self._take([event, *self.sandbox.events(event.sequence)])
        except (FabricError, JournalError, OSError) as error:
            reason = str(error)
        self._ended(self, reason)

    def _take(self, batch: list[Event]) -> None:
        self._store.append(batch)
        kinds = {event.kind for event in batch}
        if kinds & views.STATE_KINDS:
            self.look()
        with self._channel.lock:
            self.memory.remember(batch)
            changes = self._changes(self, kinds)
            for event in batch[:-1]:
                self._tell(event, {})
            self._tell(batch[-1], changes)
        with self._stored:
            self._last = batch[-1].sequence
            self._stored.notify_all()

    def _tell(self, event: Event, changes: dict[str, Any]) -> None:
        private = event.kind not in views.PUBLIC_KINDS
        if private and changes:
            # Everybody gets what changed; who did it is for teachers.
            self._channel.publish(changed(self.run, event.wall_time_s, changes))
            changes = {}
        shown = views.run_event(event).model_dump(exclude={"epoch"})
        if event.kind == "points.sampled":
            shown["data"] = {}
        live = LiveEvent(**shown, run=self.run, changes=_plain_items(changes))
        self._channel.publish(live, private=private)


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
    """Documents in a value as JSON values."""
    if isinstance(value, Document):
        return value.model_dump(mode="json")
    if isinstance(value, Iterable) and not isinstance(value, str | dict):
        return [_plain(item) for item in value]
    return value
