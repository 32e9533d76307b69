"""The agent's side of the zygote: taken in, asked for services, started again if it dies.

The first one is forked for the client (`bachang.fabric._zygote_server`) and waits for the
sandbox's namespaces. Where there is none, and after its death, the agent execs one: the client may
be gone by then. Services outlive a dead zygote; the agent then watches them by themselves, and only
their exit status is lost.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import os
import signal
import socket
import sys

from bachang.fabric import _seccomp, _zygote_wire
from bachang.fabric._accounts import ROOT
from bachang.fabric._agent._children import Children
from bachang.fabric._agent._comeback import Comeback
from bachang.fabric._agent._gate import Gate
from bachang.fabric._agent._program import Program
from bachang.fabric._agent._record import Journal
from bachang.fabric._assignment import Assignment
from bachang.fabric._command import Command, entry
from bachang.fabric._contract import FabricError
from bachang.fabric._futures import refuse, settle
from bachang.fabric._packets import receive
from bachang.fabric._process import Process, SpawnError, new_process
from bachang.fabric._zygote_wire import (
    BUILT_IN,
    ENVIRONMENT,
    LINK_FD,
    NAMESPACES,
    REPORT,
    TITLE_ROOM,
    Outcome,
)

_PACKET_BYTES = 1 << 16
_SEND_BUFFER = 1 << 22
_USUAL_ENVIRONMENT = ROOT.environment.items()
"""All services have these, unless one has another value there."""
_PATIENCE = 0.25
"""The part of the time until services are to answer that the fork server may take."""
UNKNOWN_STATUS = -signal.SIGHUP
"""Status of a service whose zygote died before it."""


class Zygote:
    """Forks Python services into hosts."""

    def __init__(
        self,
        children: Children,
        assignment: Assignment,
        journal: Journal,
        link: socket.socket,
        gate: Gate,
    ) -> None:
        """Args:
        children: Of the agent.
        assignment: The sandbox's.
        journal: Hears of its death.
        link: To the one that is forked for the client.
        gate: What services wait for, once they are in their hosts.
        """
        self._children = children
        self._assignment = assignment
        self._journal = journal
        self._gate = gate.descriptor
        self._loop = asyncio.get_running_loop()
        self._next = 0
        self._processes: dict[int, Process] = {}
        self._modules: set[str] = set()
        self._here: asyncio.Future[None] = self._loop.create_future()
        """Set once there is one that would tell of its end."""
        patience_s = _PATIENCE * assignment.ready_timeout_s
        self._impatience = self._loop.call_later(patience_s, self._start)
        self._comeback = Comeback("zygote", journal)
        self._turn = 1
        """Which zygote it is, counted from 1."""
        self._lost = 0
        """The last one that is known to have ended."""
        self._link = link
        self._listen()
        try:
            self._take_in()
        except OSError:  # there is none, or it cannot be: `_read` goes on
            self._link.shutdown(socket.SHUT_RDWR)

    @property
    def is_first(self) -> bool:
        """Is it the one that is forked for the client?"""
        return self._turn == 1

    async def run(
        self, host: int, command: Command, *, name: str, cgroups: tuple[int, ...]
    ) -> Process:
        """Start a service; ``command.argv`` is its source and its function.

        Args:
            host: A pidfd of the host's init.
            command: Ids, limits and environment.
            name: Its name for ``ps``.
            cgroups: ``cgroup.procs`` files to enter.
        """
        await asyncio.shield(self._here)
        self._next += 1
        process = new_process()
        self._processes[self._next] = process
        own = dict(command.environment.items() - _USUAL_ENVIRONMENT)
        what = _zygote_wire.service(entry(command), name, command.argv, own)
        try:
            self._import(command.argv[0])
            content = os.memfd_create("request", os.MFD_CLOEXEC)
            try:
                os.write(content, what)
                packet = _zygote_wire.start(self._next)
                self._send_surely(packet, [host, content, self._gate, *cgroups])
            finally:
                os.close(content)
            process.parent = self._turn
        except OSError as error:
            self._fail(self._next, error.strerror or "the zygote is gone", childless=True)
        return process

    def _take_in(self) -> None:
        """Let the one at the other end be of this sandbox."""
        spaces = [os.open(f"/proc/self/ns/{one}", os.O_RDONLY | os.O_CLOEXEC) for one in NAMESPACES]
        try:
            self._send(_zygote_wire.joining(), spaces)
        finally:
            for one in spaces:
                os.close(one)
        self._prepare()

    def _start(self) -> None:
        """Exec one, in the place of one that is not there or does not answer.

        Raises:
            MachineError, OSError: it cannot be, and nothing has changed.
        """
        self._impatience.cancel()
        begin = "from bachang.fabric._zygote import main; main()"
        words = ["-s", "-P", "-B", "-c", begin, self._assignment.zygote, " " * TITLE_ROOM]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as undo:
            undo.enter_context(ours)
            program = Program(
                argv=[sys.executable, *words],
                environment=ENVIRONMENT,
                descriptors={LINK_FD: theirs.fileno()},
            )
            self._children.start(program, lambda _status: None)
            undo.pop_all()
        self._loop.remove_reader(self._link)
        self._link.close()
        self._turn += 1
        self._link = ours
        self._listen()
        settle(self._here, None)
        self._prepare()

    def _listen(self) -> None:
        self._link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._loop.add_reader(self._link, self._read)

    def _prepare(self) -> None:
        modules = [*self._assignment.preload, *self._modules]
        content = {
            "filter": _seccomp.filter_program(),
            "environment": dict(_USUAL_ENVIRONMENT),
            "modules": modules,
        }
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
            while self._read():
                pass
            self._start_again(self._turn)
            self._send(packet, descriptors)

    def _send(self, packet: bytes, descriptors: list[int]) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self._link.sendmsg([packet], rights if descriptors else [])

    def _read(self) -> bool:
        """Take a report; whether there may be more."""
        try:
            data = receive(self._link.recv, _PACKET_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        if not data:
            self._ended()
            return False
        self._comeback.succeeded()
        kind, number, value, childless, text = REPORT.unpack(data)
        if kind == Outcome.JOINED:
            self._impatience.cancel()
            settle(self._here, None)
        elif kind == Outcome.FAILED and number:
            self._fail(number, _words(text, value), childless=bool(childless))
        elif kind == Outcome.FAILED:
            self._comeback.fault(_words(text, value))
        elif kind == Outcome.STARTED:
            process = self._processes[number]
            process.pid = value
            settle(process.started, value)
        elif number in self._processes:
            settle(self._processes.pop(number).exited, value)
        return True

    def _fail(self, number: int, words: str, *, childless: bool) -> None:
        process = self._processes[number]
        error = SpawnError(0, words, "the zygote")
        refuse(process.started, error)
        refuse(process.exited, error)
        if childless:
            del self._processes[number]

    def _ended(self) -> None:
        self._loop.remove_reader(self._link)
        if self._journal.ending or self._lost == self._turn:
            return
        if not self._here.done():
            self._start()
            return
        self._lost = self._turn
        self._comeback.fault("ended; it is started again")
        self._leave_services()
        self._start_later()

    def _start_later(self) -> None:
        self._impatience.cancel()
        pause_s = self._comeback.next_pause_s()
        self._impatience = self._loop.call_later(pause_s, self._start_again, self._turn)

    def _leave_services(self) -> None:
        """Services go on without their zygote."""
        for number, process in list(self._processes.items()):
            if process.parent != self._turn:
                continue
            if process.pid:
                del self._processes[number]
                self._watch(process)
            else:
                self._fail(number, "the zygote ended", childless=True)

    def _start_again(self, dead: int) -> None:
        """Start the next one, unless it is there already."""
        if dead != self._turn:
            return
        self._leave_services()
        try:
            self._start()
        except (FabricError, OSError) as error:
            self._comeback.fault(f"cannot be started again: {error}")
            self._start_later()

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


def _words(text: bytes, number: int) -> str:
    """Of a failure."""
    what = text.partition(b"\0")[0].decode(errors="replace")
    return f"{what}: {os.strerror(number)}"
