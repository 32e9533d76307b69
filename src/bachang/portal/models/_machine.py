"""Documents about the machine that all this runs on."""

from __future__ import annotations

from bachang.portal.models._base import Document, Text
from bachang.portal.models._exercises import Capacity


class Finding(Document):
    """One thing that the machine has or lacks, as `bachang doctor` tells it."""

    capability: str
    need: str
    """``required`` (no sandbox without it) or ``degraded`` (something named is missing)."""
    present: bool
    title: Text
    cost: Text
    """What is lost without it."""
    remedy: Text
    detail: Text
    """What the machine itself said."""


class SandboxInfo(Document):
    """A running sandbox."""

    name: str
    state: str
    hosts: int
    processes: int
    memory_mib: float
    uptime_s: float
    run: str | None
    """Id of its run; ``null``: it belongs to no run, but to the command line or a verification."""
    learner: str
    """Whose run it is; empty without a run."""
    leftover: bool
    """Its run has ended: an accident left it running."""
    degraded: list[str]


class Machine(Document):
    """The machine."""

    version: str
    processors: int
    load: float
    """Runnable processes per processor, over the last minute."""
    memory_mib: int
    memory_free_mib: int
    disk_free_mib: int
    sandboxes: list[SandboxInfo]
    abandoned: list[str]
    """Names of sandboxes whose agents died: nothing of them runs, their journals lie there."""
    capacity: Capacity
    findings: list[Finding]


class Cleanup(Document):
    """What was left over and has been removed."""

    removed: list[str]
