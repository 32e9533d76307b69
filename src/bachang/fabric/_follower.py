"""The journal's writer beside a sandbox: it is told what is new, and records without waiting."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bachang.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that a client wants in the journal, as `Sandbox.record` takes it."""

    actor: str
    kind: str
    subject: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a follower has been told."""

    events: list[Event]
    """What is new in the journal, in order."""
    outcomes: list[list[int] | Exception]
    """For each `Follower.record` that is through: its events' sequences, or the `FabricError`."""
    ended: bool
    """The sandbox has ended; nothing will follow."""


class Follower(abc.ABC):
    """One sandbox's journal, for a client that serves many in one loop. For one thread.

    Nothing waits here: look with `select` and the like whether `fileno` is readable.
    """

    @abc.abstractmethod
    def fileno(self) -> int:
        """Descriptor that is readable when `read` has something to tell."""

    @abc.abstractmethod
    def record(self, entries: Sequence[Entry]) -> None:
        """Put entries into the journal, in this order and beside each other.

        `read` tells when they are in the agent's log and so survive its kill -9. What survives
        the machine's is what the client then stores. One call at a time may be under way.

        Raises:
            SandboxGoneError: the sandbox has ended.
            PlatformError: its agent takes nothing in.
        """

    @abc.abstractmethod
    def read(self) -> News:
        """What is new.

        Raises:
            JournalError: the journal cannot be read.
        """

    @abc.abstractmethod
    def close(self) -> None:
        """Follow no more."""
