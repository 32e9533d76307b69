"""Routes: hosts to their gateway, routers to every network by the fewest hops.

A host between several routers that names no gateway is treated as a router is: it gets a
route to each network over the nearest of them. The way to a far network is found breadth
first over the routers; among equally short ways the router that stands first in the file
wins, so the plan is one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from bachang.plan._draft import Draft
from bachang.plan._world import Interface, Route

NO_GATEWAY = "none"

_Links = Mapping[str, tuple[Interface, ...]]


def resolve_routes(draft: Draft, links: _Links) -> dict[str, tuple[Route, ...]]:
    """The routes of every host and router, by its name."""
    routes: dict[str, tuple[Route, ...]] = {}
    for name, interfaces in links.items():
        own = _explicit(draft, name, interfaces)
        found = _between_networks(draft, name, links) if _chooses(draft, name, links) else ()
        default = _default(draft, name, links)
        taken = {route.destination for route in own}
        routes[name] = (
            *own,
            *(route for route in (*found, *default) if route.destination not in taken),
        )
    return routes


def _chooses(draft: Draft, name: str, links: _Links) -> bool:
    """Does a machine know the way to each network, instead of one gateway for all?"""
    if name in draft.raw.routers:
        return True
    return draft.machines[name].gateway is None and len(_neighbours(draft, name, links)) > 1


def _explicit(draft: Draft, name: str, interfaces: tuple[Interface, ...]) -> tuple[Route, ...]:
    near = [IPv4Interface(interface.address).network for interface in interfaces]
    routes = draft.machines[name].routes
    for destination, via in routes.items():
        if not any(IPv4Address(via) in network for network in near):
            where = (*draft.section(name), "routes", destination)
            draft.wrong(where, f"{via} is not next to `{name}`", "name a neighbour's address")
    return tuple(
        Route(destination="default" if destination == "0.0.0.0/0" else destination, via=via)
        for destination, via in routes.items()
    )


def _default(draft: Draft, name: str, links: _Links) -> tuple[Route, ...]:
    """The default route: as named, else over the only router next to a host."""
    host = draft.machines[name]
    where = (*draft.section(name), "gateway")
    neighbours = _neighbours(draft, name, links, outer=host.gateway is not None)
    if host.gateway == NO_GATEWAY:
        return ()
    if host.gateway is not None:
        if draft.known(where, "router", host.gateway, draft.raw.routers):
            if host.gateway in neighbours:
                return (Route(destination="default", via=neighbours[host.gateway]),)
            message = f"`{host.gateway}` shares no network with `{name}`"
            remedy = f"name a router next to it: {', '.join(neighbours) or 'there is none'}"
            draft.wrong(where, message, remedy)
        return ()
    if name in draft.raw.routers or len(neighbours) != 1:
        return ()
    return (Route(destination="default", via=next(iter(neighbours.values()))),)


def _neighbours(draft: Draft, name: str, links: _Links, *, outer: bool = False) -> dict[str, str]:
    """Routers that share a network with a host, with their address there.

    Nobody on the outer side of a NAT router knows what is behind it, unless ``outer``.
    """
    near = {interface.network for interface in links[name]}
    found: dict[str, str] = {}
    for router, given in draft.raw.routers.items():
        for interface in links[router] if router != name else ():
            if interface.network in near and (outer or interface.network not in given.nat):
                found.setdefault(router, interface.address.split("/")[0])
    return found


def _between_networks(draft: Draft, name: str, links: _Links) -> tuple[Route, ...]:
    """Routes to all networks that are not next to a machine and can be reached from it."""
    reached = {interface.network for interface in links[name]}
    routes: list[Route] = []
    queue = deque(_neighbours(draft, name, links).items())
    seen = {name, *(router for router, _ in queue)}
    while queue:
        router, via = queue.popleft()
        for interface in links[router]:
            if interface.network not in reached:
                reached.add(interface.network)
                network = IPv4Network(draft.raw.networks[interface.network].cidr)
                routes.append(Route(destination=str(network), via=via))
        for next_router in _neighbours(draft, router, links):
            if next_router not in seen:
                seen.add(next_router)
                queue.append((next_router, via))
    return tuple(routes)
