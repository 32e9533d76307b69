"""The physics of an exercise, read out of its journal: lines, bands and markers on one clock.

Epochs follow each other on the clock. A line keeps the extremes of what it has to leave out,
so a short dip stays visible.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bachang.exercise.report._names import Names
from bachang.journal import Event
from bachang.plan import Plan, Text

WIDTH = 400
"""Pieces into which a line is cut; each keeps its lowest and its highest value."""
LINES = 4
"""Lines in one chart."""
BANDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One numeric point over time."""

    point: str
    title: Text
    times: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Lines of one quantity."""

    title: Text
    unit: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One switch or state over time: pieces of ``(from, to, value)``."""

    point: str
    title: Text
    pieces: tuple[tuple[float, float, bool | str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Physics:
    """Everything to draw, in seconds of the exercise's clock."""

    end_s: float
    charts: tuple[Chart, ...]
    bands: tuple[Band, ...]
    resets: tuple[float, ...]
    """When a new epoch began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quantity:
    title: Text
    unit: str
    points: tuple[str, ...]
    """``type.point``, in the order of drawing."""


def _quantity(en: str, zh: str, unit: str, *points: str) -> _Quantity:
    return _Quantity(title={"en": en, "zh": zh}, unit=unit, points=points)


_QUANTITIES = (
    _quantity("Engine speed", "发动机转速", "rpm", "genset.speed_rpm"),
    _quantity("Frequency", "频率", "Hz",
              "grid.frequency_hz", "genset.gen_frequency_hz", "feeder.frequency_hz"),
    _quantity("Voltage", "电压", "V", "grid.voltage_v", "genset.gen_ua_v", "feeder.voltage_v"),
    _quantity("Power", "功率", "kW",
              "grid.power_kw", "genset.power_kw", "feeder.demand_kw", "feeder.power_kw"),
    _quantity("Energy not supplied", "未供电量", "kWh",
              "feeder.not_supplied_kwh", "feeder.critical_not_supplied_kwh"),
    _quantity("Without supply", "停电时长", "min", "feeder.dark_min"),
)  # fmt: skip
_STATES = {
    "grid": ("available",),
    "genset": ("mode", "state"),
    "ats": ("mode", "state"),
    "feeder": ("supplied", "shedding"),
}
"""Switches and states worth a band, by type; of other types all that changed."""


def exercise_clock(events: list[Event]) -> tuple[Callable[[Event], float], tuple[float, ...]]:
    """Sandbox time of each event with the epochs laid end to end, and where they begin."""
    lengths: dict[int, float] = {}
    for event in events:
        lengths[event.epoch] = max(lengths.get(event.epoch, 0.0), event.sandbox_time_s)
    offsets, total = {}, 0.0
    for epoch in sorted(lengths):
        offsets[epoch] = total
        total += lengths[epoch]
    resets = tuple(offset for epoch, offset in sorted(offsets.items()) if epoch > min(offsets))
    return (lambda event: offsets[event.epoch] + event.sandbox_time_s), resets


def physics(plan: Plan, events: list[Event], names: Names, *, until_s: float = math.inf) -> Physics:
    """Collect what there is to draw from events in order, up to a time of the exercise's clock."""
    clock, resets = exercise_clock(events)
    timed = [(clock(event), event) for event in events if clock(event) <= until_s]
    samples = [(time, event.data) for time, event in timed if event.kind == "points.sampled"]
    end_s = max((time for time, _ in timed), default=0.0)
    points = _in_order(plan, dict.fromkeys(name for _, data in samples for name in data))
    charts = (_chart(quantity, points, samples, names) for quantity in _QUANTITIES)
    return Physics(
        end_s=max(end_s, 1.0),
        charts=tuple(chart for chart in charts if chart.lines),
        bands=_bands(points, samples, end_s, names),
        resets=resets,
    )


def _in_order(plan: Plan, points: Iterable[str]) -> list[str]:
    """Points by their field system's place in the plan, then as a reader expects states."""
    places = {system.name: place for place, system in enumerate(plan.world.field_systems)}

    def place(point: str) -> tuple[int, int]:
        system, _, short = point.partition(".")
        told = [name for names in _STATES.values() for name in names]
        return places.get(system, len(places)), told.index(short) if short in told else len(told)

    return sorted(points, key=place)


_Samples = list[tuple[float, dict[str, Any]]]


def _chart(quantity: _Quantity, points: list[str], samples: _Samples, names: Names) -> Chart:
    mine = [
        point
        for kind in quantity.points
        for point in points
        if f"{names.type(point)}.{point.partition('.')[2]}" == kind
    ][:LINES]
    systems = Counter(point.partition(".")[0] for point in mine)
    lines = [
        _line(point, samples, names, alone=systems[point.partition(".")[0]] == 1) for point in mine
    ]
    return Chart(title=quantity.title, unit=quantity.unit, lines=tuple(lines))


def _line(point: str, samples: _Samples, names: Names, *, alone: bool) -> Line:
    """One point's line; named by its field system where that is enough."""
    found = ((time, data.get(point)) for time, data in samples)
    pairs = [(time, float(value)) for time, value in found if isinstance(value, int | float)]
    times, values = zip(*_thin(pairs or [(0.0, 0.0)]), strict=True)
    title = names.system(point.partition(".")[0]) if alone else names.point(point)
    return Line(point=point, title=title, times=times, values=values)


def _thin(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most ``2 × WIDTH`` points: the lowest and the highest of each piece, in order."""
    if len(pairs) <= 2 * WIDTH:
        return pairs
    size = -(-len(pairs) // WIDTH)
    kept = []
    for start in range(0, len(pairs), size):
        piece = pairs[start : start + size]
        ends = {min(piece, key=lambda pair: pair[1]), max(piece, key=lambda pair: pair[1])}
        kept += sorted(ends)
    return kept


def _bands(points: list[str], samples: _Samples, end_s: float, names: Names) -> tuple[Band, ...]:
    """The switches and states that changed."""
    bands = []
    for point in points:
        told = _STATES.get(names.type(point))
        if told is not None and point.partition(".")[2] not in told:
            continue
        pieces = _pieces(point, samples, end_s)
        if len(pieces) > 1:
            bands.append(Band(point=point, title=names.point(point), pieces=tuple(pieces)))
    return tuple(bands[:BANDS])


def _pieces(point: str, samples: _Samples, end_s: float) -> list[tuple[float, float, bool | str]]:
    pieces: list[tuple[float, float, bool | str]] = []
    for time, data in samples:
        value = data.get(point)
        if not isinstance(value, bool | str):
            continue
        if pieces and pieces[-1][2] == value:
            continue
        if pieces:
            pieces[-1] = (pieces[-1][0], time, pieces[-1][2])
        pieces.append((time, end_s, value))
    return pieces
