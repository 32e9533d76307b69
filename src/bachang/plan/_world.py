"""The half of a plan that comes to life: hosts, networks, field systems.

Apart from the exercise half, because an agent reads it before all else, and each class takes
half a millisecond to make.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

Text = dict[str, str]
"""A text for people, by language: ``{"en": …, "zh": …}``; always has ``en``."""


class HostKind(enum.StrEnum):
    """What a host is for; a router forwards packets between its networks."""

    HOST = "host"
    ROUTER = "router"


class ServiceKind(enum.StrEnum):
    """How a service is started: a Python function or a program of the machine."""

    PYTHON = "python"
    PROGRAM = "program"


class Guarantee(enum.StrEnum):
    """What a sandbox may have or lack."""

    USERS = "users"
    """Root in a host is a subordinate id and not the caller's own."""
    PROCESSES = "processes"
    """The processes of a host are limited, whoever in it they belong to."""
    MEMORY = "memory"
    """The memory of a host as a whole is limited."""
    PROCESSOR = "processor"
    """Hosts have equal shares of the processors."""
    FREEZING = "freezing"
    """A pause holds everything; without it programs are stopped by signals."""
    NEIGHBOURS = "neighbours"
    """The machine's neighbour table has room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One layer-2 segment."""

    name: str
    cidr: str
    """IPv4 prefix, e.g. ``10.20.10.0/24``."""
    bridge: str
    """Kernel name of the segment's bridge, at most 15 characters."""
    ipv6: str | None = None
    """IPv6 prefix, e.g. ``fd00:20:10::/64``; ``None``: no IPv6 on it, not even link-local."""
    wire: bool = False
    """Do hosts send frames as on a real wire (at most 1,514 bytes, checksums right)? Slower."""
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A host's end of a link into a network."""

    name: str
    """Kernel name in the host: ``eth0``, ``eth1``, …"""
    network: str
    address: str
    """IPv4 address with prefix length, e.g. ``10.20.10.11/24``."""
    mac: str
    port: str
    """Kernel name of the other end, a port of the network's bridge; unique in the sandbox."""
    rate_kbit: int | None = None
    """Link rate towards and from the host in kbit/s; ``None``: as fast as the machine."""
    delay_ms: float = 0.0
    """Of each frame, towards and from the host."""
    loss: float = 0.0
    """Share of frames that are lost, towards and from the host; 0 to 1."""
    address6: str | None = None
    """IPv6 address with prefix length; given exactly where the network has a prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route of a host; ``destination`` is a prefix or ``default``. IPv6 if ``via`` is."""

    destination: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account in a host's /etc/passwd. root (0) and nobody (65534) always exist."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str = "/bin/bash"
    groups: tuple[str, ...] = ()
    """Supplementary groups; created where they do not exist."""
    password_hash: str = "!"  # noqa: S105
    """crypt(3) hash for /etc/shadow; ``!`` means no password login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file in a host, written at deploy and restored by a reset. Parents are created."""

    path: str
    content: bytes
    """Travels as base64 in JSON."""
    mode: int = 0o644
    owner: str = "root"
    """A user of the host; the group is the user's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A program that runs in a host from deploy on and is restarted when it ends."""

    name: str
    kind: ServiceKind
    argv: tuple[str, ...]
    """``program``: the command line. ``python``: ``(FILE, FUNCTION)``, FILE in the host
    (a `File` of the plan), or ``(MODULE, FUNCTION)`` of ``bachang.services``."""
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)
    working_directory: str = "/"
    ready_port: int | None = None
    """TCP port in the host that accepts connections once the service is up."""
    restart: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one host may use of the machine."""

    processes: int = 256
    memory_mib: int = 512
    """Per process without cgroups, per host with them."""
    disk_mib: int = 64
    """Size of the host's writable file systems together."""
    files: int = 1024
    """Open descriptors per process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host or router."""

    name: str
    kind: HostKind
    title: Text = field(default_factory=dict)
    interfaces: tuple[Interface, ...] = ()
    routes: tuple[Route, ...] = ()
    users: tuple[User, ...] = ()
    files: tuple[File, ...] = ()
    services: tuple[Service, ...] = ()
    firewall: str | None = None
    """nft rules (family ``inet``), also written to /etc/nftables.conf; loaded before
    any link of the host is up."""
    net_admin: bool = False
    """May root in this host change interfaces, routes and firewall? Always where there is a
    firewall, and on routers."""
    nat: tuple[str, ...] = ()
    """Networks towards which a router masquerades; the rules stand in its ``firewall``."""
    tools: tuple[str, ...] = ()
    """Distribution packages whose programs this host needs."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A TCP socket that the agent opens in a host and hands to the plant."""

    purpose: str
    """``modbus`` or ``screen``."""
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSystem:
    """A twin in the plant: its type, its device settings and how it is wired."""

    name: str
    type: str
    """``grid``, ``genset``, ``ats``, ``feeder``, …: a key of `bachang.twins`."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Point or option name to value; unnamed ones keep the factory's value."""
    wiring: dict[str, str] = field(default_factory=dict)
    """Terminal to another field system's name, e.g. ``{"source_1": "grid"}``."""
    listeners: tuple[Listener, ...] = ()
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The half of a plan that comes to life."""

    networks: tuple[Network, ...] = ()
    hosts: tuple[Host, ...] = ()
    field_systems: tuple[FieldSystem, ...] = ()
    seed: str = "0"
    """Seed of the plant's own randomness (a derived value, not the plan's seed)."""
    isolation: tuple[Guarantee, ...] = ()
    """What the scenario demands beyond what every sandbox has, sorted."""
