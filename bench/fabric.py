"""Hosts of the local fabric: milliseconds a host, against the least in C and Mininet.

A host here is the whole thing: own user, net, mount, pid, uts and ipc namespaces, shifted
ids, private root, one link, an init; no service in it.
"""

from __future__ import annotations

import time

from bachang.fabric import LocalFabric
from bachang.plan import Host, HostKind, Interface, Network, World
from bench import Row, alternate
from bench._peers import has_mininet, limit_ms, mininet_ms

_SETTLE_S = 0.7
"""The kernel frees network namespaces behind our back; the next run should not pay for it."""


def run() -> list[Row]:
    """Stars of 10 and of 100 hosts."""
    rows = [_against_limit(10, limit=""), _against_limit(100, limit="≤ 3")]
    if has_mininet():
        rows.append(_against_mininet(100))
    return rows


def _against_limit(hosts: int, *, limit: str) -> Row:
    pair = alternate(lambda: _deploy_ms(hosts), lambda: _settled(limit_ms(hosts)))
    return Row(
        name=f"up, {hosts} hosts",
        value=pair.own / hosts,
        unit="ms/host",
        peer="C limit",
        ratio=pair.ratio,
        limit=limit,
    )


def _against_mininet(hosts: int) -> Row:
    pair = alternate(lambda: _deploy_ms(hosts), lambda: _settled(mininet_ms(hosts)), pairs=3)
    return Row(
        name=f"up, {hosts} hosts, beside Mininet ({pair.peer / hosts:.1f} ms/host)",
        value=pair.own / hosts,
        unit="ms/host",
        peer="Mininet star",
        ratio=pair.ratio,
    )


def _deploy_ms(hosts: int) -> float:
    """From the call until the sandbox says that it is up; agent and all."""
    world = star(hosts)
    started = time.monotonic()
    sandbox = LocalFabric().deploy(world, name="bench")
    took = time.monotonic() - started
    sandbox.destroy()
    return _settled(took * 1e3)


def _settled(figure: float) -> float:
    time.sleep(_SETTLE_S)
    return figure


def star(hosts: int) -> World:
    """So many hosts on one network."""
    return World(
        networks=(Network(name="lan", cidr="10.0.0.0/16", bridge="lan"),),
        hosts=tuple(_host(number) for number in range(hosts)),
    )


def _host(number: int) -> Host:
    high, low = divmod(number + 16, 256)
    interface = Interface(
        name="eth0",
        network="lan",
        address=f"10.0.{high}.{low}/16",
        mac=f"02:00:00:00:{high:02x}:{low:02x}",
        port=f"p{number}",
    )
    return Host(name=f"h{number}", kind=HostKind.HOST, interfaces=(interface,))
