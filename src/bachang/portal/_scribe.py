"""The journal's writer: one thread for the journals of all sandboxes.

Each round it reads what is new in every sandbox's log, brings all of it into the store with
one commit, and only then lets the worlds know and acknowledges what was recorded. So the more
there is to do at a time, the less each event costs. What people do is handed to the agents in
bundles, one on its way to each agent at a time, while the round goes on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import selectors
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Protocol

from bachang.fabric import Entry, FabricError, Sandbox
from bachang.journal import ConflictError, Event, JournalError, Store
from bachang.portal._desk import Acknowledgement, Desk, Record

_log = logging.getLogger(__name__)
_AGAIN_S = 1.0
"""Between two tries to write where the store refuses."""


class Followed(Protocol):
    """A world whose journal is written."""

    sandbox: Sandbox

    @property
    def last(self) -> int:
        """Sequence of the last event that is in the store."""

    def recorded(self, kind: str, key: str) -> int:
        """Sequence of what is in the store of this kind with a key; 0: nothing is."""

    def refuse(self, since_s: float) -> None:
        """The store does not take what happened since then (Unix time)."""

    def take(self, batch: list[Event]) -> None:
        """These events are in the store now."""

    def end(self, reason: str) -> None:
        """Nothing comes any more."""


class Scribe:
    """Follows sandboxes into a store.

    Args:
        store: Where journals are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._desks: dict[int, Desk] = {}
        self._new: deque[Desk] = deque()
        self._by_world: dict[Followed, Desk] = {}
        self._selector = selectors.DefaultSelector()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._refused = self._was_refused = False
        self._first = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)
        self._thread.start()

    def add(self, world: Followed) -> None:
        """Follow a world from its last event on.

        Raises:
            FabricError: its sandbox has ended.
        """
        desk = Desk(world, world.sandbox.follower(world.last))
        self._by_world[world] = desk
        self._new.append(desk)
        self._ring()

    async def record(self, world: Followed, entry: Entry) -> None:
        """Put something into a world's journal; it is in the store when this returns.

        Something with an idempotency key that is there already is not put in again.

        Raises:
            FabricError, JournalError: nothing was acknowledged.
        """
        desk = self._by_world.get(world)
        if desk is None:
            raise Desk.gone()
        acknowledged = asyncio.get_running_loop().create_future()
        desk.ask(Record(entry=entry, acknowledged=acknowledged))
        self._ring()
        await acknowledged

    def close(self) -> None:
        """Write no more; what was not acknowledged is in the sandboxes' own logs."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._ring()
        self._thread.join()
        for desk in [*self._desks.values(), *self._new]:
            self._tell(desk.end("the portal has ended"))
        self._selector.close()
        os.close(self._bell)

    def _ring(self) -> None:
        os.eventfd_write(self._bell, 1)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.step()
            except Exception:
                _log.exception("the journals could not be written; it is tried again")
                self._closing.wait(_AGAIN_S)

    def step(self) -> None:
        """One round: wait for something to do, and do it."""
        if self._refused:
            self._closing.wait(_AGAIN_S)
        for key, _ in self._selector.select(0 if self._refused else None):
            if key.data is None:
                os.eventfd_read(self._bell)
            else:
                key.data.read()
        while self._new:
            self._begin(self._new.popleft())
        desks = list(self._desks.values())
        for desk in desks:
            desk.hand_in()
        self._commit([desk for desk in desks if desk.fresh])
        self._tell([said for desk in desks for said in desk.acknowledge()])
        for desk in desks:
            if desk.ended is not None and not desk.fresh:
                self._let_go(desk)

    def _begin(self, desk: Desk) -> None:
        self._desks[desk.fileno()] = desk
        self._selector.register(desk.fileno(), selectors.EVENT_READ, desk)
        desk.read()

    def _commit(self, desks: list[Desk]) -> None:
        """Everything with one commit; where that is refused, each sandbox's by itself."""
        self._was_refused, self._refused = self._refused, False
        if not desks:
            return
        try:
            self._store.append([event for desk in desks for event in desk.fresh])
        except JournalError:
            desks = self._stored_apart(desks)
        for desk in desks:
            self._guarded(desk, desk.take)

    def _stored_apart(self, desks: list[Desk]) -> list[Desk]:
        """Each by itself; where the first two are refused it is the store, and no more are tried.

        Another one is the first each time, so two that are at fault themselves stop no other.
        """
        self._first += 1
        first, stored, refusals = self._first % len(desks), list[Desk](), list[JournalError]()
        for desk in desks[first:] + desks[:first]:
            refusal = refusals[1] if len(refusals) > 1 and not stored else self._refusal(desk)
            if refusal is None:
                stored.append(desk)
            elif isinstance(refusal, ConflictError):
                desk.give_up(str(refusal))
            else:
                refusals.append(refusal)
                self._tell(desk.refuse(refusal))
        if refusals and not self._was_refused:
            _log.error("the journals are not being kept: %s", refusals[0])
        self._refused = bool(refusals)
        return stored

    def _refusal(self, desk: Desk) -> JournalError | None:
        try:
            self._store.append(desk.fresh)
        except JournalError as error:
            return error
        return None

    def _guarded(self, desk: Desk, do: Callable[[], None]) -> None:
        """A fault about one world stops no other."""
        try:
            do()
        except (FabricError, JournalError, OSError) as error:
            desk.give_up(str(error))
        except Exception as error:
            _log.exception("the journal of %s cannot be followed", desk.world.sandbox.name)
            desk.give_up(f"Bachang itself failed: {error!r}")

    def _let_go(self, desk: Desk) -> None:
        self._selector.unregister(desk.fileno())
        del self._desks[desk.fileno()]
        del self._by_world[desk.world]
        reason = desk.ended or ""
        self._tell(desk.end(reason))
        self._guarded(desk, lambda: desk.world.end(reason))

    def _tell(self, acknowledgements: Sequence[Acknowledgement]) -> None:
        """Wake who waits: once for each loop, however many wait in it."""
        by_loop = defaultdict(list)
        for one in acknowledgements:
            by_loop[one.future.get_loop()].append(one)
        for loop, those in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, those)


def _wake(acknowledgements: list[Acknowledgement]) -> None:
    for one in acknowledgements:
        if one.future.done():
            continue  # whoever waited has gone
        if one.error is None:
            one.future.set_result(None)
        else:
            one.future.set_exception(one.error)
