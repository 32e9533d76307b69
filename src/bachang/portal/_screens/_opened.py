"""One page that somebody opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bachang.portal._world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page of a host, and from which host it is seen."""

    run: str
    host: str
    address: str
    port: int
    seen_from: str
    opened_at: float

    def generations(self, world: World) -> tuple[object, ...]:
        """What changes when one of its two hosts is made anew."""
        known = {host.name: host.generation for host in world.hosts}
        return world.epoch, known.get(self.host), known.get(self.seen_from)


Find = Callable[[str], tuple[Opened, World] | None]
"""From a page's random id to the page and its world, while both are there."""
