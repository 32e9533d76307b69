"""The two framings of Modbus: over TCP (MBAP header) and over a serial line (RTU).

RTU has no length field: frames are told apart by silence on the line, which bytes alone do
not carry. Here a frame's length follows from its function code, as every RTU-over-TCP
gateway does it; an unknown function takes all that has arrived, so feed it whole frames.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass
from typing import Final

MAX_PDU = 253
_MBAP = struct.Struct(">HHHB")


class MalformedError(Exception):
    """Bytes that are no Modbus frame; the stream must be closed (TCP) or flushed (RTU)."""


class NeedMore(enum.Enum):
    """The outcome of a framing that holds no whole frame yet."""

    NEED_MORE = "need more"


NEED_MORE: Final = NeedMore.NEED_MORE


class Side(enum.Enum):
    """Whose frames are read: an RTU length depends on it."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A protocol data unit with its addressing."""

    unit: int
    pdu: bytes
    transaction: int = 0
    """Only TCP carries it; the answer repeats it."""


class TcpFraming:
    """Frames of one direction of one Modbus TCP connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next_frame(self) -> Frame | NeedMore:
        """The next whole frame.

        Raises:
            MalformedError: the protocol identifier is not 0, or the length cannot be.
        """
        if len(self._buffer) < 6:
            self._check_protocol()
            return NEED_MORE
        transaction, _, length = struct.unpack_from(">HHH", self._buffer)
        self._check_protocol()
        if not 2 <= length <= MAX_PDU + 1:
            raise MalformedError(f"MBAP length {length}, not 2 to {MAX_PDU + 1}")
        if len(self._buffer) < 6 + length:
            return NEED_MORE
        unit, pdu = self._buffer[6], bytes(self._buffer[7 : 6 + length])
        del self._buffer[: 6 + length]
        return Frame(unit=unit, pdu=pdu, transaction=transaction)

    def _check_protocol(self) -> None:
        if any(self._buffer[2:4]):
            raise MalformedError("MBAP protocol identifier is not 0")

    @staticmethod
    def encode(frame: Frame) -> bytes:
        """A frame's bytes."""
        return _MBAP.pack(frame.transaction, 0, len(frame.pdu) + 1, frame.unit) + frame.pdu


class RtuFraming:
    """Frames of one direction of a serial line, or of RTU carried over TCP."""

    def __init__(self, side: Side = Side.REQUEST) -> None:
        self._buffer = bytearray()
        self._side = side

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next_frame(self) -> Frame | NeedMore:
        """The next whole frame.

        Raises:
            MalformedError: the check sum is wrong.
        """
        size = self._size()
        if size is None or len(self._buffer) < size:
            return NEED_MORE
        body, check = bytes(self._buffer[: size - 2]), bytes(self._buffer[size - 2 : size])
        if check != crc16(body):
            raise MalformedError(f"RTU check sum {check.hex()}, not {crc16(body).hex()}")
        del self._buffer[:size]
        return Frame(unit=body[0], pdu=body[1:])

    def _size(self) -> int | None:
        """Bytes of the frame at the head of the buffer, once they can be told."""
        if len(self._buffer) < 4:
            return None
        code = self._buffer[1]
        if self._side is Side.RESPONSE and code & 0x80:
            return 5
        counted = (15, 16) if self._side is Side.REQUEST else (1, 2, 3, 4)
        fixed = range(1, 7) if self._side is Side.REQUEST else (5, 6, 15, 16)
        if code in counted:
            at = 6 if self._side is Side.REQUEST else 2
            return at + 3 + self._buffer[at] if len(self._buffer) > at else None
        return 8 if code in fixed else len(self._buffer)

    @staticmethod
    def encode(frame: Frame) -> bytes:
        """A frame's bytes."""
        body = bytes([frame.unit]) + frame.pdu
        return body + crc16(body)


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> bytes:
    """CRC-16/MODBUS of ``data``, low byte first as it stands on the line."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")
