"""The agent's own child processes: starting and burying them.

As pid 1 the agent also inherits every orphan of its pid namespace, so it waits for any.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable

from bachang.fabric._agent._program import Beginning, Program, begin
from bachang.fabric._contract import MachineError

_MESSAGE = 4096


class Children:
    """Starts programs and tells who has ended."""

    def __init__(self) -> None:
        self._ends: dict[int, Callable[[int], None]] = {}
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._bury)

    def start(self, program: Program, on_end: Callable[[int], None]) -> int:
        """Fork and exec; returns the pid. ``on_end`` gets the wait status.

        Raises:
            MachineError: the preparation or the exec failed.
        """
        return self.adopt(begin(program), on_end)

    def adopt(self, beginning: Beginning, on_end: Callable[[int], None]) -> int:
        """Wait for the exec of what was begun; as `start`."""
        with open(beginning.problems, "rb", buffering=0) as problems:
            problem = problems.read(_MESSAGE).decode(errors="replace")
        if problem:
            os.waitpid(beginning.pid, 0)
            raise MachineError(f"{beginning.name} does not start: {problem}")
        self._ends[beginning.pid] = on_end
        return beginning.pid

    def end_all(self) -> None:
        """End all processes but this one, hosts in the making too, and wait for that."""
        os.kill(-1, signal.SIGKILL)  # whom pid 1 sees: all of its namespace
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            on_end = self._ends.pop(pid, None)
            if on_end:
                on_end(status)
