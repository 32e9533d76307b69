"""The fork server of agents: a process that has all imported, and forks one for each request.

Single-threaded and outside of any sandbox. A request comes in one packet, with the descriptors of
`bachang.fabric._assignment` and, last, a file for what the agent says to nobody.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import os
import signal
import socket
import sys

import msgspec

_DONE_WITHOUT = ("ssl", "typing_extensions")
"""What asyncio and msgspec import only if it is there: time, and memory of every agent."""
sys.modules.update(dict.fromkeys(_DONE_WITHOUT))  # type: ignore[arg-type]

from bachang.fabric import _kernel as kernel  # noqa: E402
from bachang.fabric._agent._boot import boot  # noqa: E402
from bachang.fabric._agent._main import report  # noqa: E402
from bachang.fabric._assignment import GIVEN_FDS, MARK, STATUS_FD, AgentRequest, Assignment  # noqa: E402
from bachang.fabric._errors import MachineError  # noqa: E402
from bachang.fabric._scarcity import explain  # noqa: E402

_PACKET_BYTES = 1 << 16
_MOST_FDS = 16


def serve(channel: int) -> None:
    """Fork an agent for each packet; end when the client does."""
    kernel.process_control(kernel.PR_SET_NAME, b"bachang-agents")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries what ends
    requests = socket.socket(fileno=channel)
    requests.set_inheritable(False)
    _get_ready()
    gc.disable()
    gc.collect()
    gc.freeze()  # what is here stays, and is not looked at by any agent: pages stay shared
    while True:
        packet, given, _, _ = socket.recv_fds(
            requests, _PACKET_BYTES, _MOST_FDS, socket.MSG_CMSG_CLOEXEC
        )
        if not packet:
            os._exit(0)
        _fork(packet, given)
        for descriptor in given:
            os.close(descriptor)


def _get_ready() -> None:
    """Have everything looked up that msgspec looks up for each type when it first meets it."""
    for kind in (AgentRequest, Assignment):
        with contextlib.suppress(msgspec.ValidationError):
            msgspec.json.decode(b"{}", type=kind)


def _fork(packet: bytes, given: list[int]) -> None:
    try:
        child = os.fork()
    except OSError as error:
        words = explain(error.errno or 0) or error.strerror
        with socket.socket(fileno=os.dup(given[0])) as status:
            report(status, MachineError(f"the agent cannot be started: {words}"))
        return
    if child == 0:
        try:
            _become(packet, given)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            raise
        finally:  # whatever fails: never a second server
            os._exit(1)


def _become(packet: bytes, given: list[int]) -> None:
    """In the child: the agent, from here to its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    *given, output = _place(given)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    request = msgspec.json.decode(packet, type=AgentRequest)
    _sign(request.directory)
    boot(socket.socket(fileno=STATUS_FD), request)


def _place(given: list[int]) -> list[int]:
    """Give descriptors the numbers from `STATUS_FD` up, and close all others."""
    behind = STATUS_FD + len(given)
    lifted = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, behind) for one in given]
    for number, descriptor in enumerate(lifted, STATUS_FD):
        os.dup2(descriptor, number, inheritable=False)
    os.closerange(behind, os.sysconf("SC_OPEN_MAX"))
    return [*GIVEN_FDS, behind - 1]


def _sign(directory: str) -> None:
    """Put the mark and the sandbox's directory on this process's command line."""
    start, room = kernel.command_line()
    words = b"\0".join([MARK.encode(), os.fsencode(directory)])
    ctypes.memmove(start, words.ljust(room, b"\0"), room)
