"""What conditions are judged by: one look at a living world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bachang.fabric import Sandbox

PointValue = bool | int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A world at one moment."""

    time_s: float
    """The sandbox's own clock."""
    points: dict[str, PointValue] = field(default_factory=dict)
    """Full point name, ``system.point``, to value."""
    services: dict[str, str] = field(default_factory=dict)
    """``host/service`` to ``up`` or ``down``."""

    def variables(self) -> dict[str, Any]:
        """The variables of conditions: each field system, ``services``, ``time_s``."""
        systems: dict[str, Any] = {}
        for name, value in self.points.items():
            system, _, point = name.partition(".")
            systems.setdefault(system, {})[point] = value
        return {**systems, "services": self.services, "time_s": self.time_s}


def observe(sandbox: Sandbox) -> View:
    """Look at a sandbox.

    Raises:
        FabricError: the sandbox does not answer.
    """
    status = sandbox.status()
    services = {
        f"{host.name}/{service}": "up" if state == "up" else "down"
        for host in status.hosts
        for service, state in host.services.items()
    }
    return View(time_s=status.sandbox_time_s, points=sandbox.points(), services=services)
