"""The proof that a run was what its journal says: step again with its commands, compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bachang.twins._zone import Zone

if TYPE_CHECKING:
    from bachang.plan import FieldSystem


class Recorded(Protocol):
    """What a replay needs of a journal's event."""

    @property
    def kind(self) -> str:
        """Dotted kind."""

    @property
    def subject(self) -> str:
        """What it happened to."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """What a replay found."""

    checkpoints: int
    mismatches: tuple[int, ...]
    """Ticks of the checkpoints whose hashes differ."""

    @property
    def equal(self) -> bool:
        """Did every checkpoint agree, and was there one?"""
        return self.checkpoints > 0 and not self.mismatches


def replay(
    systems: Iterable[FieldSystem],
    seed: str,
    events: Iterable[Recorded],
    *,
    state: dict[str, Any] | None = None,
) -> ReplayResult:
    """Replay one epoch's journal without hosts.

    Args:
        systems, seed: what the plant was started with. events: of one epoch, in order.
        state: the snapshot that the epoch began with, if it did not begin at the start.
    """
    zone = Zone(systems, seed)
    if state is not None:
        zone.restore(state)
    mismatches, checkpoints = [], 0
    for event in events:
        if event.kind == "command.applied":
            _step_to(zone, event.data["tick"])
            reapply(zone, event)
        elif event.kind == "plant.checkpoint":
            _step_to(zone, event.data["tick"])
            checkpoints += 1
            if zone.state_hash() != event.data["hash"]:
                mismatches.append(event.data["tick"])
    return ReplayResult(checkpoints=checkpoints, mismatches=tuple(mismatches))


def _step_to(zone: Zone, tick: int) -> None:
    while zone.tick < tick:
        zone.step()
        zone.events.clear()


def reapply(zone: Zone, event: Recorded) -> None:
    """Write a journalled command straight to its device: it was checked when it came."""
    zone.write(event.subject, event.data["value"])
    zone.events.clear()
