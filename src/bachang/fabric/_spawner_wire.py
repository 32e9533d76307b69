"""Requests to the spawner as bytes, and the records that it reports.

The wire is that of ``native/spawner.c``. Requests go over a stream socket, so they may be as
large as a host's files are; descriptors travel with a request's header.
"""

from __future__ import annotations

import array
import enum
import socket
import struct

from bachang.fabric import _recipe

_HEADER = struct.Struct("<IIII")
REPORT = struct.Struct("<IIii112s")
"""An `Outcome`, the request's number, a value, a detail, what was being done."""


class Request(enum.IntEnum):
    """What the spawner can be asked for."""

    CONFIGURE = 0
    CREATE = 1
    RUN = 2
    SIGNAL = 3


class Outcome(enum.IntEnum):
    """What the spawner reports."""

    CREATED = 0
    READY = 1
    FAILED = 2
    STARTED = 3
    EXITED = 4


def send(
    link: socket.socket, kind: Request, number: int, payload: bytes, descriptors: list[int]
) -> None:
    """One request, whole.

    Raises:
        OSError: the spawner has gone.
    """
    header = _header(kind, number, payload)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    link.sendmsg([header], rights if descriptors else [])
    link.sendall(payload)


def request(kind: Request, number: int, payload: bytes) -> bytes:
    """One request without descriptors, as it stands in a file."""
    return _header(kind, number, payload) + payload


def _header(kind: Request, number: int, payload: bytes) -> bytes:
    return _HEADER.pack(kind, number, len(payload), 0)


def creation(recipe: bytes, *, ids: str, capabilities: int) -> bytes:
    """Payload of `Request.CREATE`: a host with these id maps, this bounding set, these steps."""
    return _recipe.word(ids) * 2 + struct.pack("<Q", capabilities) + recipe
