"""How a fork server works: the part that those of agents and of zygotes have in common.

Single-threaded and outside of any sandbox. A request comes in one packet, with descriptors: those
that the child has by the numbers from 3 up, and last a file for what it says to nobody.
"""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable

from bachang.fabric._procfs import be_called

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

FIRST_FD = 3
_PACKET_BYTES = 1 << 16
_MOST_FDS = 16

Become = Callable[[bytes], None]
Refuse = Callable[[OSError, list[int]], None]


def serve(channel: int, name: str, native: Any, become: Become, refuse: Refuse) -> None:
    """Fork for each packet; end when the client does.

    Args:
        channel: The descriptor of the requests.
        name: For ``ps``.
        native: The module of `bachang.fabric._forks`.
        become: What a child is, to its end; it gets the packet.
        refuse: Called with the descriptors where there can be no child.
    """
    be_called(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries what ends
    requests = socket.socket(fileno=channel)
    requests.set_inheritable(False)
    gc.collect()
    gc.freeze()  # what is here stays, and is not looked at by any child: pages stay shared
    native.fill_gaps()
    native.text_on_huge_pages()
    native.take_short_slices()
    while True:
        packet, given, _, _ = socket.recv_fds(
            requests, _PACKET_BYTES, _MOST_FDS, socket.MSG_CMSG_CLOEXEC
        )
        if not packet:
            os._exit(0)
        try:
            child = os.fork()
        except OSError as error:
            refuse(error, given)
        else:
            if child == 0:
                _be(become, packet, given)
        for descriptor in given:
            os.close(descriptor)


def _be(become: Become, packet: bytes, given: list[int]) -> None:
    """In the child."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        output = _place(given)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        become(packet)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:  # whatever fails: never a second server
        os._exit(1)


def _place(given: list[int]) -> int:
    """Give descriptors the numbers from `FIRST_FD` up, and close all others; returns the last."""
    behind = FIRST_FD + len(given)
    lifted = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, behind) for one in given]
    for number, descriptor in enumerate(lifted, FIRST_FD):
        os.dup2(descriptor, number, inheritable=False)
    os.closerange(behind, os.sysconf("SC_OPEN_MAX"))
    return behind - 1
