"""The plant: a zone on a clock, its servers, and the agent's requests.

(One file over 200 lines: everything here shares the one clock.)
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from bachang.plan import FieldSystem
from bachang.twins import (
    TICK_S,
    Access,
    Command,
    ModbusDevice,
    RefusedError,
    Zone,
    ZoneError,
)
from bachang.twins.plant._doors import FieldDoor, ScreenDoor
from bachang.twins.plant._http import HttpServer
from bachang.twins.plant._link import Link, LinkClosedError, LinkError
from bachang.twins.plant._modbus_server import ModbusServer
from bachang.twins.plant._pace import Pace
from bachang.twins.plant._pacer import Pacer
from bachang.twins.screen import Screen

WAKE_TICKS = 10
"""Nobody sees it: whoever asks gets the zone as it is now, and samples are taken when one wakes."""
SLICE_TICKS = 200
KEEP_TICKS = 1000
KEEP_COMMANDS = 500
"""A flood of commands is kept more often, so that a restart's message stays small."""


class RequestError(Exception):
    """A request over the link that cannot be done; the caller's mistake."""


@dataclass(slots=True)
class Door:
    """One listening socket and who answers on it."""

    server: ModbusServer | HttpServer
    listening: asyncio.Server


class Plant:
    """Runs a zone for an agent.

    Args:
        link: to the agent. clock: seconds, monotonic. token: makes session tokens.
    """

    def __init__(self, link: Link, *, clock: Callable[[], float], token: Callable[[], str]) -> None:
        self._link = link
        self._clock = clock
        self._token = token
        self._pacer = Pacer(clock)
        self.pace = Pace(clock)
        self._doors: dict[tuple[str, str], Door] = {}
        self._screens: dict[str, Screen] = {}
        self._hosts: dict[str, str] = {}
        self._advancing = False
        self._commands = 0
        """Since the state was last kept."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.zone = Zone((), "")

    # ---- life --------------------------------------------------------------------------

    async def start(self, message: dict[str, Any], sockets: list[socket.socket]) -> None:
        """Carry out the start message; answers ``{"ready": true}``.

        Raises:
            LinkError: it is no start message, or its systems cannot be built.
        """
        try:
            systems = msgspec.convert(message["systems"], tuple[FieldSystem, ...], strict=False)
            self.zone = Zone(systems, str(message["seed"]))
            self._hosts = dict(message.get("hosts") or {})
            if message.get("restore"):
                self._catch_up(message["restore"])
            listeners = message.get("listeners") or []
            for listener, listening in zip(listeners, sockets, strict=True):
                await self._open(listener["system"], listener["purpose"], listening)
        except (KeyError, ValueError, TypeError, ZoneError, msgspec.ValidationError) as error:
            raise LinkError(f"the start message cannot be carried out: {error}") from error
        self._pacer.rebase(self.zone.tick)
        self._link.send({"ready": True})

    def _catch_up(self, restore: dict[str, Any]) -> None:
        """State, then the commands that were journalled after it, up to the last known tick."""
        zone = self.zone
        zone.restore(restore["state"])
        for command in restore.get("commands") or []:
            while zone.tick < command["tick"]:
                zone.step()
            zone.write(command["point"], command["value"])
        known = max(restore.get("tick") or 0, round((restore.get("time_s") or 0.0) / TICK_S))
        while zone.tick < known:
            zone.step()
        zone.take_events()

    async def run(self) -> None:
        """Keep time and answer requests until the agent closes the link."""
        clockwork = asyncio.create_task(self._keep_time())
        requests = asyncio.create_task(self._take_requests())
        try:
            done, _ = await asyncio.wait({clockwork, requests}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            clockwork.cancel()
            requests.cancel()
            for door in self._doors.values():
                door.server.close_connections()
                door.listening.close()

    async def _keep_time(self) -> None:
        while True:
            self.keep_up()
            await asyncio.sleep(self._pacer.until_next(WAKE_TICKS))

    def keep_up(self) -> None:
        """Step what is due by now; slip if that is too much."""
        if self._advancing or self._link.congested():
            return
        zone, pacer = self.zone, self._pacer
        lost_s = pacer.slip(zone.tick)
        if lost_s:
            now_s = zone.time_s
            self.report(
                "system",
                "clock.slipped",
                "sandbox",
                {"from_s": round(now_s + lost_s, 3), "to_s": now_s},
            )
        for _ in range(pacer.due(zone.tick)):
            self._step()

    def _step(self) -> None:
        zone = self.zone
        zone.step()
        if zone.events:
            self.flush()
        if zone.tick % 100 == 0:
            for screen in self._screens.values():
                screen.sample(zone.tick)
        if zone.tick % KEEP_TICKS == 0 or self._commands >= KEEP_COMMANDS:
            self._commands = 0
            self._link.send({"keep": {"state": zone.snapshot(), "tick": zone.tick}})

    # ---- events ------------------------------------------------------------------------

    def flush(self) -> None:
        """Send the zone's events."""
        for event in self.zone.take_events():
            self._link.send({"event": event})
            if event.kind.startswith("alarm."):
                screen = self._screens.get(event.subject.partition(".")[0])
                if screen is not None:
                    screen.note(event)

    def report(self, actor: str, kind: str, subject: str, data: dict[str, Any]) -> None:
        """Send an event of the plant's own."""
        time_s = self.zone.time_s
        self._link.send(
            {
                "event": {
                    "sandbox_time_s": time_s,
                    "actor": actor,
                    "kind": kind,
                    "subject": subject,
                    "data": data,
                }
            }
        )

    def command(self, command: Command, protocol: str) -> int:
        """Apply a command from anywhere and journal it.

        Raises:
            RefusedError: it is not accepted.
        """
        self._commands += 1
        try:
            host = self.host_of(command.source)
            return self.zone.apply(command, host=host, protocol=protocol)
        finally:
            self.flush()

    def host_of(self, source: str) -> str:
        """The host behind ``address:port``, or nothing."""
        return self._hosts.get(source.rpartition(":")[0], "")

    def congested(self) -> bool:
        """Should the network wait, because the journal is behind?"""
        return self._link.congested()

    # ---- doors -------------------------------------------------------------------------

    async def _open(self, system: str, purpose: str, listening: socket.socket) -> None:
        """Serve on a ready socket.

        Raises:
            ValueError: no such system, or it does not serve that purpose.
        """
        if system not in self.zone.twins:
            raise ValueError(f"no field system {system!r}")
        description = self.zone.types[system]
        if purpose not in description.listeners:
            raise ValueError(f"{system}: a {description.key} does not serve {purpose!r}")
        server = self._server(system, purpose)
        listening.setblocking(False)
        loop = asyncio.get_running_loop()
        door = Door(server, await loop.create_server(server.protocol, sock=listening))
        self._doors[system, purpose] = door

    def _server(self, system: str, purpose: str) -> ModbusServer | HttpServer:
        twin, description = self.zone.twins[system], self.zone.types[system]
        if purpose == "modbus" and description.protocol:
            device = ModbusDevice(twin, description.protocol)
            return ModbusServer(device, FieldDoor(self, system))
        screen = Screen(self.zone, system, ScreenDoor(self, system), self._clock, self._token)
        self._screens[system] = screen
        return HttpServer(screen.respond)

    async def _rebind(self, system: str, purpose: str, listening: socket.socket) -> None:
        old = self._doors.pop((system, purpose), None)
        if old is not None:
            old.server.close_connections()
            old.listening.close()
        self.command(
            Command(
                point=f"{system}.restore_settings", value=True, actor="system", access=Access.WHITE
            ),
            "reset",
        )
        await self._open(system, purpose, listening)

    # ---- requests ----------------------------------------------------------------------

    async def _take_requests(self) -> None:
        with contextlib.suppress(LinkClosedError):
            while True:
                message, sockets = await self._link.receive()
                task = asyncio.create_task(self._answer(message, sockets))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: dict[str, Any], sockets: list[socket.socket]) -> None:
        reply: dict[str, Any] = {"id": message.get("id"), "ok": True}
        try:
            reply["result"] = await self._carry_out(message, sockets)
        except (RequestError, RefusedError) as error:
            reply |= {"ok": False, "error": {"kind": "SandboxError", "message": str(error)}}
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            reply |= {"ok": False, "error": {"kind": "PlatformError", "message": text}}
        self._link.send(reply)

    async def _carry_out(self, message: dict[str, Any], sockets: list[socket.socket]) -> Any:
        self.keep_up()
        zone = self.zone
        match message:
            case {"op": "points"}:
                return zone.points()
            case {"op": "command", "point": str(point), "value": value, "actor": str(actor)}:
                command = Command(point=point, value=value, actor=actor, access=Access.WHITE)
                return {"tick": self.command(command, "control")}
            case {"op": "advance", "until_s": until_s, "limit_s": limit_s}:
                return await self._advance(float(until_s), float(limit_s))
            case {"op": "pause"}:
                self._pacer.pause()
                return {"time_s": zone.time_s}
            case {"op": "resume"}:
                self._pacer.resume(zone.tick)
                return {"time_s": zone.time_s}
            case {"op": "snapshot"}:
                hashed = zone.state_hash()
                return {"state": zone.snapshot(), "tick": zone.tick, "hash": hashed}
            case {"op": "restore", "state": dict(state)}:
                return self._restore(state)
            case {"op": "rebind", "system": str(system), "purpose": str(purpose)} if sockets:
                await self._rebind(system, purpose, sockets[0])
                return {}
            case {"op": "clock"}:
                return {"time_s": zone.time_s, "tick": zone.tick, "paused": self._pacer.paused}
        raise RequestError(f"the plant does not know the request {message.get('op')!r}")

    def _restore(self, state: dict[str, Any]) -> dict[str, Any]:
        before = self.zone.snapshot()
        try:
            self.zone.restore(state)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.zone.restore(before)
            raise RequestError(f"that is no state of this plant: {error}") from error
        self._pacer.rebase(self.zone.tick)
        return {"tick": self.zone.tick}

    async def _advance(self, until_s: float, limit_s: float) -> dict[str, Any]:
        """Step at full speed in slices, so that link and servers live on meanwhile."""
        zone, goal = self.zone, round(until_s / TICK_S)
        if goal < zone.tick:
            raise RequestError(f"{until_s:g} s is in the past: it is {zone.time_s:.2f} s now")
        if self._advancing:
            raise RequestError("the clock is being advanced already")
        self._advancing = True
        started_s, deadline_s = zone.time_s, self._clock() + limit_s
        try:
            while zone.tick < goal and self._clock() < deadline_s:
                for _ in range(min(SLICE_TICKS, goal - zone.tick)):
                    self._step()
                await asyncio.sleep(0)
                if self._link.congested():
                    await self._link.drain()
        finally:
            self._advancing = False
            self._pacer.rebase(zone.tick)
            data = {"from_s": started_s, "to_s": zone.time_s}
            self.report("white", "clock.advanced", "sandbox", data)
        return {"time_s": zone.time_s, "timed_out": zone.tick < goal}
