"""Which frames a capture takes: a packet socket and its filter (classic BPF).

The socket sees every interface of the switch's namespace. Taken is what enters a port, which
is once and at its sender: what leaves ports is ignored, and so is the bridges' own copy of a
broadcast. Source: packet(7), linux/filter.h, linux/if_packet.h.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterable

# Descriptors that a capture's process inherits.
LINK_FD = 3
"""SEQPACKET, to the agent."""
TAP_FD = 4
OUTPUT_FD = 5

WHOLE = 1 << 18
"""Snap length of whole frames: more than any."""

MOST_PORTS = 2000
"""That can be chosen one by one: a filter has at most 4,096 instructions."""

_SOL_PACKET = 263
_IGNORE_OUTGOING = 23
_SO_ATTACH_FILTER = 26
_EVERY_PROTOCOL = 3
_LOAD_WORD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_INTERFACE_INDEX = 0xFFFF_F000 + 8
_INSTRUCTION = struct.Struct("=HBBI")


def open_tap() -> socket.socket:
    """A packet socket in the current network namespace that takes nothing yet."""
    opened = socket.socket(
        socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.htons(_EVERY_PROTOCOL)
    )
    try:
        take(opened, nothing())
        opened.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
    except BaseException:
        opened.close()
        raise
    return opened


def take(tap: socket.socket, program: bytes) -> None:
    """From now on take what ``program`` says; no frame falls between two programs."""
    buffer = ctypes.create_string_buffer(program, len(program))
    pointer = struct.pack("HP", len(program) // _INSTRUCTION.size, ctypes.addressof(buffer))
    tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pointer)


def nothing() -> bytes:
    """Takes no frame."""
    return _return(0)


def all_but(indexes: Iterable[int], snap_bytes: int) -> bytes:
    """Takes frames of every interface but these, at most so many bytes of each."""
    return _by_interface(indexes, 0) + _return(snap_bytes)


def only(indexes: Iterable[int], snap_bytes: int) -> bytes:
    """Takes frames of these interfaces, at most `MOST_PORTS`."""
    return _by_interface(indexes, snap_bytes) + _return(0)


def _by_interface(indexes: Iterable[int], kept: int) -> bytes:
    tests = (
        _INSTRUCTION.pack(_JUMP_EQUAL, 0, 1, index) + _return(kept) for index in sorted(indexes)
    )
    return _INSTRUCTION.pack(_LOAD_WORD, 0, 0, _INTERFACE_INDEX) + b"".join(tests)


def _return(value: int) -> bytes:
    return _INSTRUCTION.pack(_RETURN, 0, 0, value)
