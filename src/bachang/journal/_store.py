"""Where journals are kept for good: the contract of a store, and the way into it.

A store holds the events of many sandboxes. Appending is idempotent by an event's identity, so
a copy that was cut short is simply done again. When `Store.append` returns, the events are on
the disk: that is the moment at which an answer may be acknowledged.
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Protocol, Self

from bachang.journal._event import Event


class Source(Protocol):
    """Whatever has one sandbox's events in order: a sandbox, an `EventLog`, a `LogFile`."""

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        """At most ``limit`` events with a sequence above ``after``."""


class Store(abc.ABC):
    """A durable, append-only collection of events. All methods may be called from any thread."""

    @abc.abstractmethod
    def append(self, events: Iterable[Event]) -> int:
        """Append events that are not there yet, all or none; durable when this returns.

        Returns:
            How many were new.

        Raises:
            ConflictError: an event of the same identity but other content is there.
            StoreError: full disk, locked, read-only, … Nothing was stored.
        """

    @abc.abstractmethod
    def events(
        self,
        sandbox: str,
        *,
        kinds: Sequence[str] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> list[Event]:
        """Events of a sandbox with a sequence above ``after``, in order.

        Args:
            sandbox: Its id.
            kinds: Only these kinds; empty: all.
            after: Sequence to begin after.
            limit: At most so many.
        """

    @abc.abstractmethod
    def last(self, sandbox: str) -> int:
        """Highest sequence of a sandbox; 0 if the store knows nothing of it."""

    @abc.abstractmethod
    def sandboxes(self) -> list[str]:
        """Ids of all sandboxes in the store, the latest begun first."""

    @abc.abstractmethod
    def close(self) -> None:
        """End the use of the store; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def copy(source: Source, store: Store, *, batch: int = 2_000) -> int:
    """Copy what a store does not have yet of a sandbox's events; returns how many were new.

    May be called as often as one likes, also by several processes at a time.

    Raises:
        StoreError: as `Store.append`; what was copied before stays copied.
    """
    first = source.events(0, limit=1)
    if not first:
        return 0
    new, after = 0, store.last(first[0].sandbox)
    while events := source.events(after, limit=batch):
        new += store.append(events)
        after = events[-1].sequence
    return new
