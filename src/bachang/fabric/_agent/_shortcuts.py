"""The short way between two ports: on a network of two, what enters one leaves by the other.

A bridge would look up for each frame which other port it is for, and there is only one. The ports
stay in their bridge all the same: whatever has no short way, on a kernel that lacks it or while a
neighbour is away, takes the bridge's. Captures, rates and delays are the same on both. Only
what a bridge keeps to itself (LLDP, say, IEEE 802.1Q 8.6.3) arrives, as over a plain cable.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from bachang.fabric import _links, _redirect
from bachang.fabric import _netlink as nl
from bachang.fabric._rtnetlink import Connection
from bachang.plan import World


class Shortcuts:
    """Those of a sandbox. None leads past a loss, which is a rule for what a bridge carries."""

    def __init__(self, world: World, netlink: Connection) -> None:
        self._netlink = netlink
        self._other: dict[str, str] = {}
        members = defaultdict[str, list[str]](list)
        lossy = set[str]()
        for host in world.hosts:
            for one in host.interfaces:
                members[one.network].append(one.port)
                if one.loss:
                    lossy.add(one.network)
        for network, ports in members.items():
            if len(ports) == 2 and network not in lossy:
                self._other |= {ports[0]: ports[1], ports[1]: ports[0]}

    def lay(self, ports: Iterable[str], index: Mapping[str, int]) -> None:
        """Lay those from and to ports, in place of what was there.

        At a port that is up the kernel waits until all its processors have seen it.

        Args:
            ports: By name.
            index: Of every port that there is.
        """
        ends = {end for port in ports if port in self._other for end in (port, self._other[port])}
        for port in ends & index.keys():
            here, there = index[port], index.get(self._other[port])
            self._take_up(here)
            if there is None:
                continue
            try:
                self._netlink.ask(
                    [
                        (_links.NEW_QDISC, nl.CREATE, _redirect.entrance(here)),
                        (_redirect.NEW_FILTER, nl.CREATE, _redirect.redirect(here, there)),
                    ]
                )
            except OSError:
                self._give_up(index)
                return

    def _give_up(self, index: Mapping[str, int]) -> None:
        """The bridges carry everything."""
        for port in self._other.keys() & index.keys():
            self._take_up(index[port])
        self._other = {}

    def _take_up(self, index: int) -> None:
        with contextlib.suppress(OSError):
            self._netlink.ask([(_redirect.DEL_FILTER, 0, _redirect.no_redirect(index))])
