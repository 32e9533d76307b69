"""The sandbox's clock and its journal, as the agent keeps them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bachang.fabric._agent._floods import Floods
from bachang.fabric._contract import MachineError, SandboxError
from bachang.journal import Event, EventLog, LogError

_RETRY_S = 1.0
_SUMMARY_S = 1.0
_RESERVE = 16
"""Of this part is the room beyond its bound, for what exercise control still has to say."""


class Clock:
    """Sandbox time. The plant's clock is the truth where there is a plant: `set` follows it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._base_s = 0.0
        self._since = monotonic()
        self.running = False

    def now_s(self) -> float:
        """Seconds since the epoch began."""
        passed = self._monotonic() - self._since if self.running else 0.0
        return self._base_s + passed

    def set(self, time_s: float, *, running: bool | None = None) -> None:
        """Put the clock to a time, and let it run or stand."""
        self._base_s = time_s
        self._since = self._monotonic()
        self.running = self.running if running is None else running


class Journal:
    """Numbers events, writes them once per turn of the loop, syncs where somebody waits."""

    def __init__(self, log: EventLog, clock: Clock, *, most_bytes: int) -> None:
        """Args:
        log: Where it is written.
        clock: Sandbox time.
        most_bytes: How much it may grow to; `on_full` is then called, once.
        """
        self._log = log
        self._most_bytes = most_bytes
        self._reserve_bytes = most_bytes // _RESERVE
        self._floods = Floods(time.monotonic)
        self._summary: asyncio.TimerHandle | None = None
        self.full = False
        self.on_full: Callable[[], None] = lambda: None
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._waiting: list[asyncio.Future[None]] = []
        self._sync = False
        self._scheduled = False
        self._listeners: set[Callable[[int], None]] = set()
        self.ending = False
        """The sandbox is being destroyed: deaths are no faults any more."""
        self.problem = ""
        """Why the last events are not in the log: they wait in memory."""

    @property
    def sandbox(self) -> str:
        """The id that all events carry."""
        return self._log.sandbox

    @property
    def epoch(self) -> int:
        """The present epoch."""
        return self._log.epoch

    @property
    def sequence(self) -> int:
        """Number of the last event."""
        return self._log.sequence

    def begin_epoch(self) -> None:
        """Later events belong to the next epoch."""
        self._log.begin_epoch()

    def note(
        self,
        kind: str,
        subject: str,
        data: dict[str, Any] | None = None,
        *,
        actor: str = "system",
        sandbox_time_s: float | None = None,
    ) -> None:
        """Record something that nobody waits for; it is written before the loop goes on.

        Of a flood the journal says how many there were (``events.withheld``).
        """
        if self._floods.admits(kind):
            self._append(kind, subject, data, actor=actor, sandbox_time_s=sandbox_time_s)
        elif self._summary is None:
            self.sum_up()
            self._summary = self._loop.call_later(_SUMMARY_S, self._sum_up_again)

    def sum_up(self) -> None:
        """Write what was withheld."""
        if counts := self._floods.take_withheld():
            self._append("events.withheld", self.sandbox, {"counts": counts})

    def _sum_up_again(self) -> None:
        self._summary = None
        self.sum_up()

    def _append(
        self,
        kind: str,
        subject: str,
        data: dict[str, Any] | None = None,
        *,
        actor: str = "system",
        sandbox_time_s: float | None = None,
    ) -> Event:
        time_s = self._clock.now_s() if sandbox_time_s is None else sandbox_time_s
        event = self._log.append(
            sandbox_time_s=time_s, actor=actor, kind=kind, subject=subject, data=data
        )
        self._schedule()
        return event

    async def record(self, *, actor: str, kind: str, subject: str, data: dict[str, Any]) -> Event:
        """Record something and return once the disk has it.

        Raises:
            MachineError: the disk is full or broken; nothing was acknowledged.
            SandboxError: the journal has grown to its bound.
        """
        event = self.write(actor=actor, kind=kind, subject=subject, data=data)
        await self.synced()
        return event

    def write(self, *, actor: str, kind: str, subject: str, data: dict[str, Any]) -> Event:
        """Record what a client wants, however often; durable after `synced`.

        Raises:
            SandboxError: the journal has grown to its bound.
        """
        if self._log.size > self._most_bytes + self._reserve_bytes:
            raise SandboxError(self.full_words)
        return self._append(kind, subject, data, actor=actor)

    @property
    def full_words(self) -> str:
        """Why nothing goes on."""
        return (
            f"the journal of this sandbox is full ({self._most_bytes >> 20} MiB): "
            "it stays paused; end it, and start a new one"
        )

    async def synced(self) -> None:
        """Return once the disk has what was noted so far (many at once share one sync).

        Raises:
            MachineError: as `record`.
        """
        self._sync = True
        await self.written()

    async def written(self) -> None:
        """Return once the log has what was noted so far: it survives a kill -9 of the agent.

        Raises:
            MachineError: the disk is full or broken.
        """
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(future)
        self._schedule()
        await future

    def listen(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call ``listener`` with the last sequence after each write; returns how to stop it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def commit(self) -> None:
        """Write and sync what waits, now."""
        self._scheduled = False
        waiting, self._waiting = self._waiting, []
        sync, self._sync = self._sync, False
        try:
            if sync:
                self._log.sync()
            else:
                self._log.flush()
        except LogError as error:
            self._loop.call_later(_RETRY_S, self.commit)
            self.problem = str(error)
            problem = MachineError(self.problem)
            for future in waiting:
                if not future.done():
                    future.set_exception(problem)
            return
        self.problem = ""
        for future in waiting:
            if not future.done():
                future.set_result(None)
        if self._log.size > self._most_bytes and not self.full:
            self.full = True
            self.on_full()
        for listener in list(self._listeners):
            listener(self._log.sequence)

    def commit_or_refuse(self) -> None:
        """`commit`.

        Raises:
            MachineError: what waits cannot be written; it stays in memory.
        """
        self.commit()
        if self.problem:
            raise MachineError(self.problem)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self.commit)
