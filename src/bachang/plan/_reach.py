"""Who can send to whom and get an answer, by following the plan's routes hop by hop.

Firewalls are left out: they are the subject of exercises and may be changed in them. A NAT
router is not: an answer goes to its address, and from there on to who asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from bachang.plan._draft import Draft
from bachang.plan._model import Plan
from bachang.plan._world import Host, HostKind, Interface
from bachang.scenario import Problem

_MAX_HOPS = 32


class Reach:
    """Reachability between the hosts of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._hosts = {host.name: host for host in plan.world.hosts}
        self._owners = {
            (interface.network, IPv4Interface(interface.address).ip): host.name
            for host in plan.world.hosts
            for interface in host.interfaces
        }

    def connects(self, source: str, target: str) -> bool:
        """Can a program on one host talk to some address of the other?"""
        if source == target:
            return True
        return any(
            self._answered(source, here, there, target)
            for there in _addresses(self._hosts[target])
            for here in _addresses(self._hosts[source])
        )

    def _answered(self, source: str, here: IPv4Address, there: IPv4Address, target: str) -> bool:
        """Does a packet to ``there`` arrive, and an answer find back to who sent it?"""
        way = self._way(source, there, target)
        back, owners = target, [(here, source)]
        for router, link in way or ():
            if link.network in self._hosts[router].nat:
                owners.append((IPv4Interface(link.address).ip, router))
        for address, owner in reversed(owners):
            if self._way(back, address, owner) is None:
                return False
            back = owner
        return way is not None

    def _way(
        self, source: str, address: IPv4Address, target: str
    ) -> list[tuple[str, Interface]] | None:
        """Who sends a packet on, and over which link; ``None`` if it does not arrive."""
        at, way = source, list[tuple[str, Interface]]()
        while at != target:
            step = self._next(self._hosts[at], address)
            if step is None or len(way) == _MAX_HOPS:
                return None
            way.append((at, step[0]))
            at = step[1]
            if at != target and self._hosts[at].kind is not HostKind.ROUTER:
                return None
        return way

    def _next(self, host: Host, address: IPv4Address) -> tuple[Interface, str] | None:
        """The link that a host takes for an address, and who gets the packet there."""
        via = _next_hop(host, address)
        for interface in host.interfaces:
            if via is not None and via in IPv4Interface(interface.address).network:
                owner = self._owners.get((interface.network, via))
                return None if owner is None else (interface, owner)
        return None


def _addresses(host: Host) -> list[IPv4Address]:
    return [IPv4Interface(interface.address).ip for interface in host.interfaces]


def _next_hop(host: Host, address: IPv4Address) -> IPv4Address | None:
    """The neighbour that a host sends to, by the longest prefix."""
    ways = [(IPv4Interface(one.address).network, address) for one in host.interfaces]
    ways += [
        (
            IPv4Network("0.0.0.0/0" if route.destination == "default" else route.destination),
            IPv4Address(route.via),
        )
        for route in host.routes
        if ":" not in route.via
    ]
    fitting = [(network.prefixlen, via) for network, via in ways if address in network]
    return max(fitting, key=lambda way: way[0])[1] if fitting else None


def granted_hosts(plan: Plan) -> list[str]:
    """Hosts that somebody is granted; without any, every host is looked at from every other."""
    granted = [actor.host for actor in plan.exercise.actors if actor.host is not None]
    return list(dict.fromkeys(granted))


def unreachable_hosts(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Hosts that nobody who takes part can talk to."""
    reach = Reach(plan)
    granted = granted_hosts(plan)
    names = [host.name for host in plan.world.hosts]
    if len(names) < 2:
        return
    for name in names:
        sources = granted or [other for other in names if other != name]
        if not any(reach.connects(source, name) for source in sources):
            yield draft.scenario.document.problem(
                draft.section(name),
                "no actor's host can reach it",
                "put it on a network with a router and a route to the actors, or remove it",
                key=True,
            )
