"""The link to the agent: packets of JSON with descriptors, over a SEQPACKET socket.

Sending never blocks: packets queue, and whoever produces many (the clock at full speed, a
flood from the network) asks `congested` or waits with `drain`. Nothing is dropped.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import Any

import msgspec

MAX_PACKET = 1 << 22
MAX_DESCRIPTORS = 250
CONGESTED_PACKETS = 2000


class LinkError(Exception):
    """The agent's side broke the link's rules, or a packet is too large for it."""


class LinkClosedError(LinkError):
    """The agent has gone."""


class Link:
    """One end of the link.

    Args:
        channel: a non-blocking SEQPACKET socket. loop: that watches it.
    """

    def __init__(self, channel: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self._channel = channel
        self._loop = loop
        self._outgoing: deque[bytes] = deque()
        self._encoder = msgspec.json.Encoder()
        self._empty = asyncio.Event()
        self._empty.set()
        self._writing = False

    async def receive(self) -> tuple[dict[str, Any], list[socket.socket]]:
        """The next message and the sockets that came with it.

        Raises:
            LinkClosedError: the agent has gone. LinkError: the packet is no message.
        """
        while True:
            try:
                data, fds, flags, _ = socket.recv_fds(self._channel, MAX_PACKET, MAX_DESCRIPTORS)
                break
            except BlockingIOError:
                await self._readable()
            except ConnectionError as error:
                raise LinkClosedError("the agent has gone") from error
        sockets = [socket.socket(fileno=fd) for fd in fds]
        if not data:
            raise LinkClosedError("the agent has gone")
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise LinkError(f"a packet above {MAX_PACKET} bytes or {MAX_DESCRIPTORS} descriptors")
        try:
            message = msgspec.json.decode(data, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise LinkError(f"a packet is no JSON object: {error}") from error
        return message, sockets

    async def _readable(self) -> None:
        ready = self._loop.create_future()
        self._loop.add_reader(self._channel, _settle, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(self._channel)

    def send(self, message: Any) -> None:
        """Queue a message; it leaves in order."""
        self._outgoing.append(self._encoder.encode(message))
        if not self._writing:
            self._flush()

    def congested(self) -> bool:
        """Does the agent read more slowly than we produce?"""
        return len(self._outgoing) > CONGESTED_PACKETS

    async def drain(self) -> None:
        """Wait until everything queued has left."""
        await self._empty.wait()

    def _flush(self) -> None:
        while self._outgoing:
            try:
                self._channel.send(self._outgoing[0])
            except BlockingIOError:
                self._wait_writable()
                return
            except ConnectionError:
                self._outgoing.clear()
                break
            except OSError as error:
                size = len(self._outgoing.popleft())
                raise LinkError(f"a packet of {size} bytes does not go out: {error}") from error
            self._outgoing.popleft()
        if self._writing:
            self._loop.remove_writer(self._channel)
            self._writing = False
        self._empty.set()

    def _wait_writable(self) -> None:
        self._empty.clear()
        if not self._writing:
            self._loop.add_writer(self._channel, self._flush)
            self._writing = True


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
