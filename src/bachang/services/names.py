"""A DNS server that answers for its zones and for nothing else.

Zones are master files (RFC 1035, section 5), ``ZONE.zone`` in the folder ``ZONES``; a changed
file is read again with the next question, a faulty one is told on standard error and leaves
the zone as it was. What lies in no zone is refused: nobody is asked further, there is no
recursion. Over UDP and TCP (RFC 7766) on port ``PORT`` of every address in ``LISTEN``, as the
account ``USER`` once the port is had.

The libraries of Python's own that answering needs must all be loaded before the host is
entered, where they cannot be found: hence `dns.rdata.load_all_types`.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone

dns.rdata.load_all_types()  # type: ignore[no-untyped-call]

UDP_BYTES = 1232
"""Most bytes of an answer over UDP (DNS flag day 2020); 512 for who does not say (RFC 1035)."""
_PLAIN_UDP_BYTES = 512
_TCP_BYTES = 65535
_IDLE_S = 10.0
_MOST_CONNECTIONS = 64
_MOST_ALIASES = 8
_HEADER_BYTES = 12


class Zones:
    """The zones of a folder, by their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Path, tuple[int, dns.zone.Zone | None]] = {}

    def refresh(self) -> None:
        """Read what is new, has changed or has gone."""
        found = {path: path.stat().st_mtime_ns for path in sorted(self._folder.glob("*.zone"))}
        for path in set(self._known) - set(found):
            del self._known[path]
        for path, changed in found.items():
            before = self._known.get(path, (None, None))
            if before[0] != changed:
                self._known[path] = (changed, _read(path) or before[1])

    def holding(self, name: dns.name.Name) -> dns.zone.Zone | None:
        """The zone with the longest name that a name lies in."""
        fitting = [
            zone
            for _, zone in self._known.values()
            if zone is not None and zone.origin is not None and name.is_subdomain(zone.origin)
        ]
        return max(fitting, key=lambda zone: len(zone.origin or ()), default=None)


def _read(path: Path) -> dns.zone.Zone | None:
    try:
        return dns.zone.from_file(str(path), origin=f"{path.stem}.", relativize=False)
    except (dns.exception.DNSException, OSError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr, flush=True)
        return None


def answer(zones: Zones, query: bytes, *, most_bytes: int | None = None) -> bytes | None:
    """The answer to one message.

    Args:
        zones: What is known.
        query: As it came.
        most_bytes: Room for the answer; ``None``: over UDP, what the question allows.

    Returns:
        ``None`` for what is no question at all.
    """
    try:
        question = dns.message.from_wire(query)
    except (dns.exception.DNSException, ValueError):
        return _malformed(query)
    if question.flags & dns.flags.QR:
        return None
    reply = dns.message.make_response(question, our_payload=UDP_BYTES)
    _fill(zones, question, reply)
    if most_bytes is None:
        asked = question.payload if question.edns >= 0 else 0
        most_bytes = min(max(asked, _PLAIN_UDP_BYTES), UDP_BYTES)
    try:
        return reply.to_wire(max_size=most_bytes)
    except dns.exception.TooBig:
        short = dns.message.make_response(question, our_payload=UDP_BYTES)
        short.flags |= dns.flags.AA | dns.flags.TC
        return short.to_wire()


def _malformed(query: bytes) -> bytes | None:
    if len(query) < _HEADER_BYTES or query[2] & 0x80:
        return None
    reply = dns.message.Message(int.from_bytes(query[:2], "big"))
    reply.flags |= dns.flags.QR
    reply.set_rcode(dns.rcode.FORMERR)
    return reply.to_wire()


def _fill(zones: Zones, question: dns.message.Message, reply: dns.message.Message) -> None:
    if question.opcode() != dns.opcode.QUERY:
        reply.set_rcode(dns.rcode.NOTIMP)
        return
    if len(question.question) != 1:
        reply.set_rcode(dns.rcode.FORMERR)
        return
    (asked,) = question.question
    zone = zones.holding(asked.name)
    transfer = asked.rdtype in (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
    if zone is None or transfer or asked.rdclass != dns.rdataclass.IN:
        reply.set_rcode(dns.rcode.REFUSED)
        return
    reply.flags |= dns.flags.AA
    _follow(zones, zone, asked.name, asked.rdtype, reply)


def _follow(
    zones: Zones,
    zone: dns.zone.Zone,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    reply: dns.message.Message,
) -> None:
    """The records of a name, and of what it is an alias for, as far as it is known here."""
    for _ in range(_MOST_ALIASES):
        node = _node(zone, name)
        if node is None:
            if not _has_descendants(zone, name):
                reply.set_rcode(dns.rcode.NXDOMAIN)
            break
        found = [one for one in node if one.rdtype == kind or kind == dns.rdatatype.ANY]
        alias = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.CNAME)
        if not found and alias is None:
            break
        for rdataset in found or [alias]:
            reply.answer.append(_rrset(name, rdataset))
        if found or alias is None:
            return
        name = alias[0].target
        further = zones.holding(name)
        if further is None:
            return
        zone = further
    _say_nothing(zone, reply)


def _node(zone: dns.zone.Zone, name: dns.name.Name) -> dns.node.Node | None:
    """The name itself, or the wildcard next above it (RFC 4592)."""
    node = zone.get_node(name)
    if node is None and _has_descendants(zone, name):
        return None
    while node is None and name != zone.origin:
        name = name.parent()
        node = zone.get_node(dns.name.Name(("*", *name.labels)))
        if node is None and (zone.get_node(name) is not None or _has_descendants(zone, name)):
            return None
    return node


def _has_descendants(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    """Is there a name below one that has no records itself?"""
    return any(one.is_subdomain(name) for one in zone.nodes)


def _say_nothing(zone: dns.zone.Zone, reply: dns.message.Message) -> None:
    """How long it may be remembered that there is nothing (RFC 2308)."""
    if zone.origin is not None:
        soa = zone.get_rdataset(zone.origin, dns.rdatatype.SOA)
        if soa is not None:
            reply.authority.append(_rrset(zone.origin, soa))


def _rrset(name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._zones.refresh()
        reply = answer(self._zones, data)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)


class _Streams:
    """Questions over TCP: each has its length in front."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            while self._open <= _MOST_CONNECTIONS:
                async with asyncio.timeout(_IDLE_S):
                    length = int.from_bytes(await reader.readexactly(2), "big")
                    query = await reader.readexactly(length)
                    self._zones.refresh()
                    reply = answer(self._zones, query, most_bytes=_TCP_BYTES)
                    if reply is None:
                        return
                    writer.write(len(reply).to_bytes(2, "big") + reply)
                    await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            return
        finally:
            self._open -= 1
            writer.close()


def _sockets(addresses: str, port: int) -> Iterator[tuple[socket.socket, socket.socket]]:
    """For UDP and TCP, one of each address: answers leave from where the question went."""
    for address in addresses.split():
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        datagrams = socket.socket(family, socket.SOCK_DGRAM)
        streams = socket.socket(family, socket.SOCK_STREAM)
        streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for one in (datagrams, streams):
            one.bind((address, port))
        yield datagrams, streams


def _become(user: str) -> None:
    """Root is for the port only."""
    account = pwd.getpwnam(user)
    try:
        os.setgroups([])
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    except (OSError, ValueError) as error:
        # With one id only there is nobody else to become.
        print(f"stays root: {error}", file=sys.stderr, flush=True)


async def _serve(zones: Zones, pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    loop = asyncio.get_running_loop()
    streams = _Streams(zones)
    for datagram, stream in pairs:
        await loop.create_datagram_endpoint(lambda: _Datagrams(zones), sock=datagram)
        await asyncio.start_server(streams.serve, sock=stream)
    await asyncio.Event().wait()


def main() -> None:
    """Serve as the environment says."""
    zones = Zones(Path(os.environ["ZONES"]))
    pairs = list(_sockets(os.environ.get("LISTEN", "0.0.0.0"), int(os.environ.get("PORT", "53"))))  # noqa: S104
    if os.getuid() == 0 and os.environ.get("USER"):
        _become(os.environ["USER"])
    zones.refresh()
    asyncio.run(_serve(zones, pairs))
