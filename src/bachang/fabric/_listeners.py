"""Who listens in the current network namespace, without knocking.

The kernel is asked (sock_diag), so the service that is waited for notices nothing: a
connection would cost it the first pages that it touches, and stand in its log. Where a kernel
lacks sock_diag, /proc tells the same, only slower. Source: linux/inet_diag.h, proc(5).
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from bachang.fabric import _netlink as nl

_SOCK_DIAG = 4
_BY_FAMILY = 20
_LISTEN = 10
_ANY_COOKIE = 0xFFFF_FFFF
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_RECEIVE_BYTES = 1 << 15


def listens(port: int) -> bool:
    """Does any TCP socket of this network namespace listen on ``port``?"""
    kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
    try:
        with socket.socket(socket.AF_NETLINK, kind, _SOCK_DIAG) as link:
            return any(_has_listener(link, family, port) for family in _FAMILIES)
    except OSError:
        return port in ports_of_proc()


def _has_listener(link: socket.socket, family: int, port: int) -> bool:
    """Ask for the listeners of a family; the first message tells.

    Raises:
        OSError: this kernel cannot tell.
    """
    head = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 1 << _LISTEN)
    ends = struct.pack(">HH32x", port, 0) + struct.pack("=III", 0, _ANY_COOKIE, _ANY_COOKIE)
    link.send(nl.message(_BY_FAMILY, nl.DUMP, family, head + ends))
    found = False
    while True:
        for received in nl.messages(link.recv(_RECEIVE_BYTES)):
            if received.type == nl.ERROR:
                raise nl.refusal(received)
            if received.type == nl.DONE:
                return found
            found = True


def ports_of_proc() -> set[int]:
    """The same from /proc: every TCP port on which somebody listens."""
    ports = set()
    for name in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/self/net/{name}").read_text().splitlines()[1:]
        except FileNotFoundError:
            continue  # a kernel without IPv6
        for line in lines:
            _, local, _, state, *_ = line.split()
            if int(state, 16) == _LISTEN:
                ports.add(int(local.rpartition(":")[2], 16))
    return ports
