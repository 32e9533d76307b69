"""Small worlds for the fabric's tests."""

from __future__ import annotations

from typing import Any

from bachang.plan import Host, HostKind, Interface, Network, World

LAN = Network(name="lan", cidr="10.1.0.0/24", bridge="br-lan")


def interface(number: int, *, network: str = "lan", name: str = "eth0", net: int = 1) -> Interface:
    """An interface 10.NET.0.NUMBER/24."""
    return Interface(
        name=name,
        network=network,
        address=f"10.{net}.0.{number}/24",
        mac=f"02:00:00:{net:02x}:{number >> 8:02x}:{number & 255:02x}",
        port=f"p{net}-{number}",
    )


def host(name: str, number: int, **more: Any) -> Host:
    """A host with one interface in the LAN."""
    return Host(name=name, kind=HostKind.HOST, interfaces=(interface(number),), **more)


def world(*hosts: Host, **more: Any) -> World:
    """Hosts on one LAN."""
    return World(networks=(LAN,), hosts=hosts, **more)
