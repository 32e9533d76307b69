"""Group commit: whoever comes first commits for all that wait at that moment.

So many small appends share one sync of the disk, and each learns its own outcome.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from bachang.journal._error import StoreError


class Ticket:
    """One append that waits for a commit."""

    __slots__ = ("done", "error", "new", "rows")

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows
        self.new = 0
        self.done = False
        self.error: StoreError | None = None


class Group:
    """Brings appends of many threads into few commits.

    Args:
        commit: Commits tickets in one transaction and sets each one's ``new`` or ``error``; it
            raises nothing for a store's refusal.
    """

    def __init__(self, commit: Callable[[list[Ticket]], None]) -> None:
        self._commit = commit
        self._queue: list[Ticket] = []
        self._turn = threading.Condition()
        self._committing = False

    def append(self, rows: list[tuple[Any, ...]]) -> int:
        """Append rows; committed when this returns. How many were new.

        Raises:
            StoreError: the store refused these.
        """
        ticket = Ticket(rows)
        if waiting := self._wait_for_turn(ticket):
            try:
                self._commit(waiting)
            except Exception as error:
                for one in waiting:
                    one.error = StoreError(f"the commit broke off, nothing was kept: {error!r}")
                raise
            finally:
                self._end_turn(waiting)
        if ticket.error:
            raise ticket.error
        return ticket.new

    def close(self, end: Callable[[], None]) -> None:
        """Let a commit that goes on end first, then call ``end``."""
        with self._turn:
            self._turn.wait_for(lambda: not self._committing)
            end()

    def _wait_for_turn(self, ticket: Ticket) -> list[Ticket]:
        """Wait until another thread has committed the ticket (then empty), or no thread
        commits: then all that wait are this thread's to commit.
        """
        with self._turn:
            self._queue.append(ticket)
            self._turn.wait_for(lambda: ticket.done or not self._committing)
            if ticket.done:
                return []
            self._committing = True
            waiting, self._queue = self._queue, []
            return waiting

    def _end_turn(self, tickets: list[Ticket]) -> None:
        with self._turn:
            for ticket in tickets:
                ticket.done = True
            self._committing = False
            self._turn.notify_all()
