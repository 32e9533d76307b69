"""Names: zones for DNS servers in hosts, and resolvers that ask them.

Every host has a name in each zone that one of its networks belongs to, with all its addresses
there, and the way back from address to name. All of it becomes ordinary files of hosts
(master files after RFC 1035, ``resolv.conf``, ``hosts``), so whoever is root there can read
and change it, and a reset brings it back. A file that the author puts in the same place wins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import dns.exception
import dns.zone

from bachang.plan._draft import Draft
from bachang.plan._records import address_records, pointers, record_line
from bachang.plan._world import File, Host, Interface, Service, ServiceKind
from bachang.scenario import models

ZONE_FILES = "/etc/dns"
SERVICE = "dns"
PORT = 53

_MOST_SERVERS = 3  # resolv.conf(5): MAXNS
_TTL_S = 60
_HEAD = """\
$ORIGIN {zone}.
$TTL {ttl}
@ IN SOA {server} hostmaster 1 3600 600 86400 {ttl}
@ IN NS {server}
"""


def with_names(draft: Draft, hosts: list[Host]) -> tuple[Host, ...]:
    """The hosts, with servers and resolvers for the scenario's zones."""
    zones = {name: zone for name, zone in draft.raw.dns.items() if _sound(draft, name, zone)}
    _check_together(draft, zones)
    if not zones:
        return tuple(hosts)
    names = _Names(draft, zones, hosts)
    return tuple(names.given_to(host) for host in hosts)


def _sound(draft: Draft, name: str, zone: models.Zone) -> bool:
    where = ("dns", name)
    draft.all_known((*where, "networks"), "network", zone.networks, draft.raw.networks)
    if not draft.known((*where, "host"), "host", zone.host, draft.machines):
        return False
    server = draft.machines[zone.host]
    if SERVICE in server.services or PORT in {one.port for one in server.services.values()}:
        message = f"`{zone.host}` has a service of its own that is called `dns` or has port 53"
        draft.wrong((*where, "host"), message, "rename it, or take another host")
        return False
    if not server.networks:
        draft.wrong((*where, "host"), f"`{zone.host}` hangs on no network", "give it one")
    return True


def _check_together(draft: Draft, zones: dict[str, models.Zone]) -> None:
    for name in zones:
        for outer in zones:
            if name.endswith(f".{outer}"):
                remedy = f"put its names into the records of `{outer}`"
                draft.wrong(("dns", name), f"lies inside the zone `{outer}`", remedy, key=True)
    servers = list(dict.fromkeys(zone.host for zone in zones.values()))
    if len(servers) > _MOST_SERVERS:
        message = f"{len(servers)} hosts serve names: a resolver asks {_MOST_SERVERS} at most"
        draft.wrong(("dns",), message, "let one host serve several zones", key=True)


class _Names:
    """All zones of a world, and who asks whom."""

    def __init__(self, draft: Draft, zones: dict[str, models.Zone], hosts: list[Host]) -> None:
        self._draft = draft
        self._zones = zones
        self._hosts = {host.name: host for host in hosts}

    def given_to(self, host: Host) -> Host:
        """A host with the files, and perhaps the service, that names need."""
        files = self._server_files(host) | self._resolver_files(host)
        taken = {file.path for file in host.files}
        added = tuple(
            File(path=path, content=text.encode())
            for path, text in files.items()
            if path not in taken
        )
        services = host.services
        if any(zone.host == host.name for zone in self._zones.values()):
            services = (_server(host), *services)
        return dataclasses.replace(host, files=(*added, *host.files), services=services)

    def _members(self, zone: models.Zone) -> Iterator[tuple[Host, list[Interface]]]:
        """Hosts that have a name in a zone, with their links there; whoever serves it does."""
        for host in self._hosts.values():
            links = [
                one for one in host.interfaces if not zone.networks or one.network in zone.networks
            ]
            if links or host.name == zone.host:
                yield host, links or list(host.interfaces)

    # ---- who serves ---------------------------------------------------------------------

    def _server_files(self, host: Host) -> dict[str, str]:
        files: dict[str, str] = {}
        reverse: dict[str, dict[str, str]] = {}
        for name, zone in self._zones.items():
            if zone.host != host.name:
                continue
            files[f"{ZONE_FILES}/{name}.zone"] = self._master_file(name, zone)
            for member, links in self._members(zone):
                for origin, label in pointers(links):
                    reverse.setdefault(origin, {}).setdefault(label, f"{member.name}.{name}.")
        for origin, found in sorted(reverse.items()):
            server = self._fully_named(host)
            lines = "".join(f"{label} IN PTR {name}\n" for label, name in found.items())
            head = _HEAD.format(zone=origin, ttl=_TTL_S, server=server)
            files[f"{ZONE_FILES}/{origin}.zone"] = head + lines
        return files

    def _fully_named(self, host: Host) -> str:
        zone = next(name for name, zone in self._zones.items() if zone.host == host.name)
        return f"{host.name}.{zone}."

    def _master_file(self, name: str, zone: models.Zone) -> str:
        lines = [_HEAD.format(zone=name, ttl=_TTL_S, server=zone.host)]
        for host, links in self._members(zone):
            if host.name not in zone.records:
                lines += [f"{host.name} IN {record}\n" for record in address_records(links)]
        for owner, records in zone.records.items():
            where = ("dns", name, "records", owner)
            for place, record in enumerate(records):
                lines += record_line(self._draft, (*where, place), name, owner, record)
        text = "".join(lines)
        if not self._draft.problems:
            self._check_whole(name, text)
        return text

    def _check_whole(self, name: str, text: str) -> None:
        try:
            dns.zone.from_text(text, origin=f"{name}.")
        except (dns.exception.DNSException, ValueError) as error:
            remedy = "a CNAME stands alone, and a name has each record once"
            self._draft.wrong(("dns", name), f"is not a zone: {error}", remedy, key=True)

    # ---- who asks -----------------------------------------------------------------------

    def _resolver_files(self, host: Host) -> dict[str, str]:
        own = [
            name
            for name, zone in self._zones.items()
            if any(member is host for member, _ in self._members(zone))
        ]
        if not own:
            return {}
        servers = dict.fromkeys(self._zones[name].host for name in own)
        lines = [f"search {' '.join(own)}"]
        lines += [f"nameserver {_nearest(self._hosts[one], host)}" for one in servers]
        lines.append("options timeout:2 attempts:2")
        return {
            "/etc/resolv.conf": "\n".join(lines) + "\n",
            "/etc/hosts": _own_names(host, own[0]),
        }


def _nearest(server: Host, host: Host) -> str:
    """The address of a server in a network of the host, else its first."""
    if server is host:
        return "127.0.0.1"
    near = {one.network for one in host.interfaces}
    shared = [one for one in server.interfaces if one.network in near]
    return (shared or list(server.interfaces))[0].address.split("/")[0]


def _own_names(host: Host, zone: str) -> str:
    lines = ["127.0.0.1\tlocalhost"]
    if any(one.address6 for one in host.interfaces):
        lines.append("::1\tlocalhost ip6-localhost ip6-loopback")
    for one in host.interfaces:
        for address in filter(None, (one.address, one.address6)):
            lines.append(f"{address.split('/')[0]}\t{host.name}.{zone} {host.name}")
    return "\n".join(lines) + "\n"


def _server(host: Host) -> Service:
    addresses = ["127.0.0.1"]
    for one in host.interfaces:
        addresses += [part.split("/")[0] for part in (one.address, one.address6) if part]
    return Service(
        name=SERVICE,
        kind=ServiceKind.PYTHON,
        argv=("bachang.services.names", "main"),
        environment={"ZONES": ZONE_FILES, "LISTEN": " ".join(addresses), "USER": "nobody"},
        ready_port=PORT,
    )
