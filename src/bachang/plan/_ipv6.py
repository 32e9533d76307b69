"""IPv6 of networks that ask for it: prefixes, addresses, routes.

It mirrors IPv4, so there is one network to think of: a host that is 10.20.10.11 is ``…::11``,
the decimal digits of its number in the network read as an address. A packet goes the same
way over the same routers, as far as every network on that way has IPv6. A prefix that nobody
chose is a unique local one (RFC 4193): its global id is drawn from the seed, its subnet id is
the network's place in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from bachang.plan._draft import Draft
from bachang.plan._world import Interface, Network, Route

_SUBNET = 64
_GLOBAL_ID_BYTES = 5
_UNIQUE_LOCAL = b"\xfd"


def resolve_prefixes(draft: Draft) -> dict[str, str]:
    """The prefix of every network that has IPv6; the same one twice is a mistake."""
    chosen: dict[str, str] = {}
    for place, (name, network) in enumerate(draft.raw.networks.items(), start=1):
        if not network.ipv6:
            continue
        prefix = network.ipv6 if isinstance(network.ipv6, str) else _drawn(draft, place)
        if prefix in chosen.values():
            where = ("networks", name, "ipv6")
            other = next(one for one, taken in chosen.items() if taken == prefix)
            draft.wrong(where, f"is also the prefix of `{other}`", "give each network its own")
        chosen[name] = prefix
    return chosen


def _drawn(draft: Draft, place: int) -> str:
    global_id = draft.seed.derive("ipv6")[:_GLOBAL_ID_BYTES]
    packed = _UNIQUE_LOCAL + global_id + place.to_bytes(2, "big") + bytes(8)
    return f"{IPv6Network((packed, _SUBNET))}"


def address_of(prefix: str | None, cidr: str, address: IPv4Address) -> str | None:
    """The IPv6 address, with prefix length, of who has an IPv4 address in a network."""
    if prefix is None:
        return None
    number = int(address) - int(IPv4Network(cidr).network_address)
    return f"{IPv6Network(prefix)[int(str(number), 16)]}/{_SUBNET}"


def with_ipv6(
    routes: Mapping[str, tuple[Route, ...]],
    links: Mapping[str, tuple[Interface, ...]],
    networks: tuple[Network, ...],
) -> dict[str, tuple[Route, ...]]:
    """The routes of every host, each followed by those that say the same for IPv6."""
    twins = {
        one.address.split("/")[0]: one.address6.split("/")[0]
        for interfaces in links.values()
        for one in interfaces
        if one.address6
    }
    prefixes = {"default": "default"} | {one.cidr: one.ipv6 for one in networks if one.ipv6}
    return {
        name: (
            *own,
            *(
                Route(destination=prefixes[route.destination], via=twins[route.via])
                for route in own
                if route.destination in prefixes and route.via in twins
            ),
        )
        for name, own in routes.items()
    }
