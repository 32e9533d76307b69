"""One sandbox's journal as the scribe has it before it.

While the store refuses, what happens stays in the sandbox's own log and is brought into the
store later. Nothing more that people do is taken in meanwhile: whoever asks is told at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bachang.fabric import Entry, FabricError, Follower, SandboxGoneError
from bachang.journal import Event, JournalError, StoreError

if TYPE_CHECKING:
    from bachang.portal._scribe import Followed

_BUNDLE = 64
"""Records that go to an agent at a time; a packet of theirs is far below its limit."""
_MOST_FRESH = 2_000
"""Events that wait for a store that refuses; the rest stays in the sandbox's log."""
_MOST_WAITING = 1_000
"""Records that wait for an agent; who comes then is told to come again."""


class NotRecordedError(StoreError):
    """Nothing was written down, so it may be tried again as it was."""


@dataclass(slots=True, eq=False, kw_only=True)
class Record:
    """Something to be recorded, and who waits for it."""

    entry: Entry
    acknowledged: asyncio.Future[None]
    sequence: int = 0

    @property
    def key(self) -> str:
        """Its idempotency key; empty: it has none."""
        return str(self.entry.data.get("key", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What is to be told to who waits."""

    future: asyncio.Future[None]
    error: Exception | None = None


class Desk:
    """Belongs to the scribe's thread; only `ask` may be called from others.

    Args:
        world: Whose journal it is.
        follower: Its follower, closed with the desk.
    """

    def __init__(self, world: Followed, follower: Follower) -> None:
        self.world = world
        self.fresh: list[Event] = []
        """Read, and not in the store yet."""
        self.ended: str | None = None
        """Why nothing comes any more."""
        self._follower = follower
        self._lock = threading.Lock()
        self._closed = False
        self._refusing = False
        self._waiting: deque[Record] = deque()
        self._under_way: list[Record] = []
        self._written: list[Record] = []
        self._refused: list[Acknowledgement] = []

    @staticmethod
    def gone() -> SandboxGoneError:
        """The error of who comes too late."""
        return SandboxGoneError("the sandbox has ended: nothing was acknowledged")

    def fileno(self) -> int:
        """Descriptor that tells of news."""
        return self._follower.fileno()

    def ask(self, record: Record) -> None:
        """Have something recorded.

        Raises:
            SandboxGoneError: it is too late.
            NotRecordedError: the store refuses, or too many wait.
        """
        with self._lock:
            if self._closed:
                raise self.gone()
            if self._refusing:
                raise not_recorded()
            if len(self._waiting) >= _MOST_WAITING:
                raise NotRecordedError("too much waits to be written down: this was not counted")
            self._waiting.append(record)

    def read(self) -> None:
        """Take in what the agent tells."""
        if len(self.fresh) >= _MOST_FRESH:
            return
        try:
            news = self._follower.read()
        except (FabricError, JournalError, OSError) as error:
            self.give_up(str(error))
            return
        self.fresh += news.events
        for outcome in news.outcomes:
            self._written_or_refused(outcome)
        if news.ended:
            self.ended = self.ended or "its sandbox was ended"

    def hand_in(self) -> None:
        """Give the agent what waits, if nothing else is on its way."""
        if self._under_way or not self._waiting or self.ended is not None:
            return
        with self._lock:
            bundle = [self._waiting.popleft() for _ in range(min(_BUNDLE, len(self._waiting)))]
        self._under_way = self._new(bundle)
        if not self._under_way:
            return
        try:
            self._follower.record([record.entry for record in self._under_way])
        except FabricError as error:
            self._written_or_refused(error)

    def take(self) -> None:
        """The store has what is fresh: let the world know."""
        with self._lock:
            self._refusing = False
        batch, self.fresh = self.fresh, []
        self.world.take(batch)

    def refuse(self, error: JournalError) -> list[Acknowledgement]:
        """The store refuses: nobody is acknowledged; what is fresh is tried again."""
        with self._lock:
            self._refusing = True
            waiting, self._waiting = self._waiting, deque()
        written, self._written = self._written, []
        self.world.refuse(self.fresh[0].wall_time_s)
        return [
            *(_no(record, error) for record in written),
            *(_no(record, not_recorded()) for record in waiting),
        ]

    def acknowledge(self) -> list[Acknowledgement]:
        """What can be told now: all that was recorded and is in the store."""
        said, self._refused = self._refused, []
        if self._written:
            last, waiting = self.world.last, []
            for record in self._written:
                if record.sequence <= last:
                    said.append(Acknowledgement(future=record.acknowledged))
                else:
                    waiting.append(record)
            self._written = waiting
        return said

    def give_up(self, reason: str) -> None:
        """This journal cannot be followed further."""
        self.fresh.clear()
        self.ended = reason

    def end(self, reason: str) -> list[Acknowledgement]:
        """Close it; whoever still waits is told so."""
        with self._lock:
            self._closed = True
            left = [*self._waiting, *self._under_way, *self._written]
        self._follower.close()
        error = SandboxGoneError(f"{reason}: nothing was acknowledged")
        return [*self._refused, *(_no(record, error) for record in left)]

    def _new(self, bundle: list[Record]) -> list[Record]:
        """What of these is not written down yet; a key that was before is the same record."""
        fresh = {(event.kind, event.data.get("key")): event.sequence for event in self.fresh}
        new = []
        for record in bundle:
            name = record.entry.kind, record.key
            before = fresh.get(name) or self.world.recorded(*name)
            if record.key and before:
                record.sequence = before
                self._written.append(record)
            else:
                new.append(record)
        return new

    def _written_or_refused(self, outcome: list[int] | Exception) -> None:
        records, self._under_way = self._under_way, []
        if isinstance(outcome, Exception):
            self._refused += [_no(record, outcome) for record in records]
            return
        for record, sequence in zip(records, outcome, strict=True):
            record.sequence = sequence
        self._written += records


def not_recorded() -> NotRecordedError:
    """The error of who does something while the store refuses."""
    return NotRecordedError("the journal is not being kept at the moment: this was not counted")


def _no(record: Record, error: Exception) -> Acknowledgement:
    return Acknowledgement(future=record.acknowledged, error=error)
