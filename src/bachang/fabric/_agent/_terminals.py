"""Terminals that the agent keeps: whoever looked at one may go, come back, or share it.

The agent holds the terminal's other side, records what it shows, and passes it to all who
have joined. A program that floods its terminal is read slowly, so it waits and the agent does
not. Somebody who does not keep up is let go and may join again.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import termios
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bachang.fabric._agent._door import Caller
from bachang.fabric._contract import KeptTerminal, SandboxError
from bachang.fabric._process import Process
from bachang.fabric._recording import Recording

MOST = 64
"""Terminals that are remembered; those that ended first are forgotten first."""
_READ_BYTES = 32 * 1024
_FLOOD_PAUSE_S = 0.01
_PIECE_BYTES = 60 * 1024

_BEHIND = 64
"""Pieces of output that somebody may be behind."""

Opening = Callable[[dict[str, Any]], Awaitable[tuple[str, int, Process]]]


class Watcher:
    """One who has joined. What was shown before comes first, then what is shown."""

    def __init__(self, caller: Caller, replay: bytes) -> None:
        pieces = range(0, len(replay), _PIECE_BYTES)
        self._caller = caller
        self._due: list[bytes] | None = [replay[at : at + _PIECE_BYTES] for at in pieces]
        self._most = len(self._due) + _BEHIND

    async def catch_up(self) -> None:
        """Send what was shown before, and what came meanwhile."""
        while self._due:
            await self._caller.stream_all(b"o" + self._due.pop(0))
        self._due = None
        self._caller.stream(b"s")

    def show(self, content: bytes) -> bool:
        """Send what is shown now; whether there was room for it."""
        if self._due is None:
            return self._caller.stream(b"o" + content)
        self._due.append(content)
        return len(self._due) <= self._most

    def hang_up(self) -> None:
        """Let the caller go."""
        self._caller.hang_up()


class Held:
    """One terminal."""

    def __init__(
        self, about: KeptTerminal, master: int, process: Process, rows: int, columns: int
    ) -> None:
        self.about = about
        self.master = master
        self.process = process
        self.watchers: set[Watcher] = set()
        self.started_s = time.monotonic()
        self.recording = Recording(
            rows=rows,
            columns=columns,
            started_wall_s=about.opened_wall_s,
            title=f"{about.user}@{about.host}",
        )
        os.set_blocking(master, False)

    @property
    def alive(self) -> bool:
        """Whether it can still be used."""
        return self.master >= 0

    def watch(self) -> None:
        """Read what it shows from now on."""
        if self.alive:
            asyncio.get_running_loop().add_reader(self.master, self._read)

    def type(self, content: bytes) -> None:
        """Pass on what was typed; what does not fit into the terminal's buffer is lost."""
        if self.alive:
            with contextlib.suppress(OSError):
                os.write(self.master, content)

    def resize(self, rows: int, columns: int) -> None:
        """Give its window another size."""
        if self.alive:
            size = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
            self.recording.resized(time.monotonic() - self.started_s, rows, columns)

    def close(self) -> None:
        """End it: its programs get a hang-up."""
        if not self.alive:
            return
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        self.master = -1
        self.process.born.add_done_callback(lambda _: _hang_up(self.process))
        for watcher in self.watchers:
            watcher.hang_up()
        self.watchers.clear()

    def _read(self) -> None:
        try:
            content = os.read(self.master, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            content = b""  # nothing has the terminal open any more
        if not content:
            self.close()
            return
        self.recording.output(time.monotonic() - self.started_s, content)
        for watcher in [one for one in self.watchers if not one.show(content)]:
            self.watchers.discard(watcher)
            watcher.hang_up()
        if len(content) >= _READ_BYTES // 8:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self.master)
            loop.call_later(_FLOOD_PAUSE_S, self.watch)


class Terminals:
    """All terminals that are kept. ``opening`` opens one and gives its other side."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._held: dict[str, Held] = {}
        self.handlers = {
            "keep_terminal": self._keep,
            "terminals": self._list,
            "join_terminal": self._join,
            "terminal_recording": self._recording,
            "close_terminal": self._close,
        }

    async def _keep(self, caller: Caller, request: dict[str, Any]) -> None:
        if sum(held.alive for held in self._held.values()) >= MOST:
            raise SandboxError(f"{MOST} terminals are open already: close some")
        session, master, process = await self._opening(request)
        about = KeptTerminal(
            session=session,
            host=request["host"],
            user=request["user"],
            label=request["label"],
            opened_wall_s=time.time(),
        )
        held = Held(about, master, process, request["rows"], request["columns"])
        self._held[session] = held
        held.watch()
        self._forget_ended()
        await caller.answer(_describe(held))

    async def _list(self, caller: Caller, _: dict[str, Any]) -> None:
        await caller.answer([_describe(held) for held in self._held.values()])

    async def _join(self, caller: Caller, request: dict[str, Any]) -> None:
        held = self._find(request["session"])
        await caller.answer(_describe(held))
        watcher = Watcher(caller, held.recording.replay())
        held.watchers.add(watcher)
        try:
            await watcher.catch_up()
            while held.alive and (packet := await caller.receive_raw()) is not None:
                _obey(held, packet)
        finally:
            held.watchers.discard(watcher)

    async def _recording(self, caller: Caller, request: dict[str, Any]) -> None:
        await caller.answer(self._find(request["session"]).recording.asciicast())

    async def _close(self, caller: Caller, request: dict[str, Any]) -> None:
        self._find(request["session"]).close()
        await caller.answer()

    def _find(self, session: str) -> Held:
        held = self._held.get(session)
        if held is None:
            raise SandboxError(f"no terminal {session!r} is kept here")
        return held

    def _forget_ended(self) -> None:
        ended = [name for name, held in self._held.items() if not held.alive]
        for name in ended[: max(0, len(self._held) - MOST)]:
            del self._held[name]


def _hang_up(process: Process) -> None:
    with contextlib.suppress(PermissionError):
        process.signal_group(signal.SIGHUP)


def _describe(held: Held) -> dict[str, Any]:
    about = held.about
    return {
        "session": about.session,
        "host": about.host,
        "user": about.user,
        "label": about.label,
        "opened_wall_s": about.opened_wall_s,
        "alive": held.alive,
    }


def _obey(held: Held, packet: bytes) -> None:
    """A packet of a watcher: ``i`` and what was typed, or ``r``, rows and columns."""
    kind, content = packet[:1], packet[1:]
    if kind == b"i":
        held.type(content)
    elif kind == b"r" and len(content) == 4:
        held.resize(*struct.unpack("!HH", content))
