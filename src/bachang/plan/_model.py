"""The plan: everything that one sandbox will be, fixed, as pure data.

A plan has two halves. The ``world`` goes to the machine that runs the sandbox; the
``exercise`` (tasks, answers, story) stays outside, so that nothing inside a sandbox
can read it. Both are frozen values without behaviour; they travel as canonical JSON
(keys sorted), and the SHA-256 of that JSON is the plan's digest.

Longer than 400 lines because it is one contract, to be read as a whole.
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


# ---- the exercise half: stays outside the sandbox ------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command as a granted user on a granted host: a door that a participant has.

    ``script`` (a file of the pack, already read) is fed to the interpreter's standard
    input, so nothing of it stays in the host.
    """

    host: str
    user: str
    argv: tuple[str, ...]
    """The command line; with a ``script``, the interpreter and its arguments."""
    script: bytes | None = None
    timeout_s: float = 30.0


class AnswerKind(enum.StrEnum):
    """How an answer to a task is judged."""

    STATIC = "static"
    """Equal to a text (case and surrounding space do not count)."""
    FLAG = "flag"
    """Equal to this sandbox's own flag."""
    CONDITION = "condition"
    """No text: a condition over the world holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A statement over the world in CEL, e.g. ``genset.state == "running"``.

    Variables: each field system by name (a map of its points), ``services`` (map of
    ``host/service`` to ``"up"`` or ``"down"``), ``time_s`` (sandbox time).
    """

    name: str
    expression: str
    for_s: float = 0.0
    """It must hold without a break for this long in sandbox time."""
    description: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Points for a condition that came to hold, or for a task, or a measured quantity."""

    name: str
    max_score: int
    condition: str | None = None
    task: str | None = None
    """Exactly one of ``condition`` and ``task``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A sum of metrics with the score from which it counts as passed."""

    name: str
    metrics: tuple[str, ...]
    min_score: int
    """Absolute; a percentage of the metrics' maximum is resolved to a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A training objective (OCR SDL: TLO), met when its evaluation is passed."""

    name: str
    evaluation: str
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A group of objectives, met when all of them are."""

    name: str
    objectives: tuple[str, ...]
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A help that costs ``penalty`` points of its task."""

    text: Text
    penalty: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a task accepts."""

    kind: AnswerKind
    values: tuple[str, ...] = ()
    """``static``: accepted texts; ``flag``: the one flag of this sandbox."""
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing for a trainee to solve."""

    name: str
    level: int
    title: Text
    text: Text
    points: int
    answer: Answer
    hints: tuple[Hint, ...] = ()
    wrong_penalty: int = 0
    """Points lost for each wrong answer, never below zero for the task."""
    max_attempts: int = 0
    """0: any number."""
    requires: tuple[str, ...] = ()
    """Tasks that must be solved first."""
    solution: Program | None = None
    """The reference solution: run before its answer is submitted."""
    solution_answer: str | None = None
    """What to submit after the solution; ``None``: the solution's last line of output,
    or the expected value itself for a task without a solution program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """A planted fault and its probes; each outcome is judged by a condition."""

    name: str
    title: Text
    techniques: tuple[str, ...]
    """Technique keys (ATT&CK for ICS, CWE, OWASP API), e.g. ``ics:T0836``, ``CWE-306``."""
    exploit: Program
    exploited: str
    """Condition that holds once the exploit has succeeded."""
    fix: Program
    service: Program
    serving: str
    """Condition that holds if the legitimate function works after ``service`` ran."""
    settle_s: float = 2.0
    """Sandbox seconds to wait for a condition after a probe."""
    text: Text = field(default_factory=dict)


class InjectKind(enum.StrEnum):
    """What an inject does."""

    POINT = "point"
    PROGRAM = "program"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """Something that exercise control does to the world or tells its people."""

    name: str
    kind: InjectKind
    point: str | None = None
    """``point``: full point name, e.g. ``grid.available``."""
    value: bool | int | float | str | None = None
    program: Program | None = None
    message: Text = field(default_factory=dict)
    to: tuple[str, ...] = ()
    """Actors that get the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """Injects that happen together, at a time and, if given, once conditions hold."""

    name: str
    injects: tuple[str, ...]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Events on a time line; times in script seconds, divided by ``speed``."""

    name: str
    start_s: float
    end_s: float
    events: dict[str, float]
    speed: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Scripts that run side by side, all times divided by ``speed`` once more."""

    name: str
    scripts: tuple[str, ...]
    speed: float = 1.0
    actors: tuple[str, ...] = ()
    """Automated actors that play in it; none named: all of them."""


class Role(enum.StrEnum):
    """Sides in an exercise."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    WHITE = "white"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step of an automated actor: a program at a sandbox time."""

    name: str
    at_s: float
    program: Program
    repeat_s: float | None = None
    """Again after so many seconds, until the story ends."""
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts. With ``actions`` it can be played by the range itself."""

    name: str
    role: Role
    title: Text = field(default_factory=dict)
    host: str | None = None
    user: str | None = None
    """The host and account that this actor is granted."""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """The half of a plan that stays outside the sandbox."""

    tasks: tuple[Task, ...] = ()
    conditions: tuple[Condition, ...] = ()
    metrics: tuple[Metric, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    objectives: tuple[Objective, ...] = ()
    goals: tuple[Goal, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    injects: tuple[Inject, ...] = ()
    events: tuple[StoryEvent, ...] = ()
    scripts: tuple[Script, ...] = ()
    stories: tuple[Story, ...] = ()
    actors: tuple[Actor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The resolved scenario for one sandbox."""

    format: int
    """Version of this data model."""
    scenario: str
    title: Text
    description: Text
    seed: str
    world: World
    exercise: Exercise
