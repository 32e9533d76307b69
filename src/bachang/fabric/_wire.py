"""What a link does to frames beyond carrying them: delay, loss, and looks of a real wire.

Delay is the kernel's netem at both ends. Loss is a rule of the switch's own firewall for each
port, which hosts neither see nor reach, and which stays when a host is reset, because it knows
ports by name. On a network that is `wire: true`, hosts cut and sum up their frames themselves,
as without the help of a network card: none is longer than 1,514 bytes, all checksums are right.
Source: linux/pkt_sched.h, linux/ethtool.h, nft(8).
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct
from collections.abc import Iterable

from bachang.fabric import _netlink as nl
from bachang.plan import Host

_ROOT_HANDLE = 0xFFFF_FFFF
_KIND, _OPTIONS = 1, 2
_RATE, _LATENCY_NS = 6, 10
_TICK_NS = 64
_QUEUE_FRAMES = 20_000
"""Held back at most by one end: a gigabit for 200 ms."""

_ETHTOOL = 0x8946
_SUM_ON_SEND, _CUT_TCP, _CUT, _JOIN = 0x17, 0x1F, 0x24, 0x2C
_MILLIONTHS = 1_000_000


def delay(index: int, delay_ms: float, kbit: int | None) -> bytes:
    """NEW_QDISC: netem at the root of an interface's queue.

    Args:
        index: The interface whose outgoing frames are held back.
        delay_ms: For how long each.
        kbit: And at what rate at most; ``None``: at any.
    """
    delay_ns = round(delay_ms * 1e6)
    ticks = min(delay_ns // _TICK_NS, 0xFFFF_FFFF)
    options = struct.pack("=6I", ticks, _QUEUE_FRAMES, 0, 0, 0, 0)
    options += nl.attribute(_LATENCY_NS, struct.pack("=q", delay_ns))
    if kbit:
        options += nl.attribute(_RATE, struct.pack("=IiIi", kbit * 1000 // 8, 0, 0, 0))
    head = struct.pack("=BxHiIII", socket.AF_UNSPEC, 0, index, 0, _ROOT_HANDLE, 0)
    return head + nl.text(_KIND, "netem") + nl.attribute(_OPTIONS, options)


def losses(hosts: Iterable[Host]) -> str:
    """nft rules for the switch that lose what links are to lose; empty if none is."""
    lossy = [one for host in hosts for one in host.interfaces if one.loss]
    if not lossy:
        return ""
    rule = "    {}ifname {} numgen random mod {} < {} drop"
    towards, away = (
        "\n".join(
            rule.format(side, f'"{one.port}"', _MILLIONTHS, round(one.loss * _MILLIONTHS))
            for one in lossy
        )
        for side in ("o", "i")
    )
    return f"""table bridge bachang {{
  chain from_hosts {{
    type filter hook prerouting priority 0;
{away}
  }}
  chain to_hosts {{
    type filter hook postrouting priority 0;
{towards}
  }}
}}
"""


def like_a_wire(name: str) -> None:
    """Let an interface of the current network namespace send frames as a plain card does.

    Raises:
        OSError: the kernel refuses.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in (_CUT_TCP, _CUT, _JOIN, _SUM_ON_SEND):
            value = array.array("I", [command, 0])
            request = struct.pack("16sP16x", name.encode(), value.buffer_info()[0])
            fcntl.ioctl(any_socket, _ETHTOOL, request)
