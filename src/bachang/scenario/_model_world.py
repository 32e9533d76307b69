"""The half of a scenario that comes to life: networks, hosts, field systems.

Field docstrings are the help that an editor shows.
"""

# ruff: noqa: RUF012 - pydantic gives every model its own copy of a default
from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bachang.scenario._model_base import Raw, Text, choose_one, or_empty
from bachang.scenario._values import (
    Address,
    AnyValue,
    Cidr,
    HostPath,
    Ipv6,
    Line,
    Loss,
    Mebibytes,
    Mode,
    Name,
    PackPath,
    Port,
    PythonFunction,
    Rate,
    RecordName,
    Seconds,
    Texts,
    UserName,
    mistake,
)


class Variable(Raw):
    """A value drawn from the seed; used as `${name}` in this file and in files of the pack."""

    type: Literal["digits", "letters", "hex", "password", "username", "integer", "choice"]
    """What kind of value it is."""
    length: Annotated[int, Field(ge=1, le=64)] = 8
    """Characters, for `digits`, `letters`, `hex` and `password`."""
    min: int = 0
    """Least value, for `integer`."""
    max: int = 9999
    """Greatest value, for `integer`."""
    choices: list[Line] = []
    """One of them is taken, for `choice`."""

    @model_validator(mode="after")
    def _complete(self) -> Variable:
        if self.type == "choice" and not self.choices:
            raise mistake("has nothing to choose from", "give `choices: [a, b]`")
        if self.min > self.max:
            raise mistake("`min` is above `max`", "swap them")
        return self


class Link(Raw):
    """How well a link carries frames, in each direction."""

    rate: Rate | None = None
    """Speed of the link, e.g. `10 Mbit`; without it, that of the machine."""
    delay: Annotated[Seconds, Field(ge=0, le=60)] | None = None
    """How long each frame takes, e.g. `20 ms`. Needs a machine whose kernel has netem."""
    loss: Loss | None = None
    """Share of frames that are lost, e.g. `1 %`."""


class Network(Link):
    """One layer-2 segment. Rate, delay and loss are those of each host's link to it."""

    cidr: Cidr
    """Its IPv4 prefix, e.g. `10.20.10.0/24`."""
    title: Text | None = None
    ipv6: Ipv6 = False
    """IPv6 is off unless a network asks for it: `true`, or its prefix, e.g. `fd00:20:10::/64`."""
    wire: bool = False
    """Frames as on a real wire, for captures of whole frames: at most 1,514 bytes long and with
    right checksums. Traffic is slower."""


class Attachment(Link):
    """How a host hangs on a network. What is not given is as the network says."""

    address: Address | None = None
    """Without it the lowest free address is taken."""


def _attachment(value: Any) -> Any:
    return {"address": value} if isinstance(value, str) else or_empty(value)


def _attachments(value: Any) -> Any:
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list):
        return {name: {} for name in value if isinstance(name, str)}
    return or_empty(value)


Attachments = Annotated[
    dict[
        str,
        Annotated[
            Attachment,
            BeforeValidator(_attachment, json_schema_input_type=Address | Attachment | None),
        ],
    ],
    BeforeValidator(
        _attachments,
        json_schema_input_type=str | list[str] | dict[str, Address | Attachment | None],
    ),
]


class Content(Raw):
    """A text in place, or a file of the pack."""

    text: str | None = None
    """The text itself."""
    source: PackPath | None = None
    """A file of the pack."""

    @model_validator(mode="after")
    def _one_form(self) -> Content:
        choose_one(self, "text", "source")
        return self


class File(Raw):
    """A file in a host, or a folder of the pack with everything in it."""

    text: str | None = None
    """What is in it."""
    source: PackPath | None = None
    """A file or folder of the pack, to be copied."""
    mode: Mode = 0o644
    """Permissions in octal, e.g. `"0755"`."""
    owner: UserName = "root"
    """Whose it is."""

    @model_validator(mode="after")
    def _one_form(self) -> File:
        choose_one(self, "text", "source")
        return self


class User(Raw):
    """An account in a host."""

    password: str | None = None
    """Without it there is no login with a password."""
    groups: list[UserName] = []
    """Further groups of the account."""
    home: HostPath | None = None
    """Without it a folder in `/home`."""
    shell: HostPath = "/bin/bash"
    """What runs in its terminals."""


class Service(Raw):
    """A program that runs in a host from the start."""

    python: PythonFunction | None = None
    """`FILE.py:FUNCTION` of the pack, or `bachang.services.MODULE:FUNCTION`."""
    program: Texts | None = None
    """The command line of a program of the machine."""
    user: UserName = "root"
    """Who runs it; a name that `users` does not list becomes a system account."""
    port: Port | None = None
    """TCP port that answers once the service is up."""
    environment: dict[str, str] = {}
    """Its environment variables."""
    directory: HostPath = "/"
    """The folder that it starts in."""
    restart: bool = True
    """Is it started again when it ends?"""

    @model_validator(mode="after")
    def _one_form(self) -> Service:
        choose_one(self, "python", "program")
        return self


class Limits(Raw):
    """What one host may use of the machine."""

    processes: Annotated[int, Field(ge=1, le=4096)] = 256
    """How many processes at once."""
    memory: Mebibytes = 512
    """Memory, e.g. `256 MiB`."""
    disk: Mebibytes = 64
    """All that is written in it, e.g. `64 MiB`."""
    files: Annotated[int, Field(ge=16, le=65536)] = 1024
    """How many files a process has open at once."""


class Host(Raw):
    """A host."""

    title: Text | None = None
    networks: Attachments = {}
    """Networks that it is on: their names, or each with its address there."""
    gateway: str | None = None
    """Router of the default route; `none`: there is none. Without it, the only router around,
    or with several a route to each network over the nearest."""
    routes: dict[Cidr, Address] = {}
    """Further routes: prefix to the address of a router."""
    users: dict[UserName, Annotated[User, BeforeValidator(or_empty)]] = {}
    """Accounts, by name."""
    files: dict[HostPath, File] = {}
    """Files and folders that it has, by path."""
    services: dict[Name, Service] = {}
    """Programs that run from the start, by name."""
    firewall: Content | None = None
    """nft rules, table family `inet`."""
    tools: Texts = []
    """Distribution packages whose programs this host needs."""
    limits: Limits = Limits()
    net_admin: bool = False
    """May root change interfaces, routes and firewall? Always with a firewall, and on routers."""


class Router(Host):
    """A host that forwards packets between its networks."""

    nat: Texts = []
    """Networks on its outer side: what it sends there carries its own address, and nobody there
    has a route to what is behind it. IPv4 only."""


class Zone(Raw):
    """A zone of names, served by a DNS server in a host. Hosts get their names by themselves."""

    host: str
    """Who serves it."""
    networks: Texts = []
    """Whose hosts have names in it and ask for names; none named: all."""
    records: dict[RecordName, Texts] = {}
    """More names, and others for hosts: an address, another name, or a type and its data as in
    a zone file, e.g. `MX 10 mail`."""


class FieldSystem(Raw):
    """A device of the plant."""

    type: Name
    """Which kind of device it is, e.g. `genset`."""
    title: Text | None = None
    host: str | None = None
    """Where its protocol servers and its screen live."""
    modbus: Port | None = None
    """TCP port of its Modbus server."""
    screen: Port | None = None
    """TCP port of its operator screen."""
    settings: dict[str, AnyValue] = {}
    """Points or options that differ from the factory's."""
    wiring: dict[str, str] = {}
    """Terminal to the name of another field system."""
