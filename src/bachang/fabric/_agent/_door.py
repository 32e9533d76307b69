"""The agent's door: a 0600 socket on which the sandbox's owner asks for things.

A connection carries one request, a JSON object in a packet, and its answers. Descriptors
that go out were made here; the one that may come in is a capture's output. Nothing of a
caller's enters a host.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from bachang.fabric._contract import FabricError, MachineError, PlatformError
from bachang.fabric._scarcity import explain_error

_PACKET_BYTES = 1 << 18
_SEND_BUFFER = 1 << 21
_EACH_CALLER = 12
"""Descriptors that one caller may cost: its connection, six ends of pipes, what is sent."""

_MOST_REFUSED = 64
_REFUSED_S = 1.0

Handler = Callable[["Caller", dict[str, Any]], Awaitable[None]]


class Caller:
    """One connection. Answers are sent in full or the connection is given up."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()

    async def receive(self) -> dict[str, Any] | None:
        """The next packet; ``None`` when the caller has gone."""
        packet = await self.receive_raw()
        if packet is None:
            return None
        try:
            return msgspec.json.decode(packet, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise PlatformError(f"a client sent what is no request: {error}") from error

    async def receive_raw(self) -> bytes | None:
        """The next packet as it came; ``None`` when the caller has gone."""
        try:
            return await self._loop.sock_recv(self._connection, _PACKET_BYTES) or None
        except ConnectionResetError:  # gone with words of ours unread; what it said follows
            return await self.receive_raw()
        except OSError:
            return None

    async def receive_descriptor(self) -> int | None:
        """The descriptor of the next packet, ours to close; ``None`` if there is none.

        The one way in for a descriptor: it goes to a process of the platform, never to a host.
        """
        arrived: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._connection, arrive, arrived)
        try:
            await arrived
        finally:
            self._loop.remove_reader(self._connection)
        try:
            _, found, _, _ = socket.recv_fds(self._connection, 16, 1, socket.MSG_CMSG_CLOEXEC)
        except OSError:
            return None
        return found[0] if found else None

    def stream(self, packet: bytes) -> bool:
        """Send a packet if there is room for it at once; whether there was."""
        try:
            self._connection.send(packet, socket.MSG_DONTWAIT)
        except OSError:
            return False
        return True

    async def stream_all(self, packet: bytes) -> None:
        """Send a packet once there is room for it; one for a caller who has gone is lost."""
        while True:
            try:
                self._connection.send(packet, socket.MSG_DONTWAIT)
            except BlockingIOError:
                await _writable(self._connection)
            except OSError:
                return
            else:
                return

    def hang_up(self) -> None:
        """End the connection; who waits in `receive` is woken."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    async def answer(self, result: Any = None, descriptors: list[int] | None = None) -> None:
        """Send a result; the descriptors stay ours to close."""
        await self._send({"ok": True, "result": result}, descriptors or [])

    async def refuse(self, error: BaseException) -> None:
        """Send an error by its kind."""
        if not isinstance(error, (FabricError, ConnectionError, TimeoutError)):
            error = _of_the_agent(error)
        words = {"kind": type(error).__name__, "message": str(error)}
        await self._send({"ok": False, "error": words}, [])

    def poke(self, sequence: int) -> None:
        """Say that the log has grown; a caller who is too slow looks for itself later."""
        try:
            self._connection.send(msgspec.json.encode({"sequence": sequence}), socket.MSG_DONTWAIT)
        except OSError:
            return

    async def _send(self, packet: dict[str, Any], descriptors: list[int]) -> None:
        data = msgspec.json.encode(packet)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        while True:
            try:
                self._connection.sendmsg([data], rights if descriptors else [])
            except BlockingIOError:
                await _writable(self._connection)
            except OSError:
                return  # the caller has gone
            else:
                return


class Door:
    """Accepts connections and hands each to ``handler``.

    More callers than descriptors allow are refused, so that what is running always has some.
    """

    def __init__(self, listener: socket.socket, handler: Handler, *, descriptors: int) -> None:
        """Args:
        listener: The bound socket.
        handler: Serves one connection.
        descriptors: How many all callers together may cost.
        """
        self._listener = listener
        self._handler = handler
        self._most = max(1, descriptors // _EACH_CALLER)
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused: deque[socket.socket] = deque()
        listener.setblocking(False)
        asyncio.get_running_loop().add_reader(listener, self._accept)

    def close(self) -> None:
        """Accept no more."""
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self._tasks) >= self._most:
            self._turn_away(connection)
            return
        task = asyncio.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _turn_away(self, connection: socket.socket) -> None:
        """Say so, and leave the words a while: closed with its request unread, they are lost."""
        words = "too many clients ask this sandbox at once: wait, and ask again"
        packet = {"ok": False, "error": {"kind": "SandboxError", "message": words}}
        with contextlib.suppress(OSError):
            connection.send(msgspec.json.encode(packet), socket.MSG_DONTWAIT)
        self._refused.append(connection)
        if len(self._refused) > _MOST_REFUSED:
            self._refused.popleft().close()
        asyncio.get_running_loop().call_later(_REFUSED_S, self._let_go, connection)

    def _let_go(self, refused: socket.socket) -> None:
        with contextlib.suppress(ValueError):
            self._refused.remove(refused)
        refused.close()

    async def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            caller = Caller(connection)
            try:
                request = await caller.receive()
                if request is not None:
                    await self._handler(caller, request)
            except Exception as error:
                await caller.refuse(error)


def _of_the_agent(error: BaseException) -> FabricError:
    """For what nobody has seen coming: the machine's fault, if it is short of something."""
    words = explain_error(error)
    return MachineError(words) if words else PlatformError(f"the agent failed: {error!r}")


async def _writable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()
    loop.add_writer(connection, arrive, future)
    try:
        await future
    finally:
        loop.remove_writer(connection)


def arrive(future: asyncio.Future[None]) -> None:
    """For a watched descriptor that may report more than once."""
    if not future.done():
        future.set_result(None)


def close_all(descriptors: list[int]) -> None:
    """Close descriptors that were sent."""
    for descriptor in descriptors:
        os.close(descriptor)
