"""The sandbox's wires: bridges in the agent's own network namespace, links to hosts.

Everything is compared with the plan once it stands: a link or route too many is a way out,
and refuses the deploy.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bachang.fabric import _kernel as kernel
from bachang.fabric import _links
from bachang.fabric import _netlink as nl
from bachang.fabric._agent._passage import pass_in_time
from bachang.fabric._agent._ports import Ports
from bachang.fabric._agent._shaping import queue, why_no_delay
from bachang.fabric._agent._shortcuts import Shortcuts
from bachang.fabric._contract import FabricError, MachineError, PlatformError, WorldError
from bachang.fabric._links import RouteEntry
from bachang.fabric._neighbours import ENOUGH, Neighbourhood
from bachang.fabric._rtnetlink import Connection
from bachang.fabric._streams import end_streams
from bachang.fabric._wire import delay, like_a_wire
from bachang.plan import Host, Interface, World

_NEW = nl.CREATE | nl.EXCLUSIVE
_FIRST_INDEX = 2
"""Index of a host's first link: the loopback is 1, and the kernel counts up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of the switch, by the index that the kernel gave it."""

    index: int
    host: str
    interface: Interface


class Switch:
    """All bridges of a sandbox and the near ends of its links."""

    def __init__(self, world: World, neighbour_entries: int) -> None:
        """Args:
        world: The plan.
        neighbour_entries: What the machine's neighbour table holds.
        """
        self._world = world
        self._neighbourhood = Neighbourhood(world) if neighbour_entries < ENOUGH else None
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._netlink = Connection()
        self._shortcuts = Shortcuts(world, self._netlink)
        self._networks = {network.name: network for network in world.networks}
        self._bridges: dict[str, int] = {}
        self._spares = 0
        self.room = Ports(world, self._surplus)
        self.before_take_over: Callable[[list[Port]], None] = lambda _: None
        """Told the ports of a new generation while they are still down."""

    def build(self) -> None:
        """Make the bridges.

        Raises:
            MachineError: the kernel has no bridge.
            WorldError: a network has more interfaces than a bridge has ports.
        """
        self.room.check()
        for scope in ("all", "default"):
            _disable_ipv6(scope)
        # Frames on a bridge are no affair of IP's filters, which would look at each of them.
        for family in ("iptables", "ip6tables", "arptables"):
            _write_setting(f"net/bridge/bridge-nf-call-{family}", b"0")
        requests = [(_links.NEW_LINK, 0, _links.set_link(_links.LOOPBACK, up=True))]
        requests += [
            (_links.NEW_LINK, _NEW, _links.bridge(network.bridge))
            for network in self._networks.values()
        ]
        with _explained("make the networks' bridges"):
            self._netlink.ask(requests)
        self._check_delay()
        names = {network.bridge: name for name, network in self._networks.items()}
        self._bridges = {
            names[link.name]: link.index for link in self._netlink.links() if link.name in names
        }

    def _check_delay(self) -> None:
        """Try a delay before anything hangs on it.

        Raises:
            MachineError: links ask for one, and the kernel has none.
        """
        if not any(one.delay_ms for host in self._world.hosts for one in host.interfaces):
            return
        try:
            self._netlink.ask([(_links.NEW_QDISC, _NEW, delay(_links.LOOPBACK, 1.0, None))])
        except OSError as error:
            raise MachineError(why_no_delay(self._world)) from error

    def plug(self, host: Host, namespace: int, *, spare: bool = False) -> tuple[str, ...]:
        """Give a host its links, which are down at its end.

        Args:
            host: The host.
            namespace: Descriptor of its network namespace.
            spare: A generation that is to take over: its ports have other names, and are
                down until `take_over`.

        Returns:
            The names of its ports.
        """
        ports = tuple(self._spare_name() if spare else one.port for one in host.interfaces)
        requests = [
            (
                _links.NEW_LINK,
                _NEW,
                _links.veth(
                    port=port,
                    master=self._bridges[interface.network],
                    far_name=interface.name,
                    far_mac=interface.mac,
                    far_namespace=namespace,
                    up=not spare,
                ),
            )
            for interface, port in zip(host.interfaces, ports, strict=True)
        ]
        with _explained(f"host {host.name}: make its links"):
            self._netlink.ask(requests)
        self._limit_ports(host, ports)
        return ports

    def configure(self, host: Host, namespace: int) -> None:
        """Addresses, routes, links up; then check that nothing else is there.

        Raises:
            WorldError: the kernel refuses an address or route of the plan.
            PlatformError: the host has a link or route that is not in the plan.
        """
        with kernel.inside_network(namespace, self.home), Connection() as netlink:
            self._silence_ipv6(host)
            with _explained(f"host {host.name}: addresses and routes"):
                netlink.ask(_configuration(host))
            self._make_like_wires(host)
            links, routes = socket.if_nameindex(), netlink.routes()
        _compare(
            host.name,
            "links",
            set(links),
            {(_links.LOOPBACK, "lo")}
            | {(_FIRST_INDEX + place, one.name) for place, one in enumerate(host.interfaces)},
        )
        _compare(host.name, "routes", set(routes), _expected_routes(host))

    def take_over(self, host: Host, ports: tuple[str, ...], old_network: int) -> list[int]:
        """Let a spare generation's ports take the place and the names of the old ones.

        Streams of the old one are ended before, while their peers can still be told.

        Returns:
            The indexes of the ports, which `until_passable` is for.

        Raises:
            WorldError, MachineError: the old ones have their place still, or again.
        """
        index = {link.name: link.index for link in self._netlink.links()}
        for interface, port in zip(host.interfaces, ports, strict=True):
            if port not in index:
                raise WorldError(
                    f"host {host.name} has taken its own link {interface.name} away before it "
                    "could take over: see what its services do when they start"
                )
        new = {one.port: index[port] for one, port in zip(host.interfaces, ports, strict=True)}
        old = {name: index[name] for name in new if name in index}
        end_streams(old_network, self.home)
        self.before_take_over(_ports(host, new))
        self._shortcuts.lay(new, index | new)
        try:
            with _explained(f"host {host.name}: hand over its links"):
                self._netlink.ask(self._succession(old, new))
        except BaseException:
            with contextlib.suppress(OSError, FabricError):  # the first error says what is wrong
                self._netlink.ask(self._succession(new, old))
                self.introduce(host, old_network)
            self._shortcuts.lay(new, index)
            self.before_take_over(_ports(host, old))
            raise
        return list(new.values())

    def _succession(self, old: dict[str, int], new: dict[str, int]) -> list[tuple[int, int, bytes]]:
        """Requests that let ports, by name, take the place of others."""
        requests = []
        for name in old | new:
            if name in old:
                requests += [
                    (_links.NEW_LINK, 0, _links.set_link(old[name], up=False)),
                    (_links.NEW_LINK, 0, _links.set_link(old[name], name=self._spare_name())),
                ]
            if name in new:
                requests += [
                    (_links.NEW_LINK, 0, _links.set_link(new[name], name=name)),
                    (_links.NEW_LINK, 0, _links.set_link(new[name], up=True)),
                ]
        return requests

    async def finish(self, hosts: tuple[Host, ...]) -> bool:
        """Compare the switch with the plan, and shorten the ways in it; do frames pass then?

        Raises:
            PlatformError: a link or route that is not in the plan.
        """
        expected = {"lo"} | {network.bridge for network in self._networks.values()}
        expected |= {interface.port for host in hosts for interface in host.interfaces}
        links = self._netlink.links()
        index = {one.name: one.index for one in links}
        _compare("the switch", "links", set(index), expected)
        _compare("the switch", "routes", set(self._netlink.routes()), set())
        self._shortcuts.lay(index, index)
        others = self.bridges()
        late = [one.index for one in links if not one.passable and one.index not in others]
        return await pass_in_time((self._netlink, index) for index in late)

    async def until_passable(self, ports: list[int], network: int) -> bool:
        """Return once a host's ports and its own ends of them pass frames; whether they do.

        Its ends were up before its ports, and send nothing until the kernel has come to them too.

        Args:
            ports: What `take_over` has returned.
            network: Descriptor of the host's network namespace.
        """
        with kernel.inside_network(network, self.home):
            far = Connection()
        with far:
            ends = [(self._netlink, port) for port in ports]
            ends += [(far, _FIRST_INDEX + place) for place in range(len(ports))]
            return await pass_in_time(ends)

    def late(self, host: Host, network: int) -> list[str]:
        """Interfaces of a host that frames do not pass, though it has them up.

        Args:
            host: The host.
            network: Descriptor of its network namespace.
        """
        near = {link.name: link.passable for link in self._netlink.links()}
        with kernel.inside_network(network, self.home), Connection() as netlink:
            far = {link.index: link for link in netlink.links()}
        return [
            one.name
            for index, one in enumerate(host.interfaces, _FIRST_INDEX)
            if one.port in near
            and (own := far.get(index))
            and own.up
            and not (own.passable and near[one.port])
        ]

    def ports(self, hosts: Iterable[Host]) -> list[Port]:
        """The ports that belong to hosts now."""
        index = {link.name: link.index for link in self._netlink.links()}
        return [port for host in hosts for port in _ports(host, index)]

    def bridges(self) -> list[int]:
        """Indexes of the interfaces that are no port: the bridges and the loopback."""
        return [_links.LOOPBACK, *self._bridges.values()]

    def _surplus(self) -> int:
        planned = sum(len(host.interfaces) for host in self._world.hosts)
        return len(self._netlink.links()) - len(self.bridges()) - planned

    def _spare_name(self) -> str:
        """A name that no plan uses, and no link that is still being taken away."""
        self._spares += 1
        return f"~{self._spares}"

    def _limit_ports(self, host: Host, ports: tuple[str, ...]) -> None:
        limited = {
            port: one
            for port, one in zip(ports, host.interfaces, strict=True)
            if one.rate_kbit or one.delay_ms
        }
        if not limited:
            return
        index = {link.name: link.index for link in self._netlink.links()}
        requests = [request for port, one in limited.items() for request in queue(index[port], one)]
        with _explained(f"host {host.name}: rate and delay of its links"):
            self._netlink.ask(requests)

    def introduce(self, host: Host, namespace: int) -> None:
        """Tell a host its neighbours where the machine's table is small.

        Its links must be up at both ends: the kernel forgets neighbours behind a dead link.
        """
        if self._neighbourhood:
            with (
                _explained(f"host {host.name}: tell it its neighbours"),
                kernel.inside_network(namespace, self.home),
                Connection() as netlink,
            ):
                netlink.ask(self._neighbourhood.requests(host, _FIRST_INDEX))

    def _make_like_wires(self, host: Host) -> None:
        for interface in host.interfaces:
            if self._networks[interface.network].wire:
                with _explained(f"host {host.name}: frames as on a wire on {interface.name}"):
                    like_a_wire(interface.name)

    def _silence_ipv6(self, host: Host) -> None:
        """Switch IPv6 off on single links of a host that has it on others."""
        wanted = [self._networks[one.network].ipv6 for one in host.interfaces]
        if not any(wanted):
            return  # its init has switched it off altogether
        for interface, wants in zip(host.interfaces, wanted, strict=True):
            if not wants:
                _disable_ipv6(interface.name)


def _ports(host: Host, index: Mapping[str, int]) -> list[Port]:
    """Those of a host that there are."""
    return [
        Port(index=index[one.port], host=host.name, interface=one)
        for one in host.interfaces
        if one.port in index
    ]


def _disable_ipv6(scope: str) -> None:
    """In the current network namespace; nothing to do on a kernel without IPv6."""
    _write_setting(f"net/ipv6/conf/{scope}/disable_ipv6", b"1")


def _write_setting(name: str, value: bytes) -> None:
    """A kernel setting of the current network namespace, if it has one of that name."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(f"/proc/sys/{name}", os.O_WRONLY)
        try:
            os.write(descriptor, value)
        finally:
            os.close(descriptor)


def _configuration(host: Host) -> list[tuple[int, int, bytes]]:
    requests = [(_links.NEW_LINK, 0, _links.set_link(_links.LOOPBACK, up=True))]
    for place, interface in enumerate(host.interfaces):
        index = _FIRST_INDEX + place
        requests += [
            (_links.NEW_ADDRESS, _NEW, _links.address(index, address))
            for address in (interface.address, interface.address6)
            if address
        ]
        requests += queue(index, interface)
        requests.append((_links.NEW_LINK, 0, _links.set_link(index, up=True)))
    requests += [
        (_links.NEW_ROUTE, nl.CREATE, _links.route(route.destination, route.via))
        for route in host.routes
    ]
    return requests


def _expected_routes(host: Host) -> set[RouteEntry]:
    connected = {
        route
        for interface in host.interfaces
        for address in (interface.address, interface.address6)
        if address and (route := _links.connected(address))
    }
    return connected | {
        RouteEntry(destination=route.destination, via=route.via) for route in host.routes
    }


def _compare(where: str, what: str, found: set[Any], expected: set[Any]) -> None:
    if found == expected:
        return
    extra, missing = found - expected, expected - found
    raise PlatformError(
        f"{where}: the {what} are not those of the plan "
        f"(too many: {sorted(map(str, extra)) or 'none'}; "
        f"missing: {sorted(map(str, missing)) or 'none'}): not safe to use"
    )


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn an error of the kernel into one that says whose it is."""
    try:
        yield
    except OSError as error:
        text = f"{what}: {error.strerror}"
        if error.errno in (errno.EOPNOTSUPP, errno.ENOENT, errno.ENOMEM, errno.ENODEV):
            raise MachineError(f"{text}. `bachang doctor` shows what the kernel lacks") from error
        raise WorldError(text) from error
