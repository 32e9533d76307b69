"""The agent's side of the spawner: requests out, reports in.

Both are those of `_spawner_wire`; reports come through a pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable

from bachang.fabric._birth import Birth
from bachang.fabric._command import Command, entry, program
from bachang.fabric._contract import PlatformError
from bachang.fabric._futures import refuse, settle
from bachang.fabric._process import Process, SpawnError, new_process
from bachang.fabric._spawner_wire import REPORT, Outcome, Request, send


class Spawner:
    """Sends requests and matches reports to them. ``descriptors`` are the agent's ends."""

    def __init__(
        self, requests: socket.socket, reports: int, *, on_end: Callable[[], None]
    ) -> None:
        """Args:
        requests: The agent's end of the stream, blocking.
        reports: The read end of the report pipe.
        on_end: Called when the spawner has gone.
        """
        self._requests = requests
        self._reports = reports
        self._on_end = on_end
        self._next = 0
        self._births: dict[int, tuple[asyncio.Future[Birth], int]] = {}
        self._born: dict[int, tuple[asyncio.Future[Birth], Birth]] = {}
        """By pid: ready, and perhaps ended since; known once all reports are read."""
        self._programs: dict[int, Process] = {}
        self._by_pid: dict[int, int] = {}
        self._signals: dict[int, asyncio.Future[None]] = {}
        self._loop = asyncio.get_running_loop()
        os.set_blocking(reports, False)
        self._loop.add_reader(reports, self._read_reports)
        self.on_init_end: Callable[[int], None] = lambda _pid: None

    def expect(self, number: int) -> asyncio.Future[Birth]:
        """A host that was asked for before this object was there, in order from 1."""
        future: asyncio.Future[Birth] = self._loop.create_future()
        self._births[number] = (future, 0)
        self._next = max(self._next, number)
        return future

    def create(self, creation: bytes, cgroups: tuple[int, ...]) -> asyncio.Future[Birth]:
        """Make a host; the future is set when its init has followed its recipe.

        Args:
            creation: Of `RootFiles.creation`.
            cgroups: ``cgroup.procs`` files to enter.
        """
        future: asyncio.Future[Birth] = self._loop.create_future()
        number = self._take_number()
        self._births[number] = (future, 0)
        self._send(Request.CREATE, number, creation, [*cgroups])
        return future

    def run(
        self, host: int, command: Command, *, streams: list[int], cgroups: tuple[int, ...]
    ) -> Process:
        """Run a program; ``host`` is a pidfd of its init.

        Args:
            host: The host.
            command: What to run.
            streams: Descriptors 0, 1 and 2 of the program; one socket, over which the
                other side of its terminal comes back; none if it has a log.
            cgroups: ``cgroup.procs`` files to enter.
        """
        process = new_process()
        process.is_held = bool(streams)
        number = self._take_number()
        self._programs[number] = process
        payload = entry(command, terminal=len(streams) == 1) + program(command)
        running, closes = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self._send(Request.RUN, number, payload, [host, closes, *streams, *cgroups])
        except BaseException:
            os.close(running)
            raise
        finally:
            os.close(closes)
        self._loop.add_reader(running, self._exec_done, running, process)
        return process

    def signal(self, host: int, number: int) -> asyncio.Future[None]:
        """Send a signal to every process of a host but its init."""
        future: asyncio.Future[None] = self._loop.create_future()
        request = self._take_number()
        self._signals[request] = future
        self._send(Request.SIGNAL, request, struct.pack("<I", number), [host])
        return future

    def close(self) -> None:
        """Let go of it; it then ends."""
        self._loop.remove_reader(self._reports)
        os.close(self._reports)
        self._requests.close()

    def _take_number(self) -> int:
        self._next = self._next % 0xFFFF_FFFF + 1
        return self._next

    def _send(self, kind: Request, number: int, payload: bytes, fds: list[int]) -> None:
        try:
            send(self._requests, kind, number, payload, fds)
        except OSError as error:
            raise PlatformError(f"the spawner has gone: {error}") from error

    def _read_reports(self) -> None:
        """All that there are: that of an end must not wait while its pid is taken for alive."""
        while data := self._next_reports():
            for kind, number, value, detail, raw in REPORT.iter_unpack(data):
                self._take(Outcome(kind), number, value, detail, raw)
        for future, birth in self._born.values():
            settle(future, birth)
        self._born.clear()

    def _next_reports(self) -> bytes:
        """Whole records, as many as there are; empty if there are none, or it has gone."""
        try:
            data = os.read(self._reports, REPORT.size * 256)
        except BlockingIOError:
            return b""
        if not data:
            self._loop.remove_reader(self._reports)
            self._on_end()
        return data

    def _take(self, kind: Outcome, number: int, value: int, detail: int, raw: bytes) -> None:
        if kind is Outcome.EXITED:
            self._take_exit(value, detail)
        elif kind is Outcome.FAILED:
            what = raw.partition(b"\0")[0].decode(errors="replace")
            error = SpawnError(value, os.strerror(value), what)
            self._take_failure(number, error, without_child=bool(detail))
        elif kind is Outcome.STARTED:
            self._take_start(number, value)
        elif number in self._signals:
            settle(self._signals.pop(number), None)
        elif kind is Outcome.CREATED and number in self._births:
            self._births[number] = (self._births[number][0], value)
        elif kind is Outcome.READY and number in self._births:
            self._take_birth(*self._births.pop(number), value)

    def _take_birth(self, future: asyncio.Future[Birth], pid: int, descriptors: int) -> None:
        """If it has ended, its report is in the pipe before the pid can be another's."""
        try:
            self._born[pid] = (future, Birth.of(pid, descriptors))
        except OSError as error:
            what = "take hold of its init"
            refuse(future, SpawnError(error.errno, error.strerror, what))

    def _take_start(self, number: int, pid: int) -> None:
        process = self._programs[number]
        process.pid = pid
        if process.is_held:
            # If it has ended, its report is in the pipe before the pid can be another's.
            with contextlib.suppress(ProcessLookupError):
                process.handle = os.pidfd_open(pid)
        settle(process.born, None)
        self._by_pid[pid] = number
        if process.runs:
            settle(process.started, pid)

    def _exec_done(self, pipe: int, process: Process) -> None:
        """The start pipe has closed: the exec succeeded, or a failure is reported as well."""
        self._loop.remove_reader(pipe)
        os.close(pipe)
        self._read_reports()
        process.runs = True
        if process.pid:
            settle(process.started, process.pid)

    def _take_failure(self, number: int, error: SpawnError, *, without_child: bool) -> None:
        if number in self._births:
            refuse(self._births.pop(number)[0], error)
        elif number in self._signals:
            settle(self._signals.pop(number), None)
        elif number in self._programs:
            process = self._programs[number]
            refuse(process.started, error)
            refuse(process.exited, error)
            if without_child:
                del self._programs[number]

    def _take_exit(self, pid: int, status: int) -> None:
        number = self._by_pid.pop(pid, None)
        if number is not None:
            process = self._programs.pop(number)
            process.release()
            settle(process.exited, status)
            return
        for request, (future, born) in list(self._births.items()):
            if born == pid:
                del self._births[request]
                refuse(future, _ended_early())
        if pid in self._born:
            future, birth = self._born.pop(pid)
            birth.close()
            refuse(future, _ended_early())
        self.on_init_end(pid)


def _ended_early() -> SpawnError:
    return SpawnError(0, "its init ended at once", "a host")
