"""Addresses, MACs and kernel names of all links.

Fixed addresses are taken first; the others get the lowest free ones in the order of the
file, routers before hosts, so adding a host at the end changes nothing else. A MAC is made
from the seed, so that two learners' captures differ; bit 1 of its first octet marks it as
locally administered (IEEE 802).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from bachang.plan._draft import Draft
from bachang.plan._ipv6 import address_of, resolve_prefixes
from bachang.plan._world import Interface, Network

MAX_KERNEL_NAME = 15

_KBIT = {"kbit": 1, "Mbit": 1000, "Gbit": 1_000_000}


def resolve_networks(draft: Draft) -> tuple[Network, ...]:
    """All networks, with a bridge name each; overlaps are mistakes."""
    networks = draft.raw.networks
    seen: dict[str, IPv4Network] = {}
    for name, network in networks.items():
        cidr = IPv4Network(network.cidr)
        for other, taken in seen.items():
            if cidr.overlaps(taken):
                message = f"overlaps `{other}` ({taken})"
                draft.wrong(("networks", name, "cidr"), message, "give each network its own range")
        seen[name] = cidr
    bridges = kernel_names("br", list(networks))
    prefixes = resolve_prefixes(draft)
    return tuple(
        Network(
            name=name,
            cidr=network.cidr,
            bridge=bridges[name],
            ipv6=prefixes.get(name),
            wire=network.wire,
            title=draft.text(("networks", name, "title"), network.title, name),
        )
        for name, network in networks.items()
    )


def kernel_names(prefix: str, names: list[str]) -> dict[str, str]:
    """A unique kernel name of at most 15 characters for each name, readable where it fits."""
    taken: set[str] = set()
    chosen: dict[str, str] = {}
    for name in names:
        for candidate in _candidates(prefix, name):
            if candidate not in taken:
                taken.add(candidate)
                chosen[name] = candidate
                break
    return chosen


def _candidates(prefix: str, name: str) -> Iterator[str]:
    plain = f"{prefix}-{name}"
    if len(plain) <= MAX_KERNEL_NAME and re.fullmatch(r"[a-z0-9.-]+", plain):
        yield plain
    attempt = 0
    while True:
        short = hashlib.sha256(f"{name}\0{attempt}".encode()).hexdigest()
        yield f"{plain[: MAX_KERNEL_NAME - 5].rstrip('-.')}-{short[:4]}"
        attempt += 1


def resolve_interfaces(
    draft: Draft, networks: tuple[Network, ...]
) -> dict[str, tuple[Interface, ...]]:
    """The interfaces of every host and router, by its name."""
    order = [*draft.raw.routers, *draft.raw.hosts]
    addresses = _addresses(draft, order)
    prefixes = {network.name: network.ipv6 for network in networks}
    links = [
        (host, index, network)
        for host in order
        for index, network in enumerate(
            network for network in draft.machines[host].networks if network in draft.raw.networks
        )
    ]
    ports = kernel_names("p", [f"{host}.{index}" for host, index, _ in links])
    found: dict[str, list[Interface]] = {host: [] for host in order}
    for host, index, network in links:
        if (host, network) not in addresses:
            continue
        cidr = draft.raw.networks[network].cidr
        prefix = IPv4Network(cidr).prefixlen
        found[host].append(
            Interface(
                name=f"eth{index}",
                network=network,
                address=f"{addresses[host, network]}/{prefix}",
                mac=_mac(draft, host, network),
                port=ports[f"{host}.{index}"],
                rate_kbit=_rate(_trait(draft, host, network, "rate")),
                delay_ms=(_trait(draft, host, network, "delay") or 0.0) * 1000,
                loss=_trait(draft, host, network, "loss") or 0.0,
                address6=address_of(prefixes[network], cidr, addresses[host, network]),
            )
        )
    return {host: tuple(interfaces) for host, interfaces in found.items()}


def _addresses(draft: Draft, order: list[str]) -> dict[tuple[str, str], IPv4Address]:
    """One address per host and network."""
    taken: dict[IPv4Address, str] = {}
    chosen: dict[tuple[str, str], IPv4Address] = {}
    waiting: list[tuple[str, str]] = []
    for host in order:
        for network, attachment in draft.machines[host].networks.items():
            where = (*draft.section(host), "networks", network)
            if not draft.known(where, "network", network, draft.raw.networks):
                continue
            if attachment.address is None:
                waiting.append((host, network))
                continue
            address = IPv4Address(attachment.address)
            _check_fixed(draft, host, network, address, taken)
            taken.setdefault(address, host)
            chosen[host, network] = address
    for host, network in waiting:
        free = _lowest_free(IPv4Network(draft.raw.networks[network].cidr), set(taken))
        if free is None:
            where = (*draft.section(host), "networks", network)
            draft.wrong(where, f"`{network}` has no free address", "use a shorter prefix")
            continue
        taken[free] = host
        chosen[host, network] = free
    return chosen


def _lowest_free(network: IPv4Network, taken: set[IPv4Address]) -> IPv4Address | None:
    return next((address for address in network.hosts() if address not in taken), None)


def _check_fixed(
    draft: Draft, host: str, network: str, address: IPv4Address, taken: dict[IPv4Address, str]
) -> None:
    cidr = IPv4Network(draft.raw.networks[network].cidr)
    where = (*draft.section(host), "networks", network)
    if address not in cidr:
        draft.wrong(where, f"{address} is not in {cidr}", "take an address of the network")
    elif address in (cidr.network_address, cidr.broadcast_address):
        draft.wrong(where, f"{address} is reserved in {cidr}", "take one between the two ends")
    elif address in taken:
        draft.wrong(where, f"{address} belongs to `{taken[address]}`", "give each host its own")


def _mac(draft: Draft, host: str, network: str) -> str:
    octets = draft.seed.derive(f"mac:{host}:{network}")[:6]
    first = octets[0] & 0b1111_1100 | 0b10
    return ":".join(f"{octet:02x}" for octet in (first, *octets[1:]))


def _trait(draft: Draft, host: str, network: str, name: str) -> Any:
    """What a link says about itself, else what its network says."""
    own = getattr(draft.machines[host].networks[network], name)
    return getattr(draft.raw.networks[network], name) if own is None else own


def _rate(text: str | None) -> int | None:
    if text is None:
        return None
    number, unit = text.split()
    return int(number) * _KBIT[unit]
