"""The TCP streams of hosts: where they are kept, and how both sides hear of their end.

A host that is reset goes with its link: its peers would wait for it in vain, and whoever holds
a socket that was born in it would wait for them. Source: linux/sock_diag.h, linux/inet_diag.h;
ending needs a kernel with INET_DIAG_DESTROY (Debian and Ubuntu have it; others do without).
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from bachang.fabric import _kernel as kernel
from bachang.fabric import _netlink as nl

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY, _DESTROY = 20, 21
_LISTEN, _TIME_WAIT = 10, 6
_STATES = 0xFFF & ~(1 << _LISTEN) & ~(1 << _TIME_WAIT)
_REQUEST = struct.Struct("=BBBxI")  # family, protocol, extensions, states; then the socket's id
_ID = slice(4, 52)
"""Of a socket in an answer, behind family, state, timer and retransmissions."""
_ANSWER_BYTES = 1 << 16
_MOST_WAIT_S = 1.0
_PLACES_OF_CHILDREN = Path("/proc/sys/net/ipv4/tcp_child_ehash_entries")
_PLACES = 4096
"""32 KB a host. `_rootfs` says how many streams may be in TIME_WAIT, which else is half of it: a
host that opens and drops connections would not run out of ports, and so never pause."""


def keep_streams_apart() -> None:
    """Give each host that is made from now on a table of its own, where the kernel knows how to.

    Else all are in the machine's one table, through which whoever looks for the streams of one
    host (its reset, its end, a program in it) must walk: 2 × 3.5 ms with 262,144 places.
    Source: Documentation/networking/ip-sysctl.rst, tcp_child_ehash_entries; Linux 6.1.
    """
    with contextlib.suppress(OSError):
        _PLACES_OF_CHILDREN.write_text(str(_PLACES))


def end_streams(network: int, home: int) -> None:
    """End every TCP stream that has an end in a namespace: peers get a reset.

    Args:
        network: Descriptor of the namespace.
        home: Of the caller's own.
    """
    with kernel.inside_network(network, home):
        asking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG)
    with asking, contextlib.suppress(OSError):  # no such kernel: they end by their own times
        asking.settimeout(_MOST_WAIT_S)
        for family in (socket.AF_INET, socket.AF_INET6):
            for found in list(_streams(asking, family)):
                body = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, _STATES) + found
                asking.send(nl.message(_DESTROY, nl.ACK, 2, body))
                asking.recv(_ANSWER_BYTES)


def _streams(asking: socket.socket, family: int) -> Iterator[bytes]:
    """Ids of the streams of a namespace."""
    body = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, _STATES) + bytes(48)
    asking.send(nl.message(_BY_FAMILY, nl.DUMP, 1, body))
    while True:
        for one in nl.messages(asking.recv(_ANSWER_BYTES)):
            if one.type in (nl.DONE, nl.ERROR):
                return
            yield one.payload[_ID]
