"""Terminals of runs: opened, joined and recorded.

The agent keeps each terminal; the portal only passes packets on. So a terminal outlives the
portal and its viewers, is redrawn for whoever joins, and can be shared. When a run ends, its
recordings are fetched and kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from pathlib import Path

import msgspec
from pydantic import TypeAdapter
from starlette.websockets import WebSocket, WebSocketDisconnect

from bachang.fabric import KeptTerminal
from bachang.portal import _views as views
from bachang.portal._access import Person
from bachang.portal._audit import Audit
from bachang.portal._outside import moment
from bachang.portal._problem import forbidden, not_found
from bachang.portal._registry import Registry
from bachang.portal._runs import Runs
from bachang.portal._world import World
from bachang.portal.models import OpenTerminal, Terminal, TerminalMessage

_PACKET_BYTES = 1 << 18
_TYPED_BYTES = 64 * 1024
_INDEX = "terminals.json"
"""Beside an ended run's recordings: whose they are."""
_TERMINALS = TypeAdapter(list[Terminal])
_SESSION = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class _Resize(msgspec.Struct, forbid_unknown_fields=True):
    rows: int
    columns: int


class _FromClient(msgspec.Struct, forbid_unknown_fields=True):
    resize: _Resize


class Terminals:
    """The terminals of all runs.

    Args:
        runs: The runs.
        registry: Which runs there are.
        audit: Where it is noted who opened what.
        folder: Where recordings of ended runs are kept.
    """

    def __init__(self, runs: Runs, registry: Registry, audit: Audit, folder: Path) -> None:
        self._runs = runs
        self._registry = registry
        self._audit = audit
        self._folder = folder

    def of(self, run: str) -> list[Terminal]:
        """The terminals of a run; of one that has ended, those that were recorded."""
        if self._registry.run(run).ended_at is None:
            return [_document(kept) for kept in self._runs.living(run).sandbox.terminals()]
        index = self._folder / run / _INDEX
        return _TERMINALS.validate_json(index.read_bytes()) if index.is_file() else []

    def open(self, run: str, wanted: OpenTerminal, *, by: Person) -> Terminal:
        """Open a terminal: a learner on the own hosts, who teaches on any."""
        world = self._runs.living(run)
        user = wanted.user or self._own_user(world, wanted.host)
        if not self._runs.sees_everything(run, by):
            _check_door(world, wanted.host, user)
        kept = world.sandbox.keep_terminal(
            wanted.host,
            user=user,
            label=by.display_name or by.name,
            rows=wanted.rows,
            columns=wanted.columns,
        )
        self._audit.note(by.name, "terminal.opened", run, {"host": wanted.host, "user": user})
        return _document(kept)

    def _own_user(self, world: World, host: str) -> str:
        given = [door.user for door in views.doors(world.plan) if door.host == host]
        return given[0] if given else "root"

    def close(self, run: str, session: str, *, by: Person) -> None:
        """End a terminal."""
        self._runs.living(run).sandbox.close_terminal(session)
        self._audit.note(by.name, "terminal.closed", run, {"session": session})

    def recording(self, run: str, session: str) -> str:
        """What was seen on a terminal, as asciicast v2; also when the run has ended."""
        row = self._registry.run(run)
        file = self._folder / run / f"{session}.cast"
        if row.ended_at is not None:
            if not _SESSION.fullmatch(session) or session.startswith(".") or not file.is_file():
                raise not_found("terminal", session)
            return file.read_text()
        return self._runs.living(run).sandbox.terminal_recording(session)

    def keep_recordings(self, world: World) -> None:
        """Fetch all recordings of a run that is about to end."""
        folder = self._folder / world.run
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        terminals = world.sandbox.terminals()
        for kept in terminals:
            recording = world.sandbox.terminal_recording(kept.session)
            (folder / f"{kept.session}.cast").write_text(recording)
        ended = [_document(kept).model_copy(update={"alive": False}) for kept in terminals]
        (folder / _INDEX).write_bytes(_TERMINALS.dump_json(ended))

    async def serve(self, websocket: WebSocket, run: str, session: str) -> None:
        """Pass a terminal's output and a viewer's typing on, until either ends."""
        world = await asyncio.to_thread(self._runs.living, run)
        joined = await asyncio.to_thread(world.sandbox.join_terminal, session)
        joined.setblocking(False)
        await websocket.accept()
        with joined:
            showing = asyncio.create_task(_show(joined, websocket))
            try:
                await self._type(websocket, joined, world)
            finally:
                showing.cancel()
                with contextlib.suppress(
                    asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError
                ):
                    await showing

    async def _type(self, websocket: WebSocket, joined: socket.socket, world: World) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            packet = _packet(message.get("bytes"), message.get("text"))
            if packet is not None:
                world.touch()
                with contextlib.suppress(OSError):
                    await loop.sock_sendall(joined, packet)


async def _show(joined: socket.socket, websocket: WebSocket) -> None:
    """Pass on what the terminal shows."""
    while packet := await _shown(joined):
        if packet[:1] == b"s":
            await websocket.send_text(_text(TerminalMessage(replayed=True)))
        else:
            await websocket.send_bytes(packet[1:])
    await websocket.send_text(_text(TerminalMessage(closed="the terminal has ended")))
    await websocket.close(1000)


async def _shown(joined: socket.socket) -> bytes:
    """The next packet; empty at the end."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.sock_recv(joined, _PACKET_BYTES)
    except ConnectionResetError:  # it ended with typing unread; what it has shown follows
        return await loop.sock_recv(joined, _PACKET_BYTES)


def _packet(typed: bytes | None, text: str | None) -> bytes | None:
    """What a viewer sent, as the agent takes it; ``None`` for nonsense."""
    if typed is not None:
        return b"i" + typed[:_TYPED_BYTES]
    try:
        size = msgspec.json.decode(text or "", type=_FromClient).resize
    except msgspec.DecodeError:
        return None
    rows, columns = (max(2, min(500, value)) for value in (size.rows, size.columns))
    return b"r" + struct.pack("!HH", rows, columns)


def _text(message: TerminalMessage) -> str:
    return message.model_dump_json(exclude_none=True)


def _check_door(world: World, host: str, user: str) -> None:
    given = {(door.host, door.user) for door in views.doors(world.plan)}
    if (host, user) not in given:
        doors = ", ".join(sorted(f"{user}@{host}" for host, user in given)) or "none"
        raise forbidden(f"{user}@{host} is not given to you", f"your accounts: {doors}")


def _document(kept: KeptTerminal) -> Terminal:
    return Terminal(
        session=kept.session,
        host=kept.host,
        user=kept.user,
        opened_by=kept.label,
        opened_at=moment(kept.opened_wall_s),
        alive=kept.alive,
    )
