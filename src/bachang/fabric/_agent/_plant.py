"""The plant's process, as the agent keeps it: confined, asked, started again.

The plant parses bytes of hostile networks, so it gets what a program needs and no more: an
own user, no capability, no_new_privs, the hosts' system call filter, an empty network
namespace, a root with the platform's code only. Its sockets are born in hosts and passed in.

A dead plant starts again from the last state that it asked to be kept, with the commands
that were applied since: nothing that was acknowledged is lost.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bachang.fabric import _policy
from bachang.fabric._agent._children import Children
from bachang.fabric._agent._comeback import Comeback
from bachang.fabric._agent._confinement import confine
from bachang.fabric._agent._listening import Listening
from bachang.fabric._agent._program import Program
from bachang.fabric._agent._record import Clock, Journal
from bachang.fabric._agent._together import together
from bachang.fabric._assignment import Assignment
from bachang.fabric._contract import FabricError, PlatformError, SandboxError
from bachang.fabric._futures import refuse, settle
from bachang.fabric._packets import receive

LINK_FD = 3
_PACKET_BYTES = 1 << 22
_SEND_BUFFER = 1 << 22
_AT_ONE_GO = 64
"""Packets that are taken in before others get their turn."""
_LEFT_UNREAD = 1 << 14
"""Packets that a dead plant may have left: more do not fit into its send buffer."""
_READY_S = 20.0
_REPLY_S = 30.0
_KEPT_COMMANDS = 100_000

_ERRORS = {"SandboxError": SandboxError}
_ITS_EVENTS = frozenset(
    ("alarm", "clock", "command", "interlock", "login", "plant", "point", "points", "protocol")
)
"""First words of the kinds that it may report: what others journal is not for it to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """What a plant reports for the journal."""

    sandbox_time_s: float
    actor: str
    kind: str
    subject: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a plant that starts again is to be given."""

    state: dict[str, Any]
    tick: int


@dataclass(frozen=True, slots=True)
class _Posted:
    """A request that was sent."""

    operation: str
    number: int
    answer: asyncio.Future[Any]


class Plant:
    """All field systems of a sandbox. ``open_listener`` makes a socket inside a host."""

    def __init__(
        self,
        children: Children,
        assignment: Assignment,
        journal: Journal,
        clock: Clock,
        open_listener: Callable[[str, int], socket.socket],
    ) -> None:
        self._children = children
        self._assignment = assignment
        self._journal = journal
        self._clock = clock
        self._open_listener = open_listener
        self._loop = asyncio.get_running_loop()
        self._link: socket.socket | None = None
        self._next = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._kept: dict[str, Any] | None = None
        self._since: list[dict[str, Any]] = []
        self._tick = 0
        self._heard_s = 0.0
        self._trusted = True
        self._comeback = Comeback("plant", journal)
        self._paused = False
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self.pid = 0
        self.first_state: dict[str, Any] = {}
        self.listeners = [
            Listening(system.name, one.purpose, one.host, one.port)
            for system in assignment.world.field_systems
            for one in system.listeners
        ]

    def launch(self) -> None:
        """Start the process; it waits for `begin`. Costs the time of Python's start."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        with theirs:
            program = Program(
                argv=[sys.executable, "-s", "-P", "-B", *self._assignment.plant_argv],
                environment={
                    "PYTHONPATH": str(Path(__file__).parents[3]),
                    "LANG": "C.UTF-8",
                    "HOME": "/tmp",  # noqa: S108 - the plant's own
                },
                descriptors={LINK_FD: theirs.fileno()},
                prepare=lambda: confine(self._assignment, _policy.PLANT_UID),
            )
            self.pid = self._children.start(program, self._ended)
        self._link, self._trusted = ours, True
        self._loop.add_reader(ours, self._read)

    async def begin(self) -> None:
        """Give it its systems and sockets; returns when it serves.

        Raises:
            PlatformError: it does not come up.
        """
        with contextlib.ExitStack() as opened:
            self._send_start(self._open_listeners(opened))
        try:
            async with asyncio.timeout(_READY_S):
                await asyncio.shield(self._ready)
        except TimeoutError:
            raise PlatformError(f"the plant did not come up within {_READY_S:g} s") from None
        self._clock.set(0.0, running=True)
        result = await self.ask("snapshot")
        self.first_state = result["state"]
        self._kept = {"state": self.first_state, "tick": result["tick"]}

    async def ask(self, operation: str, *, reply_s: float = _REPLY_S, **arguments: Any) -> Any:
        """One request of the plant link.

        Raises:
            SandboxError: the plant refuses. PlatformError: it died or does not answer.
        """
        return await self._answer(self._post(operation, arguments, []), reply_s)

    def rebind(self, fresh: Iterable[tuple[Listening, socket.socket]]) -> Coroutine[Any, Any, None]:
        """Give the systems of a host that was reset their new sockets, which stay ours to close.

        All are sent at once, so that whatever becomes of the plant, it or the next one has them.

        Returns:
            To be awaited: it ends when they are taken, and raises what `ask` does.
        """
        posted = [
            self._post("rebind", {"system": one.system, "purpose": one.purpose}, [it.fileno()])
            for one, it in fresh
        ]
        return together([self._answer(one, _REPLY_S) for one in posted])

    async def pause(self) -> None:
        """Stop its clock."""
        time_s = (await self.ask("pause"))["time_s"]
        self._paused = True
        self._clock.set(time_s, running=False)

    async def resume(self) -> None:
        """Let its clock run on."""
        time_s = (await self.ask("resume"))["time_s"]
        self._paused = False
        self._clock.set(time_s, running=True)

    async def restore(self, state: dict[str, Any]) -> None:
        """Put it into a state; what was kept of the old epoch is forgotten."""
        result = await self.ask("restore", state=state)
        self._kept = {"state": state, "tick": result["tick"]}
        self._since.clear()
        self._tick = result["tick"]
        self._heard_s = (await self.ask("clock"))["time_s"]
        self._clock.set(self._heard_s)

    def _post(self, operation: str, arguments: dict[str, Any], descriptors: list[int]) -> _Posted:
        """Send a request; if it cannot be sent, whoever waits for its answer hears of that."""
        self._next += 1
        posted = _Posted(operation, self._next, self._loop.create_future())
        self._waiting[posted.number] = posted.answer
        try:
            self._send({"id": posted.number, "op": operation, **arguments}, descriptors)
        except PlatformError as error:
            refuse(posted.answer, error)
        return posted

    async def _answer(self, posted: _Posted, reply_s: float) -> Any:
        try:
            async with asyncio.timeout(reply_s):
                return await posted.answer
        except TimeoutError:
            raise PlatformError(f"the plant did not answer `{posted.operation}`") from None
        finally:
            self._waiting.pop(posted.number, None)

    def _send_start(self, sockets: list[socket.socket]) -> None:
        hosts = {
            address.partition("/")[0]: host.name
            for host in self._assignment.world.hosts
            for interface in host.interfaces
            for address in (interface.address, interface.address6)
            if address
        }
        world = self._assignment.world
        packet = {
            "op": "start",
            "systems": world.field_systems,
            "seed": world.seed,
            "hosts": hosts,
            "listeners": [one.describe() for one in self.listeners],
            "restore": self._what_to_restore(),
        }
        self._send(packet, [one.fileno() for one in sockets])

    def _open_listeners(self, opened: contextlib.ExitStack) -> list[socket.socket]:
        return [
            opened.enter_context(self._open_listener(one.host, one.port)) for one in self.listeners
        ]

    def _what_to_restore(self) -> dict[str, Any] | None:
        if self._kept is None:
            return None
        return {
            "state": self._kept["state"],
            "commands": self._since,
            "tick": self._tick,
            "time_s": self._heard_s,
        }

    def _send(self, packet: dict[str, Any], descriptors: list[int]) -> None:
        if self._link is None:
            raise PlatformError("the plant is being started again; ask once more")
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            self._link.sendmsg([msgspec.json.encode(packet)], rights if descriptors else [])
        except OSError as error:
            raise PlatformError(f"the plant cannot be reached: {error.strerror}") from error

    def _read(self, most: int = _AT_ONE_GO) -> None:
        if self._link is None or not self._trusted:
            return
        for _ in range(most):
            try:
                data = receive(self._link.recv, _PACKET_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if not data:
                self._loop.remove_reader(self._link)
                return
            try:
                self._take(msgspec.json.decode(data, type=dict[str, Any]))
            except (
                msgspec.DecodeError,
                AttributeError,
                LookupError,
                TypeError,
                ValueError,
            ) as error:
                # Not what a plant says: somebody speaks through it.
                reason = f"said what it must not ({error!r}): ended"
                self._trusted = False
                self._loop.remove_reader(self._link)
                self._comeback.fault(reason)
                if self.pid:
                    os.kill(self.pid, signal.SIGKILL)
                return

    def _take(self, packet: dict[str, Any]) -> None:
        if "event" in packet:
            self._take_event(msgspec.convert(packet["event"], _Event))
        elif "keep" in packet:
            kept = msgspec.convert(packet["keep"], _Kept)
            self._kept = {"state": kept.state, "tick": kept.tick}
            self._since = [one for one in self._since if one["tick"] > kept.tick]
        elif "ready" in packet:
            settle(self._ready, None)
            self._comeback.succeeded()
        elif future := self._waiting.get(packet["id"]):
            if packet["ok"]:
                settle(future, packet.get("result"))
            else:
                error = packet["error"]
                refuse(future, _ERRORS.get(error["kind"], PlatformError)(error["message"]))

    def _take_event(self, event: _Event) -> None:
        if event.kind.partition(".")[0] not in _ITS_EVENTS or not math.isfinite(
            event.sandbox_time_s
        ):
            raise ValueError(f"an event {event.kind} at {event.sandbox_time_s} s")
        self._clock.set(event.sandbox_time_s)
        self._heard_s = max(self._heard_s, event.sandbox_time_s)
        data = event.data
        self._tick = max(self._tick, data.get("tick", 0))
        if event.kind == "command.applied":
            self._since.append({"point": event.subject, "actor": event.actor, **data})
            del self._since[:-_KEPT_COMMANDS]
        self._journal.note(
            event.kind,
            event.subject,
            data,
            actor=event.actor,
            sandbox_time_s=event.sandbox_time_s,
        )

    def _ended(self, status: int) -> None:
        self.pid = 0  # it is buried: its number may be another's
        if self._link is not None:
            self._read(_LEFT_UNREAD)
            self._loop.remove_reader(self._link)
            self._link.close()
            self._link = None
        code = os.waitstatus_to_exitcode(status)
        lost = PlatformError("the plant ended and is being started again; ask once more")
        for future in self._waiting.values():
            refuse(future, lost)
        if self._journal.ending:
            return
        self._comeback.fault(f"ended with status {code}")
        early = PlatformError(f"the plant ended while it came up (status {code})")
        refuse(self._ready, early)
        if self._kept is not None:  # else its sandbox does not come up either
            self._restart_later()

    def _restart_later(self) -> None:
        pause_s = self._comeback.next_pause_s()
        self._loop.call_later(pause_s, lambda: asyncio.ensure_future(self._restart()))

    async def _restart(self) -> None:
        try:
            with contextlib.ExitStack() as opened:
                sockets = self._open_listeners(opened)
                self.launch()
                self._ready = self._loop.create_future()
                self._send_start(sockets)
        except (FabricError, OSError) as error:
            self._comeback.fault(f"cannot be started again: {error}")
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)  # the next one follows
            else:
                self._restart_later()
            return
        with contextlib.suppress(FabricError):  # it has ended, and the next one follows
            await self._ready
            if self._paused:
                await self.pause()
