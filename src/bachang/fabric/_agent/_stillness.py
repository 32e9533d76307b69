"""Stillness: nothing in the hosts runs while the sandbox is paused or its clock is advanced.

The kernel's freezer holds everything, and whatever enters a host meanwhile. Without one, every
process is stopped by a signal, and again and again: root in a host may have arranged for a signal
that lets a process go on (a timer, say), and such a process runs until the next time.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable

from bachang.fabric._cgroups import Held
from bachang.fabric._host_groups import HostGroups

_LOOK_S = 0.001
_FREEZE_S = 2.0
AGAIN_S = 0.05
"""Between two rounds of signals, …"""
_REST = 10
"""… which are at least this many times as far apart as one takes."""


class Stillness:
    """Begins and ends; who wants to start something in a host waits in `over`."""

    def __init__(self, groups: HostGroups, signal_all: Callable[[int], Awaitable[None]]) -> None:
        """``signal_all`` signals every process of every host but the inits."""
        self._groups = groups
        self._signal_all = signal_all
        self._rounds: asyncio.Task[None] | None = None
        self._moving = asyncio.Event()
        self._moving.set()

    @property
    def holds(self) -> bool:
        """Is everything still?"""
        return not self._moving.is_set()

    async def over(self) -> None:
        """Wait until things may move."""
        await self._moving.wait()

    async def begin(self) -> None:
        """Returns once everything is still."""
        self._moving.clear()
        if Held.FREEZER in self._groups.held:
            self._groups.freeze(True)
            with contextlib.suppress(TimeoutError):  # who sleeps in the kernel does nothing either
                async with asyncio.timeout(_FREEZE_S):
                    while not self._groups.is_frozen():
                        await asyncio.sleep(_LOOK_S)
            return
        await self._signal_all(signal.SIGSTOP)
        self._rounds = asyncio.create_task(self._stop_again())

    async def end(self) -> None:
        """Let everything go on."""
        if Held.FREEZER in self._groups.held:
            self._groups.freeze(False)
        else:
            await self._end_rounds()
            await self._signal_all(signal.SIGCONT)
        self._moving.set()

    async def _end_rounds(self) -> None:
        """To the end of the last round: a signal of it must not come after the one to go on."""
        rounds, self._rounds = self._rounds, None
        if rounds:
            rounds.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rounds

    async def _stop_again(self) -> None:
        clock = asyncio.get_running_loop().time
        pause_s = AGAIN_S
        while True:
            await asyncio.sleep(pause_s)
            began = clock()
            await self._signal_all(signal.SIGSTOP)
            pause_s = max(AGAIN_S, _REST * (clock() - began))
