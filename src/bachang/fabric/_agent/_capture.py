"""Captures: the agent makes the packet socket and starts the process that reads it.

The agent keeps the socket too, so that it can add a port to the filter before that port
comes up: a host that is reset misses no frame. It never reads a frame itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import fcntl
import itertools
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import msgspec

from bachang.fabric import _policy, _tap
from bachang.fabric._agent._confinement import confine
from bachang.fabric._agent._door import Caller
from bachang.fabric._agent._network import Port
from bachang.fabric._agent._program import Program
from bachang.fabric._agent._sandbox import World
from bachang.fabric._contract import CaptureStatus, PlatformError, SandboxError
from bachang.fabric._futures import settle
from bachang.fabric._packets import receive

_PACKET_BYTES = 1 << 16
_LINK_BUFFER = 1 << 20
_PORTS_AT_ONCE = 500
"""In a packet, which has no more room than the machine gives a socket."""
_START_S = 20.0
_END_S = 20.0
_SNAP = range(14, 65_536)
_MOST = 16
_REMEMBERED = 64
"""Captures that were begun without a client; those that ended first are forgotten first."""


class Captures:
    """All captures of a sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: list[_Capture] = []
        self._detached: dict[str, asyncio.Task[CaptureStatus]] = {}
        self._numbers = itertools.count(1)
        world.switch.before_take_over = self._ports_change
        self.handlers = {
            "capture": self._capture,
            "begin_capture": self._begin,
            "end_capture": self._end,
        }

    def statuses(self) -> tuple[CaptureStatus, ...]:
        """Of those that take frames."""
        return tuple(one.status for one in self._running if one.begun)

    async def _capture(self, caller: Caller, request: dict[str, Any]) -> None:
        """Runs as long as its caller stays."""
        running = await self._launch(caller, CaptureStatus(**request))
        try:
            await caller.answer()
            while (wish := await caller.receive()) is not None:
                if wish.get("capture") == "stop":
                    break
                await caller.answer(msgspec.to_builtins(running.status))
        finally:
            await self._finish(running)
        await caller.answer(msgspec.to_builtins(running.status))

    async def _begin(self, caller: Caller, request: dict[str, Any]) -> None:
        """Runs until it is ended, or is full."""
        wanted = CaptureStatus(**request, name=f"capture-{next(self._numbers)}")
        running = await self._launch(caller, wanted)
        self._detached[wanted.name] = asyncio.create_task(self._attend(running))
        self._forget_ended()
        await caller.answer(msgspec.to_builtins(running.status))

    async def _end(self, caller: Caller, request: dict[str, Any]) -> None:
        task = self._detached.get(request["name"])
        if task is None:
            known = ", ".join(self._detached) or "none"
            raise SandboxError(f"no capture {request['name']!r} was begun here; there are {known}")
        for running in self._running:
            if running.status.name == request["name"]:
                running.ask_to_end()
        await caller.answer(msgspec.to_builtins(await asyncio.shield(task)))

    async def _launch(self, caller: Caller, wanted: CaptureStatus) -> _Capture:
        self._check(wanted)
        await caller.answer()
        output = await _output(caller)
        try:
            running = _Capture(self._world, wanted, output)
        finally:
            os.close(output)
        self._running.append(running)
        try:
            await running.begin()
        except BaseException:
            self._running.remove(running)
            await running.end()
            raise
        self._world.journal.note("capture.started", running.subject, running.wishes())
        return running

    async def _attend(self, running: _Capture) -> CaptureStatus:
        await running.until_end()
        await self._finish(running)
        return running.status

    async def _finish(self, running: _Capture) -> None:
        await running.end()
        self._running.remove(running)
        counters = {"frames": running.status.frames, "dropped": running.status.dropped}
        self._world.journal.note("capture.ended", running.subject, counters)

    def _forget_ended(self) -> None:
        ended = [name for name, task in self._detached.items() if task.done()]
        for name in ended[: max(0, len(self._detached) - _REMEMBERED)]:
            del self._detached[name]

    def _check(self, wanted: CaptureStatus) -> None:
        networks = {one.name for one in self._world.plan.networks}
        if wanted.host is not None:
            self._world.host(wanted.host)
        if wanted.network is not None and wanted.network not in networks:
            known = ", ".join(sorted(networks))
            raise SandboxError(f"no network {wanted.network!r}; there are {known}")
        if wanted.snap_bytes is not None and wanted.snap_bytes not in _SNAP:
            raise SandboxError(
                f"a snap length of {wanted.snap_bytes} bytes: take {_SNAP[0]} to {_SNAP[-1]}, "
                "or none for whole frames"
            )
        if wanted.limit_bytes is not None and wanted.limit_bytes < 1:
            raise SandboxError(f"a limit of {wanted.limit_bytes} bytes leaves room for nothing")
        if len(self._running) >= _MOST:
            raise SandboxError(f"{_MOST} captures run already: stop one first")

    def _ports_change(self, ports: list[Port]) -> None:
        for running in self._running:
            running.add(ports)


class _Capture:
    """One capture and its process."""

    def __init__(self, world: World, wanted: CaptureStatus, output: int) -> None:
        self.status = wanted
        self.begun = False  # its process has come up: a frame that is sent from now on is taken
        self._world = world
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._asked: asyncio.Future[None] = self._loop.create_future()
        ports = world.switch.ports(world.plan.hosts)
        self._ports = [port for port in ports if self._wants(port)]
        if not self._ports:
            raise SandboxError(
                f"host {wanted.host} has no link into {wanted.network or 'a network'}"
            )
        if self._chooses() and len(self._ports) > _tap.MOST_PORTS:
            raise SandboxError(
                f"more than {_tap.MOST_PORTS} links cannot be chosen: capture all of them"
            )
        self._tap = _tap.open_tap()
        try:
            self._link = self._launch(output)
        except BaseException:
            self._tap.close()
            raise
        self._loop.add_reader(self._link, self._read)

    @property
    def subject(self) -> str:
        """What it is about, for the journal."""
        return self.status.host or self.status.network or self._world.assignment.name

    def wishes(self) -> dict[str, Any]:
        """What was asked for."""
        wanted = self.status
        return {"network": wanted.network, "host": wanted.host, "snap_bytes": wanted.snap_bytes}

    def ask_to_end(self) -> None:
        """Let `until_end` return."""
        settle(self._asked, None)

    async def until_end(self) -> None:
        """Returns once its process writes no more, or it is asked to end."""
        either = {self._ended, self._asked}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)

    async def begin(self) -> None:
        """Returns once frames are taken.

        Raises:
            PlatformError: its process does not come up.
        """
        try:
            async with asyncio.timeout(_START_S):
                await asyncio.shield(self._ready)
        except TimeoutError:
            raise PlatformError(f"the capture did not begin within {_START_S:g} s") from None
        if self.status.problem:
            raise SandboxError(f"the capture cannot be written: {self.status.problem}")
        self._take()
        self.begun = True

    async def end(self) -> None:
        """Take no more, and wait until all that was taken is written. May be called again."""
        if self._tap.fileno() < 0:
            return
        _tap.take(self._tap, _tap.nothing())
        with contextlib.suppress(OSError):
            self._link.send(b"{}")
        done, _ = await asyncio.wait({self._ended}, timeout=_END_S)
        if not done:
            os.kill(self._pid, 9)
            self._fail(f"its output took no more for {_END_S:g} s")
        self.status = dataclasses.replace(self.status, running=False)
        self._loop.remove_reader(self._link)
        self._link.close()
        self._tap.close()

    def add(self, ports: list[Port]) -> None:
        """Take new ports in, before they come up."""
        new = [port for port in ports if self._wants(port)]
        if not new or not self.status.running:
            return
        # Of what came before only what may still send: a filter has no room for all generations.
        latest = {(port.host, port.interface.name): port for port in self._ports}
        self._ports = [*latest.values(), *new]
        with contextlib.suppress(OSError):
            self._link.send(msgspec.json.encode({"ports": _described(new)}), socket.MSG_DONTWAIT)
        if self._ready.done():
            self._take()

    def _wants(self, port: Port) -> bool:
        return self.status.host in (None, port.host) and self.status.network in (
            None,
            port.interface.network,
        )

    def _chooses(self) -> bool:
        return self.status.host is not None or self.status.network is not None

    def _take(self) -> None:
        snap_bytes = self.status.snap_bytes or _tap.WHOLE
        if self._chooses():
            program = _tap.only([port.index for port in self._ports], snap_bytes)
        else:
            program = _tap.all_but(self._world.switch.bridges(), snap_bytes)
        _tap.take(self._tap, program)

    def _launch(self, output: int) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LINK_BUFFER)
        assignment = self._world.assignment
        entry = "from bachang.fabric._capture import main; main()"
        with theirs:
            program = Program(
                argv=[sys.executable, "-s", "-P", "-B", "-c", entry],
                environment={"PYTHONPATH": str(Path(__file__).parents[3]), "LANG": "C.UTF-8"},
                descriptors={
                    _tap.LINK_FD: theirs.fileno(),
                    _tap.TAP_FD: self._tap.fileno(),
                    _tap.OUTPUT_FD: output,
                },
                prepare=lambda: confine(assignment, _policy.CAPTURE_UID),
            )
            try:
                self._pid = self._world.children.start(program, lambda _status: self._exited())
            except BaseException:
                ours.close()
                raise
        start = {
            "snap_bytes": self.status.snap_bytes or 0,
            "limit_bytes": self.status.limit_bytes or 0,
        }
        for at in range(0, len(self._ports), _PORTS_AT_ONCE):
            ports = _described(self._ports[at : at + _PORTS_AT_ONCE])
            ours.send(msgspec.json.encode({"ports": ports} if at else {**start, "ports": ports}))
        return ours

    def _read(self) -> bool:
        """Take a report; whether there may be more."""
        try:
            data = receive(self._link.recv, _PACKET_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        if not data:
            self._loop.remove_reader(self._link)
            return False
        packet = msgspec.json.decode(data, type=dict[str, Any])
        counters = packet.get("report") or packet.get("end")
        if counters:
            self.status = dataclasses.replace(self.status, **counters)
        if "failed" in packet:
            self._fail(packet["failed"])
        if packet.get("full"):
            self._fail(f"it reached its limit of {self.status.limit_bytes} bytes")
        if "ready" in packet:
            settle(self._ready, None)
        if "end" in packet:
            settle(self._ended, None)
        return True

    def _fail(self, problem: str) -> None:
        self.status = dataclasses.replace(self.status, running=False, problem=problem)
        _tap.take(self._tap, _tap.nothing())

    def _exited(self) -> None:
        """Its process has gone; what it still said is in the link."""
        if not self._ended.done() and self._link.fileno() >= 0:
            while self._read():
                pass
            if not self._ended.done() and not self.status.problem:
                self._fail("its process ended")
        settle(self._ready, None)
        settle(self._ended, None)


def _described(ports: list[Port]) -> list[dict[str, Any]]:
    return [
        {
            "index": port.index,
            "host": port.host,
            "interface": port.interface.name,
            "network": port.interface.network,
            "mac": port.interface.mac,
            "address": port.interface.address,
        }
        for port in ports
    ]


async def _output(caller: Caller) -> int:
    """The file or pipe that the caller gives.

    Raises:
        SandboxError: it is something else, or not to be written to.
    """
    descriptor = await caller.receive_descriptor()
    if descriptor is None:
        raise SandboxError("a capture needs a descriptor to write to")
    kind = os.fstat(descriptor).st_mode
    mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    if mode == os.O_RDONLY or not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind)):
        os.close(descriptor)
        raise SandboxError("a capture is written to a regular file or a pipe, open for writing")
    return descriptor
