"""The agent's side of the zygote: started, asked for services, started again if it dies.

Services outlive a dead zygote; the agent then watches them by themselves, and only their
exit status is lost.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import BinaryIO

from bachang.fabric import _seccomp, _zygote_wire
from bachang.fabric._agent._children import Children
from bachang.fabric._agent._program import Program
from bachang.fabric._agent._record import Journal
from bachang.fabric._assignment import Assignment
from bachang.fabric._command import Command, entry
from bachang.fabric._futures import refuse, settle
from bachang.fabric._process import Process, SpawnError, new_process
from bachang.fabric._zygote_wire import BUILT_IN, LINK_FD, REPORT, TITLE_ROOM, Outcome

_PACKET_BYTES = 1 << 16
_SEND_BUFFER = 1 << 22
_RESTART_S = 0.2
UNKNOWN_STATUS = -signal.SIGHUP
"""Status of a service whose zygote died before it."""


class Zygote:
    """Forks Python services into hosts."""

    def __init__(self, children: Children, assignment: Assignment, journal: Journal) -> None:
        self._children = children
        self._assignment = assignment
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._next = 0
        self._processes: dict[int, Process] = {}
        self._link: socket.socket
        self._modules: set[str] = set()
        self.pid = 0
        self._start()

    def run(self, host: int, command: Command, *, name: str, cgroups: tuple[int, ...]) -> Process:
        """Start a service; ``command.argv`` is its source and its function.

        Args:
            host: A pidfd of the host's init.
            command: Ids, limits and environment.
            name: Its name for ``ps``.
            cgroups: ``cgroup.procs`` files to enter.
        """
        self._next += 1
        process = new_process()
        self._processes[self._next] = process
        what = _zygote_wire.service(entry(command), name, command.argv, command.environment)
        try:
            self._import(command.argv[0])
            with _memory_file(what) as content:
                packet = _zygote_wire.start(self._next)
                self._send_surely(packet, [host, content.fileno(), *cgroups])
            process.parent = self.pid
        except OSError as error:
            self._fail(self._next, error.strerror or "the zygote is gone", childless=True)
        return process

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        begin = "from bachang.fabric._zygote import main; main()"
        library = self._assignment.zygote
        package = str(Path(__file__).parents[3])
        with theirs:
            program = Program(
                argv=[sys.executable, "-s", "-P", "-B", "-c", begin, library, " " * TITLE_ROOM],
                environment={"PYTHONPATH": package, "LANG": "C.UTF-8", "LD_BIND_NOW": "1"},
                descriptors={LINK_FD: theirs.fileno()},
            )
            self.pid = pid = self._children.start(program, lambda _: self._ended(pid))
        self._link = ours
        self._loop.add_reader(ours, self._read)
        modules = [*self._assignment.preload, *self._modules]
        content = {"filter": _seccomp.filter_program(), "modules": modules}
        self._send(_zygote_wire.preparation(content), [])

    def _import(self, source: str) -> None:
        """Have a module of Bachang's loaded ahead: hosts do not see it."""
        if source.startswith(BUILT_IN) and source not in self._modules:
            self._modules.add(source)
            self._send_surely(_zygote_wire.preparation({"modules": [source]}), [])

    def _send_surely(self, packet: bytes, descriptors: list[int]) -> None:
        """Send; if the zygote has just died, start the next one and send to that."""
        try:
            self._send(packet, descriptors)
        except OSError:
            self._start_again()
            self._send(packet, descriptors)

    def _send(self, packet: bytes, descriptors: list[int]) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self._link.sendmsg([packet], rights if descriptors else [])

    def _read(self) -> None:
        try:
            data = self._link.recv(_PACKET_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._link)
            return
        kind, number, value, childless, text = REPORT.unpack(data)
        if kind == Outcome.FAILED:
            what = text.partition(b"\0")[0].decode(errors="replace")
            self._fail(number, f"{what}: {os.strerror(value)}", childless=bool(childless))
        elif kind == Outcome.STARTED:
            process = self._processes[number]
            process.pid = value
            settle(process.started, value)
        elif number in self._processes:
            settle(self._processes.pop(number).exited, value)

    def _fail(self, number: int, words: str, *, childless: bool) -> None:
        process = self._processes[number]
        error = SpawnError(0, words, "the zygote")
        refuse(process.started, error)
        refuse(process.exited, error)
        if childless:
            del self._processes[number]

    def _ended(self, pid: int) -> None:
        if self._journal.ending:
            return
        self._journal.note("platform.fault", "zygote", {"reason": "ended; started again"})
        for number, process in list(self._processes.items()):
            if process.parent != pid:
                continue
            if process.pid:
                del self._processes[number]
                self._watch(process)
            else:
                self._fail(number, "the zygote ended", childless=True)
        if pid == self.pid:
            self._loop.call_later(_RESTART_S, self._start_again, pid)

    def _start_again(self, dead: int | None = None) -> None:
        """Start the next one, unless it is there already."""
        if dead is None or dead == self.pid:
            self._loop.remove_reader(self._link)
            self._link.close()
            self._start()

    def _watch(self, process: Process) -> None:
        """Follow a service that has lost its parent."""
        try:
            descriptor = os.pidfd_open(process.pid)
        except OSError:
            settle(process.exited, UNKNOWN_STATUS)
            return

        def ended() -> None:
            self._loop.remove_reader(descriptor)
            with contextlib.suppress(OSError):
                os.close(descriptor)
            settle(process.exited, UNKNOWN_STATUS)

        self._loop.add_reader(descriptor, ended)


def _memory_file(content: bytes) -> BinaryIO:
    """An open file without a name that holds ``content``."""
    file = os.fdopen(os.memfd_create("request", os.MFD_CLOEXEC), "wb", buffering=0)
    file.write(content)
    return file
