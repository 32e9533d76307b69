"""What agent and zygote say to each other; the other side is ``native/zygote.c``.

In: for one that a fork server has forked, first of all `JOIN` with the sandbox's namespaces;
`PREPARE`, with a filter and modules to import, or `START`, with a host's pidfd, a file
with what the service is, the gate and control groups. Out: `Report`.
"""

from __future__ import annotations

import enum
import marshal
import os
import struct

from bachang.fabric import _recipe

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

LINK_FD = 3
TITLE_ROOM = 256
"""Characters that the agent leaves on the command line for a service's title."""
ENVIRONMENT = {
    "PYTHONPATH": os.path.abspath(f"{__file__}/../../.."),
    "LANG": "C.UTF-8",
    "LD_BIND_NOW": "1",
}
"""All of it."""
NAMESPACES = ("user", "ipc", "mnt", "net", "pid", "uts")
"""As in /proc/self/ns, in the order in which they are entered."""
BUILT_IN = "bachang.services."
"""Services whose module is part of Bachang."""

_REQUEST = struct.Struct("<II")
REPORT = struct.Struct("<IIii112s")


class Request(enum.IntEnum):
    """What the zygote can be asked for."""

    PREPARE = 0
    START = 1
    JOIN = 2


class Outcome(enum.IntEnum):
    """What the zygote reports."""

    STARTED = 0
    FAILED = 1
    EXITED = 2
    JOINED = 3


def joining() -> bytes:
    """The packet with which descriptors of `NAMESPACES` travel."""
    return _REQUEST.pack(Request.JOIN, 0)


def preparation(content: dict[str, Any]) -> bytes:
    """``modules`` to import; with the first one ``filter`` and ``environment`` of all services."""
    return _REQUEST.pack(Request.PREPARE, 0) + marshal.dumps(content)


def start(number: int) -> bytes:
    """The packet with which a service's descriptors travel."""
    return _REQUEST.pack(Request.START, number)


def service(entry: bytes, name: str, argv: list[str], environment: dict[str, str]) -> bytes:
    """What a service is: a file that its own process alone reads.

    Args:
        entry: See `bachang.fabric._command.entry`.
        name: For ``ps``.
        argv: Its source and its function.
        environment: What it has there besides that of all services, or instead.
    """
    source, function = argv
    looks = _recipe.word(f"python3 {source}") + _recipe.word(name)
    return entry + looks + marshal.dumps((source, os.path.dirname(source), function, environment))
