"""The few quantities that tell how a power supply is doing, beside each line of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bachang.journal import Event
from bachang.plan import Plan

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("mains", "rpm", "Hz", "kW", "kWh lost"),
    "zh": ("市电", "转速", "赫兹", "千瓦", "欠供kWh"),
}
WIDTHS = (5, 4, 5, 5, 8)
"""Columns that each takes."""


class Gauges:
    """Follows the events, and says what the world was like after the last one."""

    def __init__(self, plan: Plan) -> None:
        systems = {system.type: system.name for system in reversed(plan.world.field_systems)}
        grid, genset, feeder = (systems.get(key, "") for key in ("grid", "genset", "feeder"))
        self._mains = f"{grid}.available"
        self._bus = f"{feeder}.supplied"
        self._of_bus = (f"{feeder}.frequency_hz", f"{feeder}.power_kw")
        self._numbers = (
            (f"{genset}.speed_rpm", 0),
            (f"{feeder}.frequency_hz", 2),
            (f"{feeder}.power_kw", 1),
            (f"{feeder}.not_supplied_kwh", 2),
        )
        self._points: dict[str, object] = {}

    def take(self, event: Event) -> None:
        """Samples come once a second, changes as they happen."""
        if event.kind == "points.sampled":
            self._points |= event.data
        elif event.kind == "point.changed":
            self._points[event.subject] = event.data.get("value")
            if event.subject == self._bus and event.data.get("value") is False:
                self._points |= dict.fromkeys(self._of_bus, 0.0)  # a dead bus carries nothing

    def look(self, points: Mapping[str, object]) -> None:
        """Take in all points of one moment."""
        self._points |= points

    def cells(self) -> tuple[str, ...]:
        """One text under each heading, with markup; empty where nothing is known."""
        return (self._switch(), *self._cells())

    def _switch(self) -> str:
        value = self._points.get(self._mains)
        if not isinstance(value, bool):
            return ""
        return "[green]on[/]" if value else "[bold red]OFF[/]"

    def _cells(self) -> Iterator[str]:
        for point, digits in self._numbers:
            value = self._points.get(point)
            yield f"{value:.{digits}f}" if isinstance(value, int | float) else ""
