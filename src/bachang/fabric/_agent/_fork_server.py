"""The fork server of agents: a process that has all of an agent imported.

The descriptors of a request are those of `bachang.fabric._assignment`.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import socket
import sys

_DONE_WITHOUT = ("bz2", "lzma", "ssl", "typing_extensions")
"""What asyncio, shutil and msgspec import only if it is there: time, and memory of every agent."""
sys.modules.update(dict.fromkeys(_DONE_WITHOUT))  # type: ignore[arg-type]

import msgspec  # noqa: E402

from bachang.fabric import _forking  # noqa: E402
from bachang.fabric._agent._boot import boot  # noqa: E402
from bachang.fabric._agent._main import report  # noqa: E402
from bachang.fabric._assignment import MARK, STATUS_FD, AgentRequest, Assignment  # noqa: E402
from bachang.fabric._errors import MachineError  # noqa: E402
from bachang.fabric._forks import load  # noqa: E402
from bachang.fabric._native import FORKS  # noqa: E402
from bachang.fabric._procfs import command_line  # noqa: E402
from bachang.fabric._scarcity import explain  # noqa: E402


def serve(channel: int) -> None:
    """Fork an agent for each packet; end when the client does."""
    _get_ready()
    gc.disable()
    _forking.serve(channel, "bachang-agents", load(str(FORKS)), _become, _refuse)


def _get_ready() -> None:
    """Have everything looked up that msgspec looks up for each type when it first meets it."""
    for kind in (AgentRequest, Assignment):
        with contextlib.suppress(msgspec.ValidationError):
            msgspec.json.decode(b"{}", type=kind)


def _refuse(error: OSError, given: list[int]) -> None:
    words = explain(error.errno or 0) or error.strerror
    with socket.socket(fileno=os.dup(given[0])) as status:
        report(status, MachineError(f"the agent cannot be started: {words}"))


def _become(packet: bytes) -> None:
    """In the child: the agent, from here to its end."""
    request = msgspec.json.decode(packet, type=AgentRequest)
    _sign(request.directory)
    boot(socket.socket(fileno=STATUS_FD), request)


def _sign(directory: str) -> None:
    """Put the mark and the sandbox's directory on this process's command line."""
    start, room = command_line()
    words = b"\0".join([MARK.encode(), os.fsencode(directory)])
    ctypes.memmove(start, words.ljust(room, b"\0"), room)
