"""Zones for tests, and short ways to run them."""

from __future__ import annotations

from typing import Any

from bachang.plan import FieldSystem
from bachang.twins import Access, Command, PlantEvent, PointValue, Zone


def systems(**settings: dict[str, Any]) -> tuple[FieldSystem, ...]:
    """Mains, genset, transfer switch and feeder, wired as a zone; settings by system."""
    wiring = {
        "grid": {},
        "genset": {"mains": "grid", "transfer": "ats"},
        "ats": {"source_1": "grid", "source_2": "genset"},
        "feeder": {"supply": "ats"},
    }
    return tuple(
        FieldSystem(name=name, type=name, wiring=wires, settings=settings.get(name, {}))
        for name, wires in wiring.items()
    )


def zone(**settings: dict[str, Any]) -> Zone:
    """`systems` as a zone."""
    return Zone(systems(**settings), "seed")


def run(world: Zone, seconds: float) -> list[PlantEvent]:
    """Step for so long; what happened."""
    for _ in range(round(seconds * 100)):
        world.step()
    return world.take_events()


def run_until(world: Zone, point: str, value: PointValue, limit_s: float = 60.0) -> float:
    """Step until a point has a value; how long it took, in seconds."""
    started_s = world.time_s
    twin, described = world.find(point)
    while twin.read(described.name) != value:
        world.step()
        assert world.time_s - started_s < limit_s, f"{point} is not {value} after {limit_s} s"
    return world.time_s - started_s


def white(world: Zone, point: str, value: PointValue) -> None:
    """A command of exercise control."""
    world.apply(Command(point=point, value=value, actor="white", access=Access.WHITE))


def field(world: Zone, point: str, value: PointValue, source: str = "10.0.0.9:4000") -> None:
    """A command from the network."""
    world.apply(
        Command(point=point, value=value, actor="network", access=Access.FIELD, source=source)
    )
