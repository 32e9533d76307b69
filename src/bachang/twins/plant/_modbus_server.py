"""Modbus TCP on a ready socket: several clients, each bounded in time, number and memory.

A malformed frame closes its own connection and is reported; nobody else notices.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from bachang.twins import ModbusDevice, PointValue
from bachang.twins.codecs.modbus import (
    Frame,
    MalformedError,
    NeedMore,
    TcpFraming,
    decode_request,
    encode_response,
)
from bachang.twins.plant._peer import source

MAX_CONNECTIONS = 32
IDLE_S = 120.0
FRAMES_AT_ONCE = 64
BREATH_S = 0.01
"""After so many frames of one connection the others, and the clock, get their turn."""


class Field(Protocol):
    """What a field protocol's server needs of the plant."""

    def keep_up(self) -> None:
        """Bring the device to this moment."""

    def write(self, point: str, value: PointValue, source: str) -> None:
        """Apply a command; raises `RefusedError`."""

    def malformed(self, source: str, reason: str) -> None:
        """Report bytes that are no frame."""

    def congested(self, source: str) -> bool:
        """Should this client wait?"""


class ModbusServer:
    """One device's server.

    Args:
        device: answers. field: where commands and complaints go.
    """

    def __init__(self, device: ModbusDevice, field: Field) -> None:
        self.device = device
        self.field = field
        self.connections: set[ModbusConnection] = set()

    def protocol(self) -> ModbusConnection:
        """For the event loop: a new connection's handler."""
        return ModbusConnection(self)

    def close_connections(self) -> None:
        """Close what belongs to an old generation of the host."""
        for connection in tuple(self.connections):
            connection.abort()


class ModbusConnection(asyncio.Protocol):
    """One client."""

    def __init__(self, server: ModbusServer) -> None:
        self._server = server
        self._framing = TcpFraming()
        self._transport: asyncio.Transport | None = None
        self._source = ""
        self._timer: asyncio.TimerHandle | None = None
        self._held = False
        """Frames wait in the buffer for the next turn."""
        self._blocked = False
        """The client does not read its answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or close it if there are too many."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server gives
        self._transport = transport
        if len(self._server.connections) >= MAX_CONNECTIONS:
            transport.abort()
            return
        self._server.connections.add(self)
        self._source = source(transport)
        transport.set_write_buffer_limits(high=16384)
        self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._server.connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _rest(self) -> None:
        """Start the idle time anew."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(IDLE_S, self.abort)

    def data_received(self, data: bytes) -> None:
        """Answer every whole frame."""
        self._rest()
        self._framing.feed(data)
        if not self._held:
            self._work()

    def _work(self) -> None:
        """Answer up to `FRAMES_AT_ONCE` frames, then give way."""
        self._held = False
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        for _ in range(FRAMES_AT_ONCE):
            if self._blocked or self._server.field.congested(self._source):
                break
            frame = self._next_frame(transport)
            if frame is None:
                self._listen(transport)
                return
            transport.write(self._answer(frame))
        self._hold(transport)

    def _next_frame(self, transport: asyncio.Transport) -> Frame | None:
        try:
            frame = self._framing.next_frame()
        except MalformedError as error:
            self._server.field.malformed(self._source, str(error))
            transport.abort()
            return None
        return None if isinstance(frame, NeedMore) else frame

    def _hold(self, transport: asyncio.Transport) -> None:
        """Take nothing more until the next turn."""
        self._held = True
        transport.pause_reading()
        asyncio.get_running_loop().call_later(BREATH_S, self._work)

    def _listen(self, transport: asyncio.Transport) -> None:
        if not transport.is_closing():
            transport.resume_reading()

    def _answer(self, frame: Frame) -> bytes:
        request = decode_request(frame.pdu)
        self._server.field.keep_up()
        response = self._server.device.answer(request, self._command)
        pdu = encode_response(response)
        return TcpFraming.encode(Frame(unit=frame.unit, pdu=pdu, transaction=frame.transaction))

    def _command(self, point: str, value: PointValue) -> None:
        self._server.field.write(point, value, self._source)

    def pause_writing(self) -> None:
        """The client does not read: serve it no further for now."""
        self._blocked = True

    def resume_writing(self) -> None:
        """It reads again."""
        self._blocked = False
