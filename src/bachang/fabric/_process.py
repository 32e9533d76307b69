"""A program that runs in a host, or that one waits for: its futures, and a hold of it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
from dataclasses import dataclass

_NONE = -1
_WHOLE_GROUP = 4
"""PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9; EINVAL before."""


class SpawnError(OSError):
    """A host or program that did not come up; the file name is what was being done."""


@dataclass(slots=True)
class Process:
    """A program that was asked for; its futures are set by reports."""

    started: asyncio.Future[int]
    """Its pid, in the agent's pid namespace; set once the program itself runs."""
    exited: asyncio.Future[int]
    """Exit status, or minus the signal. A `SpawnError` if it never became the program."""
    born: asyncio.Future[None]
    """Set as soon as ``pid`` is known: what is to be the program can be killed from then on."""
    pid: int = 0
    runs: bool = False
    parent: int = 0
    """Which zygote it was asked of."""
    is_held: bool = False
    """May somebody have to end it? Services end with their host."""
    handle: int = _NONE
    """Then a pidfd of it: its pid may be another's once it has ended."""

    def signal_group(self, number: int) -> None:
        """Send a signal to its process group; nobody else's, whatever has become of it."""
        if self.handle == _NONE:
            return
        with contextlib.suppress(ProcessLookupError):  # the group first; it may lead none yet
            try:
                signal.pidfd_send_signal(self.handle, number, None, _WHOLE_GROUP)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                os.killpg(self.pid, number)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)

    def release(self) -> None:
        """Forget how to end it: it has ended."""
        if self.handle != _NONE:
            os.close(self.handle)
            self.handle = _NONE


def new_process() -> Process:
    """A program that was just asked for."""
    loop = asyncio.get_running_loop()
    return Process(loop.create_future(), loop.create_future(), loop.create_future())
