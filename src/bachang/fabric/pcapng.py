"""pcapng, the file format of captures, as bytes: written and read without I/O.

A file is a row of blocks (type, length, body, length again): one section header, a
description of each interface before its first frame, the frames, and at the end statistics
of the interfaces. Everything here is little-endian with times in nanoseconds; the reader
takes what this writer and others with that byte order write.
Source: IETF draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator
from dataclasses import dataclass

SECTION, INTERFACE, STATISTICS, FRAME = 0x0A0D0D0A, 1, 5, 6

FRAME_HEAD = struct.Struct("<IIIIIII")
"""Block type, block length, interface, time (high and low half), bytes kept, bytes sent."""
FRAME_TAIL = tuple(struct.Struct(f"<{padding}xI") for padding in range(4))
"""By number of padding bytes: the end of a frame's block."""
FRAME_OVERHEAD = FRAME_HEAD.size + 4

_MAGIC = 0x1A2B3C4D
_ETHERNET = 1
_NANOSECONDS = b"\x09"
_UNKNOWN_LENGTH = 0xFFFF_FFFF_FFFF_FFFF
_HALF = 0xFFFF_FFFF
_SMALLEST_BLOCK = 12
_LARGEST_BLOCK = 1 << 24

# Option codes; 1 to 4 mean different things in different blocks.
_NAME, _DESCRIPTION, _IPV4, _MAC, _RESOLUTION = 2, 3, 4, 6, 9
_USER_APPLICATION = 4
_RECEIVED, _DROPPED, _DROPPED_BY_SYSTEM = 4, 5, 7


class PcapngFormatError(ValueError):
    """Bytes that are no pcapng of the kind that is read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """Where frames of one number come from."""

    name: str
    description: str = ""
    mac: str = ""
    address: str = ""
    """IPv4 with prefix length."""
    snap_bytes: int = 0
    """Most that is kept of a frame; 0: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame."""

    interface: int
    time_ns: int
    """Unix time, nanoseconds."""
    sent_bytes: int
    """Its length on the wire; ``data`` may be less."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counters of one interface at the end."""

    interface: int
    time_ns: int
    received: int
    dropped: int
    """Frames that the machine could not keep up with."""


def section(application: str) -> bytes:
    """The first block of a file; ``application`` is who wrote it."""
    body = struct.pack("<IHHQ", _MAGIC, 1, 0, _UNKNOWN_LENGTH)
    return _block(SECTION, body + _option(_USER_APPLICATION, application.encode()) + bytes(4))


def interface(one: Interface) -> bytes:
    """Describes the next interface; they are numbered from 0 in the order of these blocks."""
    options = _option(_NAME, one.name.encode())
    if one.description:
        options += _option(_DESCRIPTION, one.description.encode())
    if one.address:
        wired = ipaddress.IPv4Interface(one.address)
        options += _option(_IPV4, wired.ip.packed + wired.netmask.packed)
    if one.mac:
        options += _option(_MAC, bytes.fromhex(one.mac.replace(":", "")))
    options += _option(_RESOLUTION, _NANOSECONDS) + bytes(4)
    return _block(INTERFACE, struct.pack("<HHI", _ETHERNET, 0, one.snap_bytes) + options)


def frame(one: Frame) -> bytes:
    """A frame. (A capture at speed packs `FRAME_HEAD` and `FRAME_TAIL` itself.)"""
    kept = len(one.data)
    padding = -kept % 4
    length = FRAME_OVERHEAD + kept + padding
    high, low = one.time_ns >> 32, one.time_ns & _HALF
    head = FRAME_HEAD.pack(FRAME, length, one.interface, high, low, kept, one.sent_bytes)
    return head + one.data + FRAME_TAIL[padding].pack(length)


def statistics(one: Statistics) -> bytes:
    """Counters of an interface."""
    high, low = one.time_ns >> 32, one.time_ns & _HALF
    options = b"".join(
        _option(code, struct.pack("<Q", count))
        for code, count in (
            (_RECEIVED, one.received),
            (_DROPPED, one.dropped),
            (_DROPPED_BY_SYSTEM, one.dropped),
        )
    )
    return _block(STATISTICS, struct.pack("<III", one.interface, high, low) + options + bytes(4))


def read(data: bytes) -> Iterator[Interface | Frame | Statistics]:
    """All that is in a file, in its order; blocks of other types are passed over.

    Raises:
        PcapngFormatError: no pcapng, other byte order, or a length that does not fit. What
            stands before that place has been given.
    """
    if struct.unpack_from("<I", data.ljust(4, b"\0"))[0] != SECTION:
        raise PcapngFormatError("it does not begin with a section header")
    for kind, body in _blocks(data):
        try:
            if kind == SECTION and struct.unpack_from("<I", body)[0] != _MAGIC:
                raise PcapngFormatError("it is not little-endian")
            if kind == INTERFACE:
                yield _read_interface(body)
            elif kind == FRAME:
                yield _read_frame(body)
            elif kind == STATISTICS:
                yield _read_statistics(body)
        except (struct.error, UnicodeDecodeError, KeyError, ValueError) as error:
            raise PcapngFormatError(f"a block of type {kind}: {error}") from error


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        if len(data) - at < _SMALLEST_BLOCK:
            raise PcapngFormatError(f"{len(data) - at} bytes at {at} are no block")
        kind, length = struct.unpack_from("<II", data, at)
        if length % 4 or not _SMALLEST_BLOCK <= length <= min(_LARGEST_BLOCK, len(data) - at):
            raise PcapngFormatError(f"a block of {length} bytes at {at} of {len(data)}")
        if struct.unpack_from("<I", data, at + length - 4)[0] != length:
            raise PcapngFormatError(f"a block at {at} with two lengths")
        yield kind, data[at + 8 : at + length - 4]
        at += length


def _read_interface(body: bytes) -> Interface:
    link, _, snap_bytes = struct.unpack_from("<HHI", body)
    if link != _ETHERNET:
        raise PcapngFormatError(f"frames of link type {link} are not Ethernet")
    options = _options(body[8:])
    address = options.get(_IPV4)
    return Interface(
        name=options.get(_NAME, b"").decode(),
        description=options.get(_DESCRIPTION, b"").decode(),
        mac=options.get(_MAC, b"").hex(":"),
        address=_address(address) if address else "",
        snap_bytes=snap_bytes,
    )


def _address(raw: bytes) -> str:
    address, mask = (ipaddress.IPv4Address(part) for part in (raw[:4], raw[4:]))
    return ipaddress.IPv4Interface(f"{address}/{mask}").with_prefixlen


def _read_frame(body: bytes) -> Frame:
    number, high, low, kept, sent = struct.unpack_from("<IIIII", body)
    if kept > len(body) - 20:
        raise PcapngFormatError(f"a frame of {kept} bytes in a block of {len(body)}")
    return Frame(
        interface=number, time_ns=high << 32 | low, sent_bytes=sent, data=body[20 : 20 + kept]
    )


def _read_statistics(body: bytes) -> Statistics:
    number, high, low = struct.unpack_from("<III", body)
    options = _options(body[12:])
    received, dropped = (
        struct.unpack("<Q", options[code])[0] if code in options else 0
        for code in (_RECEIVED, _DROPPED)
    )
    return Statistics(
        interface=number, time_ns=high << 32 | low, received=received, dropped=dropped
    )


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", len(body) + _SMALLEST_BLOCK)
    return struct.pack("<I", kind) + length + body + length


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def _options(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        if code == 0:
            break
        if length > len(data) - at - 4:
            raise PcapngFormatError(f"an option of {length} bytes at {at} of {len(data)}")
        found[code] = data[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return found
