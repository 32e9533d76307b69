"""As much Modbus TCP as the services need: framing for relays and a reading client.

The services must not carry the platform's codecs into hosts, so this is kept apart from
`bachang.twins.codecs` on purpose. Frame: transaction, protocol 0, length, unit, body.
"""

from __future__ import annotations

import socket
import struct
import threading
import urllib.parse
from dataclasses import dataclass

READ_COILS = 1
READ_HOLDING_REGISTERS = 3
WRITE_COIL = 5
WRITE_COILS = 15
WRITES = frozenset((WRITE_COIL, 6, WRITE_COILS, 16))
ILLEGAL_FUNCTION = 1
ILLEGAL_VALUE = 3
GATEWAY_FAULT = 4
BUSY = 6
NO_ANSWER_BEHIND_GATEWAY = 11

_HEAD = struct.Struct(">HHHB")
_LONGEST_BODY = 253
"""Longest body in octets (Modbus application protocol 1.1b3, 4.1)."""


class ModbusError(OSError):
    """The other side does not speak Modbus, went away, or refused a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One request or answer: its transaction, the addressed unit, function code and data."""

    transaction: int
    unit: int
    body: bytes

    def encoded(self) -> bytes:
        """The octets on the wire."""
        return _HEAD.pack(self.transaction, 0, len(self.body) + 1, self.unit) + self.body

    def answer(self, body: bytes) -> Frame:
        """The frame that answers this one."""
        return Frame(transaction=self.transaction, unit=self.unit, body=body)

    def refusal(self, reason: int) -> Frame:
        """The exception that answers this one."""
        return self.answer(bytes((self.body[0] | 0x80, reason)))


def receive(connection: socket.socket) -> Frame | None:
    """The next frame, or ``None`` once the peer has closed between two frames.

    Raises:
        ModbusError: what came is not Modbus TCP. TimeoutError: silence.
    """
    head = _exactly(connection, _HEAD.size)
    if head is None:
        return None
    transaction, protocol, length, unit = _HEAD.unpack(head)
    if protocol != 0 or not 2 <= length <= _LONGEST_BODY + 1:
        raise ModbusError("not a Modbus TCP frame")
    body = _exactly(connection, length - 1)
    if body is None:
        raise ModbusError("closed within a frame")
    return Frame(transaction=transaction, unit=unit, body=body)


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            if data:
                raise ModbusError("closed within a frame")
            return None
        data += part
    return data


class Client:
    """One device, reconnected whenever the line was lost; safe to share between threads.

    Args:
        address: ``host:port`` of the device; ``[address]:port`` for IPv6.
    """

    def __init__(self, address: str, *, unit: int = 1, timeout_s: float = 2.0) -> None:
        where = urllib.parse.urlsplit(f"//{address}")
        self._where = (where.hostname or "", where.port or 502)
        self._unit = unit
        self._timeout_s = timeout_s
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._transaction = 0

    def ask(self, body: bytes, *, unit: int | None = None) -> bytes:
        """Send one request body, return the body of its answer (which may be an exception).

        Raises:
            OSError: no answer.
        """
        with self._lock:
            self._transaction = (self._transaction + 1) & 0xFFFF
            frame = Frame(
                transaction=self._transaction,
                unit=self._unit if unit is None else unit,
                body=body,
            )
            try:
                return self._exchange(frame)
            except OSError:
                self.close()
                raise

    def _exchange(self, frame: Frame) -> bytes:
        line = self._line
        if line is None:
            line = self._line = socket.create_connection(self._where, self._timeout_s)
        line.sendall(frame.encoded())
        answer = receive(line)
        if answer is None or answer.transaction != frame.transaction:
            raise ModbusError("the device closed the connection or answered something else")
        return answer.body

    def close(self) -> None:
        """Drop the line; the next request makes a new one."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def coils(self, address: int, count: int) -> list[bool]:
        """Coils from ``address`` on.

        Raises:
            OSError: no answer, or refused.
        """
        data = self._read(READ_COILS, address, count, (count + 7) // 8)
        return [bool(data[i // 8] >> (i % 8) & 1) for i in range(count)]

    def registers(self, address: int, count: int) -> list[int]:
        """Holding registers from ``address`` on, 0..65535.

        Raises:
            OSError: no answer, or refused.
        """
        data = self._read(READ_HOLDING_REGISTERS, address, count, 2 * count)
        return list(struct.unpack(f">{count}H", data))

    def _read(self, function: int, address: int, count: int, octets: int) -> bytes:
        body = self.ask(struct.pack(">BHH", function, address, count))
        if body[0] != function or len(body) != 2 + octets:
            raise ModbusError(f"refused to read {count} at {address}")
        return body[2:]
