"""Records of zones: as an author writes them, as hosts have them, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv6Interface, ip_address

import dns.exception
import dns.name
import dns.rdata

from bachang.plan._draft import Draft
from bachang.plan._world import Interface
from bachang.scenario import Where

_TYPE = re.compile(r"(A|AAAA|CAA|CNAME|MX|NS|PTR|SRV|TXT) +(\S.*)")


def record_line(draft: Draft, where: Where, zone: str, owner: str, record: str) -> list[str]:
    """One line of a master file; nothing, and a mistake noted, if it cannot be."""
    kind, data = _typed(record)
    try:
        dns.rdata.from_text("IN", kind, data, origin=dns.name.from_text(zone))
    except (dns.exception.DNSException, ValueError) as error:
        remedy = "give an address, a name, or e.g. `MX 10 mail`"
        # A mistake in a list that stands for itself is told at the list.
        here = where[:-1] if where not in draft.scenario.document.positions else where
        draft.wrong(here, f"{record!r} is no record: {error}", remedy)
        return []
    return [f"{owner} IN {kind} {data}\n"]


def _typed(record: str) -> tuple[str, str]:
    """Type and data of a record as an author writes it."""
    if match := _TYPE.fullmatch(record):
        return match[1], match[2]
    try:
        return ("A" if ip_address(record).version == 4 else "AAAA"), record
    except ValueError:
        return "CNAME", record


def address_records(links: Iterable[Interface]) -> Iterator[str]:
    """Types and data of a host's addresses on some links."""
    for one in links:
        yield f"A {one.address.split('/')[0]}"
        if one.address6:
            yield f"AAAA {one.address6.split('/')[0]}"


def pointers(links: Iterable[Interface]) -> Iterator[tuple[str, str]]:
    """Reverse zone and label of each address; zones end at whole octets (RFC 1035, 3.5)."""
    for one in links:
        network = IPv4Interface(one.address).network
        octets = min(3, network.prefixlen // 8)
        yield _cut(IPv4Interface(one.address).ip.reverse_pointer, 4 - octets)
        if one.address6:
            address = IPv6Interface(one.address6)
            yield _cut(address.ip.reverse_pointer, 32 - address.network.prefixlen // 4)


def _cut(pointer: str, labels: int) -> tuple[str, str]:
    parts = pointer.split(".")
    return ".".join(parts[labels:]), ".".join(parts[:labels])
