"""What the fabric asks of rtnetlink, as message bodies: links, addresses, routes, rates.

Bodies only: a `bachang.fabric._rtnetlink.Connection` numbers and sends them. A veth pair is
made in one message: the near end is a port of its bridge and up, the far end is born inside
the host's namespace and stays down until the host is configured. (A link is never moved
between namespaces: that waits for a grace period of the kernel, 20 times the price.)
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from dataclasses import dataclass

from bachang.fabric import _netlink as nl

NEW_LINK = 16
DEL_LINK = 17
GET_LINK = 18
NEW_ADDRESS = 20
NEW_ROUTE = 24
GET_ROUTE = 26
NEW_QDISC = 36

GROUP = 0xBAC
"""Link group of everything that we make."""

LOOPBACK = 1

_IFF_UP = 1
_ADDRESS, _NAME, _MASTER, _LINK_INFO, _NS_FD, _GROUP, _EXT_MASK = 1, 3, 10, 18, 28, 27, 29
_STATE, _STATE_UP = 16, 6
_INFO_KIND, _INFO_DATA, _PEER = 1, 2, 1
_SKIP_STATISTICS = 8
_BRIDGE_STP, _BRIDGE_SNOOPING, _BRIDGE_MOST_LEARNED = 5, 23, 49
_MOST_LEARNED = 4096
"""Addresses that a bridge learns at most, as a switch does; without a bound a host that sends
from ever new ones would fill the kernel's memory. Kernels before 6.8 do not know it."""
_NO_DETECTION = 0x02
"""IFA_F_NODAD: an IPv6 address counts at once, also while the link has no carrier."""
_TX_QUEUES, _RX_QUEUES = 31, 32
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DESTINATION, _RTA_OUT, _RTA_GATEWAY, _RTA_TABLE = 1, 4, 5, 15
_MAIN_TABLE = 254
_STATIC = 4
_QDISC_KIND, _QDISC_OPTIONS, _TBF_PARAMETERS, _TBF_BURST = 1, 2, 1, 6
_ROOT_HANDLE = 0xFFFF_FFFF
_TICKS_PER_S = 15_625_000  # a packet scheduler tick is 64 ns
_BURST_BYTES = 16 << 10
_QUEUE_S = 0.05

_LINK = struct.Struct("=BxHiII")
_ADDRESS_HEAD = struct.Struct("=BBBBi")
_ROUTE_HEAD = struct.Struct("=BBBBBBBBI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An interface as the kernel reports it."""

    index: int
    name: str
    up: bool
    """Is it wanted to be?"""
    passable: bool
    """Do frames pass? (Its operational state is up, RFC 2863.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEntry:
    """A route of the main table; ``via`` is empty for a network on the link."""

    destination: str
    via: str


def _link(index: int = 0, *, up: bool | None = None) -> bytes:
    change = 0 if up is None else _IFF_UP
    return _LINK.pack(socket.AF_UNSPEC, 0, index, _IFF_UP if up else 0, change)


def _kind(name: str, data: bytes) -> bytes:
    content = nl.text(_INFO_KIND, name) + nl.attribute(_INFO_DATA, data)
    return nl.attribute(_LINK_INFO, content)


def bridge(name: str) -> bytes:
    """NEW_LINK: a bridge that forwards at once (no spanning tree) and floods multicast."""
    options = (
        nl.u32(_BRIDGE_STP, 0)
        + nl.u8(_BRIDGE_SNOOPING, 0)
        + nl.u32(_BRIDGE_MOST_LEARNED, _MOST_LEARNED)
    )
    return _link(up=True) + nl.text(_NAME, name) + nl.u32(_GROUP, GROUP) + _kind("bridge", options)


def veth(
    *, port: str, master: int, far_name: str, far_mac: str, far_namespace: int, up: bool = True
) -> bytes:
    """NEW_LINK: a pair whose near end ``port`` belongs to the bridge with index ``master``.

    Args:
        port: Name of the near end, in this namespace.
        master: Index of the bridge.
        far_name: Name inside the host.
        far_mac: Its address, ``02:…``.
        far_namespace: Descriptor of the host's network namespace.
        up: Is the near end up from the beginning?
    """
    queues = nl.u32(_TX_QUEUES, 1) + nl.u32(_RX_QUEUES, 1)
    far = (
        _link()
        + nl.text(_NAME, far_name)
        + nl.attribute(_ADDRESS, bytes.fromhex(far_mac.replace(":", "")))
        + nl.u32(_NS_FD, far_namespace)
        + queues
    )
    near = nl.text(_NAME, port) + nl.u32(_MASTER, master) + nl.u32(_GROUP, GROUP) + queues
    return _link(up=up) + near + _kind("veth", nl.attribute(_PEER, far))


def set_link(index: int, *, up: bool | None = None, name: str | None = None) -> bytes:
    """NEW_LINK: bring an interface up or down, or rename it."""
    return _link(index, up=up) + (nl.text(_NAME, name) if name else b"")


def all_links() -> bytes:
    """GET_LINK: every interface, without counters."""
    return _link() + nl.u32(_EXT_MASK, _SKIP_STATISTICS)


def one_link(index: int) -> bytes:
    """GET_LINK: one interface, without counters."""
    return _link(index) + nl.u32(_EXT_MASK, _SKIP_STATISTICS)


def address(index: int, with_prefix: str) -> bytes:
    """NEW_ADDRESS: an address such as ``10.20.10.11/24`` or ``fd00:20:10::11/64``."""
    text, _, length = with_prefix.partition("/")
    family, packed = _packed(text)
    head = _ADDRESS_HEAD.pack(family, int(length), _NO_DETECTION, 0, index)
    return head + nl.attribute(_IFA_LOCAL, packed) + nl.attribute(_IFA_ADDRESS, packed)


def route(destination: str, via: str) -> bytes:
    """NEW_ROUTE: a static route; ``destination`` is a prefix or ``default``."""
    family, gateway = _packed(via)
    length, target = 0, b""
    if destination not in ("default", "0.0.0.0/0", "::/0"):
        network = ipaddress.ip_network(destination)
        length = network.prefixlen
        target = nl.attribute(_RTA_DESTINATION, network.network_address.packed)
    head = _ROUTE_HEAD.pack(family, length, 0, 0, _MAIN_TABLE, _STATIC, 0, 1, 0)
    return head + target + nl.attribute(_RTA_GATEWAY, gateway)


def connected(with_prefix: str) -> RouteEntry | None:
    """The route that an address brings with it; ``None`` if nobody else is on its network."""
    text, _, length = with_prefix.partition("/")
    family, packed = _packed(text)
    free = 8 * len(packed) - int(length)
    if not free:
        return None
    network = (int.from_bytes(packed) >> free << free).to_bytes(len(packed))
    return RouteEntry(destination=f"{socket.inet_ntop(family, network)}/{length}", via="")


def _packed(address: str) -> tuple[int, bytes]:
    """Family and bytes. (`ipaddress` takes ten times as long, and a deploy asks often.)"""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.inet_pton(family, address)


def all_routes() -> bytes:
    """GET_ROUTE: every route of the main table, of each family that the kernel knows."""
    return _ROUTE_HEAD.pack(socket.AF_UNSPEC, 0, 0, 0, _MAIN_TABLE, 0, 0, 0, 0)


def rate(index: int, kbit: int) -> bytes:
    """NEW_QDISC: a token bucket at the root of an interface's queue.

    Args:
        index: The interface whose outgoing frames are held back.
        kbit: Rate in kbit/s. What waits longer than 50 ms is dropped.
    """
    bytes_per_s = kbit * 1000 // 8
    burst = max(_BURST_BYTES, bytes_per_s // 250)
    limit = burst + int(bytes_per_s * _QUEUE_S)
    buffer = burst * _TICKS_PER_S // bytes_per_s
    spec = struct.pack("=BBHhHI", 0, 1, 0, 0, 0, bytes_per_s)
    parameters = spec + bytes(12) + struct.pack("=III", limit, buffer, 0)
    options = nl.attribute(_TBF_PARAMETERS, parameters) + nl.u32(_TBF_BURST, burst)
    head = struct.pack("=BxHiIII", socket.AF_UNSPEC, 0, index, 0, _ROOT_HANDLE, 0)
    return head + nl.text(_QDISC_KIND, "tbf") + nl.attribute(_QDISC_OPTIONS, options)


def read_link(payload: bytes) -> Link:
    """The interface that a NEW_LINK message describes."""
    _, _, index, flags, _ = _LINK.unpack_from(payload)
    found = nl.leading(_STATE, payload[_LINK.size :])  # the name stands before it
    name = found[_NAME].rstrip(b"\0").decode()
    passable = found[_STATE][0] == _STATE_UP
    return Link(index=index, name=name, up=bool(flags & _IFF_UP), passable=passable)


def read_route(payload: bytes) -> RouteEntry | None:
    """The route that a NEW_ROUTE message describes; ``None`` outside the main table of IP."""
    family, length, table = payload[0], payload[1], payload[4]
    if table != _MAIN_TABLE or family not in (socket.AF_INET, socket.AF_INET6):
        return None
    found = nl.attributes(payload[_ROUTE_HEAD.size :])
    nowhere = bytes(4 if family == socket.AF_INET else 16)
    prefix = socket.inet_ntop(family, found.get(_RTA_DESTINATION, nowhere))
    via = found.get(_RTA_GATEWAY)
    return RouteEntry(
        destination=f"{prefix}/{length}" if length else "default",
        via=socket.inet_ntop(family, via) if via else "",
    )
