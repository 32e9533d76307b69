"""What a client may ask of a sandbox: one method per operation."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import itertools
import os
import signal
import socket
import struct
import termios
from typing import Any

import msgspec

from bachang.fabric._agent import _census
from bachang.fabric._agent._capture import Captures
from bachang.fabric._agent._door import Caller, arrive, close_all
from bachang.fabric._agent._sandbox import World
from bachang.fabric._agent._services import socket_in
from bachang.fabric._agent._terminals import Terminals
from bachang.fabric._contract import FabricError, HostStatus, SandboxError, SandboxStatus
from bachang.fabric._follower import Entry
from bachang.fabric._process import Process, SpawnError

_WORDS_IN_JOURNAL = 2000
_TERMINAL_S = 10.0
_DEATH_S = 1.0


class Requests:
    """Answers callers about one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions = itertools.count(1)
        self._captures = Captures(world)
        self._handlers = {
            "status": self._status,
            "exec": self._exec,
            "connect": self._connect,
            "terminal": self._terminal,
            "record": self._record,
            "follow": self._follow,
            "destroy": self._destroy,
            "reset": self._reset,
            "pause": self._pause,
            "resume": self._resume,
            "restore": self._restore,
            "points": self._points,
            "command": self._command,
            "advance": self._advance,
            "snapshot": self._snapshot,
            **self._captures.handlers,
            **Terminals(self._open_terminal).handlers,
        }

    async def handle(self, caller: Caller, request: dict[str, Any]) -> None:
        """Do what is asked.

        Raises:
            FabricError: the caller is told.
        """
        operation = request.pop("op", None)
        handler = self._handlers.get(operation)
        if handler is None:
            raise SandboxError(f"this agent knows no operation {operation!r}")
        await handler(caller, request)

    async def _status(self, caller: Caller, _: dict[str, Any]) -> None:
        world = self._world
        count = _census.take({name: live.pid for name, live in world.hosts.items()})
        hosts = tuple(
            HostStatus(
                name=name,
                generation=live.generation,
                address=_first_address(live.plan.interfaces),
                processes=count[name].processes,
                memory_kib=count[name].memory_kib,
                services={one: it.describe() for one, it in live.services.items()},
            )
            for name, live in world.hosts.items()
        )
        status = SandboxStatus(
            id=world.journal.sandbox,
            name=world.assignment.name,
            epoch=world.journal.epoch,
            state=world.state,
            sandbox_time_s=world.clock.now_s(),
            uptime_s=asyncio.get_running_loop().time() - world.started,
            agent_pid=0,
            hosts=hosts,
            degraded=(
                *world.degraded,
                *world.lateness.lines(world.hosts),
                *filter(None, [world.journal.problem]),
            ),
            ready_s=world.ready_s,
            captures=self._captures.statuses(),
        )
        await caller.answer(msgspec.to_builtins(status))

    async def _exec(self, caller: Caller, request: dict[str, Any]) -> None:
        self._world.host(request["host"])
        inside, outside = _three_pipes()
        try:
            process = await self._world.run(
                request["host"],
                request["argv"],
                inside,
                user=request["user"],
                environment=request["environment"],
                directory=request["directory"],
            )
        except BaseException:
            close_all(outside)
            raise
        finally:
            close_all(inside)
        try:
            await caller.answer({}, outside)
        finally:
            close_all(outside)
        status = await _until_end(caller, process, request["host"])
        self._world.journal.note(
            "program.ran",
            request["host"],
            {"argv": _shortened(request["argv"]), "user": request["user"], "status": status},
        )
        await caller.answer({"status": status})

    async def _connect(self, caller: Caller, request: dict[str, Any]) -> None:
        live = self._world.host(request["host"])
        address, port = request["address"], request["port"]
        with socket_in(live.network, self._world.switch.home, _family(address)) as connection:
            attempt = asyncio.get_running_loop().sock_connect(connection, (address, port))
            try:
                async with asyncio.timeout(request["timeout_s"]):
                    await attempt
            except TimeoutError:
                where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
                raise TimeoutError(f"{where} does not answer {request['host']}") from None
            except ConnectionError:
                raise
            except OSError as error:
                raise ConnectionError(error.strerror or str(error)) from error
            await caller.answer({}, [connection.fileno()])

    async def _terminal(self, caller: Caller, request: dict[str, Any]) -> None:
        session, master, process = await self._open_terminal(request)
        try:
            await caller.answer({"session": session, "pid": process.pid}, [master])
        finally:
            os.close(master)

    async def _open_terminal(self, request: dict[str, Any]) -> tuple[str, int, Process]:
        """A terminal in a host: its session, its other side, its program."""
        live = self._world.host(request["host"])
        account = live.account(request["user"])
        session = f"{request['host']}-{next(self._sessions)}"
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                process = await self._world.run(
                    request["host"],
                    request["argv"] or [account.shell, "-l"],
                    [theirs.fileno()],
                    user=request["user"],
                    environment={"TERM": "xterm-256color"},
                )
            master = await _receive_terminal(ours, process)
        size = struct.pack("HHHH", request["rows"], request["columns"], 0, 0)
        fcntl.ioctl(master, termios.TIOCSWINSZ, size)
        data = {"session": session, "user": request["user"]}
        self._world.journal.note("terminal.opened", request["host"], data)
        process.exited.add_done_callback(
            lambda _: self._world.journal.note("terminal.closed", request["host"], data)
        )
        return session, master, process

    async def _record(self, caller: Caller, request: dict[str, Any]) -> None:
        asked = msgspec.convert(request, Entry)
        event = await self._world.journal.record(
            actor=asked.actor, kind=asked.kind, subject=asked.subject, data=asked.data
        )
        await caller.answer(msgspec.to_builtins(event))

    async def _follow(self, caller: Caller, _: dict[str, Any]) -> None:
        stop = self._world.journal.listen(caller.poke)
        try:
            caller.poke(self._world.journal.sequence)
            while (packet := await caller.receive()) is not None:
                await self._record_all(caller, msgspec.convert(packet["records"], list[Entry]))
        finally:
            stop()

    async def _record_all(self, caller: Caller, entries: list[Entry]) -> None:
        """Put a follower's records into the journal; it makes them durable where it keeps it."""
        journal = self._world.journal
        try:
            noted = [
                journal.write(
                    actor=entry.actor, kind=entry.kind, subject=entry.subject, data=entry.data
                )
                for entry in entries
            ]
            await journal.written()
        except FabricError as error:
            await caller.refuse(error)
        else:
            await caller.answer([event.sequence for event in noted])

    async def _reset(self, caller: Caller, request: dict[str, Any]) -> None:
        if request["host"] is None:
            await self._world.reset()
        else:
            await self._world.reset_host(request["host"])
        await caller.answer()

    async def _pause(self, caller: Caller, _: dict[str, Any]) -> None:
        await self._world.pause()
        await caller.answer()

    async def _resume(self, caller: Caller, _: dict[str, Any]) -> None:
        await self._world.resume()
        await caller.answer()

    async def _restore(self, caller: Caller, request: dict[str, Any]) -> None:
        await self._world.restore(request["state"])
        await caller.answer()

    async def _points(self, caller: Caller, _: dict[str, Any]) -> None:
        plant = self._world.plant
        await caller.answer(await plant.ask("points") if plant else {})

    async def _command(self, caller: Caller, request: dict[str, Any]) -> None:
        await caller.answer(await self._world.the_plant("command").ask("command", **request))

    async def _advance(self, caller: Caller, request: dict[str, Any]) -> None:
        await caller.answer(await self._world.advance(request["until_s"], request["limit_s"]))

    async def _snapshot(self, caller: Caller, _: dict[str, Any]) -> None:
        await caller.answer(await self._world.the_plant("snapshot").ask("snapshot"))

    async def _destroy(self, caller: Caller, _: dict[str, Any]) -> None:
        world = self._world
        world.journal.sum_up()
        world.journal.note("sandbox.destroyed", world.assignment.name)
        world.journal.commit()
        await caller.answer()
        world.end()


def _three_pipes() -> tuple[list[int], list[int]]:
    """The program's ends of its streams, and the caller's."""
    made: list[int] = []
    try:
        for _ in range(3):
            made += os.pipe()
    except OSError:
        close_all(made)
        raise
    stdin_out, stdin_in, stdout_out, stdout_in, stderr_out, stderr_in = made
    return [stdin_out, stdout_in, stderr_in], [stdin_in, stdout_out, stderr_out]


async def _until_end(caller: Caller, process: Process, host: str) -> int:
    """Wait for a program; a caller who says so, or goes, ends it with its process group."""
    listening = asyncio.create_task(caller.receive())
    either: set[asyncio.Future[Any]] = {listening, process.exited}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    await _kill(process)
    # Root of a host may trace a program: then its death is told to the tracer first.
    await asyncio.wait({process.exited}, timeout=_DEATH_S)
    if not process.exited.done():
        return -signal.SIGKILL
    try:
        return await process.exited
    except SpawnError as error:
        words = f"host {host} cannot run {error.filename}: {error.strerror}"
        raise SandboxError(words) from error


async def _kill(process: Process) -> None:
    """End a program that has not ended, however far it has come.

    A host's root may stop it before it runs, so ``started`` alone is not waited for.
    """
    either: set[asyncio.Future[Any]] = {process.born, process.exited}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    process.signal_group(signal.SIGKILL)


async def _receive_terminal(channel: socket.socket, process: Process) -> int:
    """The other side of the terminal that a program has opened for itself."""
    channel.setblocking(False)
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[None] = loop.create_future()
    loop.add_reader(channel, arrive, arrived)
    try:
        either: set[asyncio.Future[Any]] = {arrived, process.exited}
        await asyncio.wait(either, timeout=_TERMINAL_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(channel)
    with contextlib.suppress(OSError):
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
        if descriptors:
            return descriptors[0]
    await _kill(process)
    try:
        await process.exited
    except SpawnError as error:
        raise SandboxError(f"{error.filename}: {error.strerror}") from error
    raise SandboxError("the terminal ended before it was open")


def _family(address: str) -> int:
    """Of a literal address: names are the hosts' own, and are not resolved here."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.inet_pton(family, address)
    except OSError:
        raise SandboxError(f"{address!r} is no IPv4 or IPv6 address") from None
    return family


def _first_address(interfaces: tuple[Any, ...]) -> str:
    return interfaces[0].address.partition("/")[0] if interfaces else ""


def _shortened(argv: list[str]) -> list[str]:
    return [word[:_WORDS_IN_JOURNAL] for word in argv[:64]]
