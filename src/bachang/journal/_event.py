"""The record of all that happened: what one entry of it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a sandbox. ``(sandbox, epoch, sequence)`` is its identity."""

    sandbox: str
    """Unique id of the sandbox (its name and a random suffix: names are used again)."""
    epoch: int
    """0 at first; a restore of the sandbox starts the next one."""
    sequence: int
    """1, 2, 3, … without gaps, over all epochs of a sandbox."""
    wall_time_s: float
    """Unix time, seconds."""
    sandbox_time_s: float
    """Time of the sandbox's own clock, seconds since its epoch began."""
    actor: str
    """Who acted: ``red``, ``blue``, ``green``, ``white``, ``system`` or ``network`` (a
    frame from a host, its address in ``data``), with ``/name`` where it is known."""
    kind: str
    """Dotted noun and verb, e.g. ``command.applied``, ``task.answered``."""
    subject: str
    """What it happened to: a point, host, ``host/service``, task, condition, inject."""
    data: dict[str, Any] = field(default_factory=dict)
    """JSON values; the keys belong to the kind."""

    @property
    def identity(self) -> tuple[str, int, int]:
        """``(sandbox, epoch, sequence)``."""
        return (self.sandbox, self.epoch, self.sequence)
