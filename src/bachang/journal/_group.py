"""Group commit: whoever comes first commits for all that wait at that moment.

So many small appends share one sync of the disk, and each learns its own outcome. Who waits is
woken by its own gate, once: when it is committed, or when it is its turn to commit for all that
have come meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from bachang.journal._error import StoreError


class Ticket:
    """One append that waits for a commit."""

    __slots__ = ("error", "gate", "leads", "new", "rows")

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows
        self.new = 0
        self.leads = False
        self.error: StoreError | None = None
        self.gate = threading.Lock()
        self.gate.acquire()


class Group:
    """Brings appends of many threads into few commits.

    Args:
        commit: Commits tickets in one transaction and sets each one's ``new`` or ``error``; it
            raises nothing for a store's refusal.
    """

    def __init__(self, commit: Callable[[list[Ticket]], None]) -> None:
        self._commit = commit
        self._queue: list[Ticket] = []
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._busy = False
        """Some ticket leads, as long as any waits."""

    def append(self, rows: list[tuple[Any, ...]]) -> int:
        """Append rows; committed when this returns. How many were new.

        Raises:
            StoreError: the store refused these.
        """
        ticket = Ticket(rows)
        try:
            with self._lock:
                self._queue.append(ticket)
                if not self._busy:
                    self._appoint()
            ticket.gate.acquire()
            if ticket.leads:
                self._lead()
        except BaseException:
            self._leave(ticket)
            raise
        if ticket.error:
            raise ticket.error
        return ticket.new

    def close(self, end: Callable[[], None]) -> None:
        """Let commits that go on end first, then call ``end``."""
        with self._idle:
            self._idle.wait_for(lambda: not self._busy)
            end()

    def _appoint(self) -> None:
        """Whoever waits longest is to commit next; with the lock held."""
        self._busy = bool(self._queue)
        if self._busy:
            self._queue[0].leads = True
            self._queue[0].gate.release()
        else:
            self._idle.notify_all()

    def _leave(self, ticket: Ticket) -> None:
        """Whoever is interrupted while it waits is in nobody's way."""
        with self._lock:
            if ticket in self._queue:
                self._queue.remove(ticket)
                if ticket.leads:
                    self._appoint()

    def _lead(self) -> None:
        waiting = list[Ticket]()
        try:
            with self._lock:
                waiting, self._queue = self._queue, []
            self._commit(waiting)
        except Exception as error:
            for one in waiting:
                one.error = StoreError(f"the commit broke off, nothing was kept: {error!r}")
            raise
        finally:
            for one in waiting:
                if not one.leads:
                    one.gate.release()
            with self._lock:
                self._appoint()
