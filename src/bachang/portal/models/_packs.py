"""Documents about packs and how their worlds look."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bachang.portal.models._base import Document, Name, Text, Told


class Verified(Document):
    """What `bachang verify` said last."""

    date: datetime
    ok: bool


class Pack(Document):
    """A pack in the library."""

    name: Name
    title: Text
    description: Text
    difficulty: int
    """1 (easy) to 5: the highest level of its tasks."""
    skills: list[str]
    """Technique keys of its weaknesses, e.g. ``ics:T0836``, ``CWE-306``."""
    duration_min: int
    """How long it takes a newcomer, roughly: from its tasks and its story."""
    hosts: int
    tasks: int
    points: int
    """What all tasks bring together."""
    picture: str | None
    """Address of its picture."""
    verified: Verified | None
    shipped: bool
    """It came with Bachang; otherwise it was brought by ``uploaded_by``."""
    uploaded_by: str | None = None
    copy_of: Name | None = None
    """The pack that it was made from, which may be gone by now."""
    problems: list[Told] = Field(default_factory=list)
    """Why it cannot be used, place by place; empty for a pack that loads."""


class TopologyNetwork(Document):
    """A network."""

    name: str
    title: Text
    cidr: str


class TopologyPort(Document):
    """A host's end in a network."""

    network: str
    interface: str
    address: str | None
    """Without prefix length; ``null`` where the trainee has to find it out."""


class TopologyHost(Document):
    """A host with its live state; in a pack's topology nothing is live."""

    name: str
    title: Text
    kind: str
    """``host`` or ``router``."""
    ports: list[TopologyPort]
    systems: list[str]
    """Field systems that live there."""
    users: list[str]
    """Accounts that whoever asks may use there; empty: no terminal."""
    screens: list[str]
    """Its pages: give one of them to ``screens`` to open it."""
    state: str | None = None
    """``up``, ``starting``, ``degraded`` (a service is down), ``frozen``; ``null``: not live."""
    generation: int = 0
    services: dict[str, str] = Field(default_factory=dict)


class TopologySystem(Document):
    """A field system and how it is wired."""

    name: str
    type: str
    title: Text
    host: str | None
    wiring: dict[str, str]
    """Terminal to another field system's name."""


class Topology(Document):
    """A world as a graph: hosts joined by networks, field systems by wires."""

    networks: list[TopologyNetwork]
    hosts: list[TopologyHost]
    systems: list[TopologySystem]
