"""Netlink messages as bytes: a small codec without I/O.

A message is a header, a fixed part, and attributes (type, length, value, padded to four
bytes); attributes may hold attributes. Source: linux/netlink.h, linux/rtnetlink.h.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

REQUEST = 0x01
ACK = 0x04
EXCLUSIVE = 0x200
CREATE = 0x400
REPLACE = 0x100
DUMP = 0x300

ERROR = 2
DONE = 3

_HEADER = struct.Struct("=IHHII")
HEADER_BYTES = _HEADER.size
_ATTRIBUTE = struct.Struct("=HH")
_ACK_CAPPED = 0x100
_ACK_TEXT = 0x200
_TEXT_ATTRIBUTE = 1
_TYPE_MASK = 0x3FFF


class Message(NamedTuple):
    """One received message; ``payload`` is all behind its header.

    (A tuple, because a deploy reads a dozen a host.)
    """

    type: int
    flags: int
    sequence: int
    payload: bytes


class NetlinkFormatError(ValueError):
    """Bytes that are not a netlink message."""


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute with its padding."""
    length = 4 + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(-length % 4)


def u8(kind: int, value: int) -> bytes:
    """An attribute of one byte."""
    return attribute(kind, struct.pack("=B", value))


def u32(kind: int, value: int) -> bytes:
    """An attribute of four bytes."""
    return attribute(kind, struct.pack("=I", value))


def text(kind: int, value: str) -> bytes:
    """An attribute that is a string with its NUL."""
    return attribute(kind, value.encode() + b"\0")


def message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    """One whole message."""
    return _HEADER.pack(16 + len(body), kind, flags | REQUEST, sequence, 0) + body


def messages(data: bytes) -> Iterator[Message]:
    """The messages of one datagram.

    Raises:
        NetlinkFormatError: a length that does not fit.
    """
    offset = 0
    while offset + 16 <= len(data):
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, offset)
        if not 16 <= length <= len(data) - offset:
            raise NetlinkFormatError(f"a message of {length} bytes at {offset} of {len(data)}")
        yield Message(
            type=kind, flags=flags, sequence=sequence, payload=data[offset + 16 : offset + length]
        )
        offset += (length + 3) & ~3


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by their type (of equal ones the last).

    Raises:
        NetlinkFormatError: a length that does not fit.
    """
    return dict(_each(data))


def leading(last: int, data: bytes) -> dict[int, bytes]:
    """The attributes up to the first of type ``last``; what stands behind it is not looked at.

    Raises:
        NetlinkFormatError: there is none, or a length before it does not fit.
    """
    found: dict[int, bytes] = {}
    for kind, value in _each(data):
        found[kind] = value
        if kind == last:
            return found
    raise NetlinkFormatError(f"no attribute {last}")


def _each(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 4 <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if not 4 <= length <= len(data) - offset:
            raise NetlinkFormatError(f"an attribute of {length} bytes at {offset} of {len(data)}")
        yield kind & _TYPE_MASK, data[offset + 4 : offset + length]
        offset += (length + 3) & ~3


def failure(received: Message) -> tuple[int, str]:
    """Error number (0: acknowledged) and the kernel's own words of an ERROR message."""
    (number,) = struct.unpack_from("=i", received.payload)
    if not received.flags & _ACK_TEXT:
        return -number, ""
    inner = struct.unpack_from("=I", received.payload, 4)[0]
    skip = 20 if received.flags & _ACK_CAPPED else 4 + ((inner + 3) & ~3)
    told = attributes(received.payload[skip:]).get(_TEXT_ATTRIBUTE, b"")
    return -number, told.rstrip(b"\0").decode(errors="replace")


def refusal(received: Message) -> OSError:
    """The error that an ERROR message tells, in the kernel's own words where it has some."""
    number, words = failure(received)
    return OSError(number, words or os.strerror(number))
