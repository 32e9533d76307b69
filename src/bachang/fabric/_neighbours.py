"""Neighbour (ARP) tables: one for the whole machine, and small unless root has raised it.

When it is full the kernel drops what needs a new entry and tells nobody. Where the machine's
limit was not raised, each host therefore knows its neighbours from the beginning: entries that
somebody else has learned (NTF_EXT_LEARNED) do not count. They behave as learned ones do: they
age, are asked again, and can be forged. Source: linux/neighbour.h, net/core/neighbour.c.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bachang.fabric import _netlink as nl
from bachang.fabric._contract import MachineError
from bachang.plan import Host, Interface, World

NEW_NEIGHBOUR = 28
ENOUGH = 4096
"""From so many entries on, the limit counts as raised."""

MOST_IN_A_SEGMENT = 256
"""Hosts on one network of a machine whose limit was not raised: entries grow by the square."""

_LIMIT = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3")
_ADDRESS, _LINK_ADDRESS = 1, 2
_STALE = 0x04
_LEARNED_ELSEWHERE = 0x10
_HEAD = struct.Struct("=BxxxiHBB")


def limit() -> int:
    """Entries that this machine's table holds (only the first network namespace knows)."""
    try:
        return int(_LIMIT.read_text())
    except OSError:
        return 0


def check(world: World, entries: int) -> str:
    """Whether a world's hosts can know each other.

    Returns:
        One line for what is limited; empty if nothing is.

    Raises:
        MachineError: a segment is too large for this machine.
    """
    segments = _segments(world)
    if entries < ENOUGH:
        for name, members in segments.items():
            if len(members) > MOST_IN_A_SEGMENT:
                raise MachineError(
                    f"network {name} has {len(members)} hosts, and this machine's neighbour "
                    f"table holds {entries} entries, so {MOST_IN_A_SEGMENT} are the most: raise "
                    "net.ipv4.neigh.default.gc_thresh3 (set-up does), or use more networks"
                )
        return f"the neighbour table is small ({entries} entries): hosts know theirs from the start"
    wanted = sum(len(members) * (len(members) - 1) for members in segments.values())
    if wanted > entries:
        return (
            f"if all hosts talk to all of their networks, {wanted} neighbour entries are needed, "
            f"and the machine has {entries}: raise net.ipv4.neigh.default.gc_thresh3"
        )
    return ""


class Neighbourhood:
    """Who is whose neighbour in a world."""

    def __init__(self, world: World) -> None:
        self._segments = _segments(world)

    def requests(self, host: Host, first_index: int) -> list[tuple[int, int, bytes]]:
        """NEW_NEIGHBOUR for all neighbours of a host, whose links begin at ``first_index``."""
        return [
            (NEW_NEIGHBOUR, nl.CREATE | nl.REPLACE, neighbour(first_index + place, other))
            for place, own in enumerate(host.interfaces)
            for other in self._segments[own.network]
            if other.port != own.port
        ]


def neighbour(index: int, other: Interface) -> bytes:
    """NEW_NEIGHBOUR: an entry that does not count towards the machine's limit."""
    packed = ipaddress.IPv4Interface(other.address).ip.packed
    head = _HEAD.pack(socket.AF_INET, index, _STALE, _LEARNED_ELSEWHERE, 0)
    hardware = bytes.fromhex(other.mac.replace(":", ""))
    return head + nl.attribute(_ADDRESS, packed) + nl.attribute(_LINK_ADDRESS, hardware)


def _segments(world: World) -> dict[str, list[Interface]]:
    found: dict[str, list[Interface]] = defaultdict(list)
    interfaces: Iterable[Interface] = (one for host in world.hosts for one in host.interfaces)
    for one in interfaces:
        found[one.network].append(one)
    return found
