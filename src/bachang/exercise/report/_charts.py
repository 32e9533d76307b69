"""Charts on one clock: SVG for the lines, positioned boxes for bands, markers and ticks.

Plots stretch to the page's width; whatever must not be stretched (words, dots) stands
outside the SVG, placed by its share of the time axis. So one drawing fits a phone, a screen
and paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from bachang.exercise.report._markup import both, clock, number, say, text
from bachang.exercise.report._names import same
from bachang.exercise.report._physics import Band, Chart, Line, Physics
from bachang.exercise.report._story import TITLES, Entry, Strand
from bachang.journal import Event
from bachang.twins.screen import STATE_WORDS

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_TICKS = 10
_RULES = (Strand.CONTROL, Strand.ATTACK, Strand.DEFENCE)
"""Strands whose moments are drawn through all charts."""
_MARKERS = 120
"""Markers in one row; more would be a stripe."""


def draw(physics: Physics, entries: list[Entry], at: Callable[[Event], float]) -> str:
    """The whole stack: markers, bands, charts, and the time axis."""
    share = _share(physics.end_s)
    strands = [strand for strand in Strand if strand not in (Strand.WORLD,)]
    rows = "".join(_markers(strand, entries, at, share) for strand in strands)
    bands = "".join(_band(band, share) for band in physics.bands)
    charts, number_of_lines = "", 0
    for chart in physics.charts:
        charts += _chart(chart, physics, number_of_lines)
        number_of_lines += len(chart.lines)
    return (
        f'<div class="stack" id="stack">{_rules(physics, entries, at, share)}'
        f'<div class="rows">{rows}</div>{bands}{charts}{_axis(physics.end_s, share)}</div>'
    )


def data(physics: Physics) -> dict[str, object]:
    """What the cross-hair reads: the end of the clock, and times and values of each line."""
    lines = [line for chart in physics.charts for line in chart.lines]
    return {
        "end": physics.end_s,
        "lines": [
            {"t": [round(t, 2) for t in line.times], "v": [round(v, 3) for v in line.values]}
            for line in lines
        ],
    }


def _share(end_s: float) -> Callable[[float], str]:
    def share(time_s: float) -> str:
        return f"{min(100.0, max(0.0, 100 * time_s / end_s)):.3f}%"

    return share


def _rules(
    physics: Physics,
    entries: list[Entry],
    at: Callable[[Event], float],
    share: Callable[[float], str],
) -> str:
    """Thin lines through everything where the story, the attack or the defence acted."""
    moments = {
        (strand, share(at(entry.event)))
        for strand in _RULES
        for entry in entries
        if entry.strand is strand and entry.event.kind != "message.sent"
    }
    lines = [
        f'<i class="rule {strand}" style="left:{left}"></i>' for strand, left in sorted(moments)
    ]
    lines += [f'<i class="rule epoch" style="left:{share(t)}"></i>' for t in physics.resets]
    hair = '<i class="hair" id="hair" hidden><b></b></i>'
    return f'<div class="rules" id="plane">{"".join(lines[:_MARKERS])}{hair}</div>'


def _markers(
    strand: Strand,
    entries: list[Entry],
    at: Callable[[Event], float],
    share: Callable[[float], str],
) -> str:
    mine = [entry for entry in entries if entry.strand is strand][:_MARKERS]
    if not mine:
        return ""
    dots = "".join(
        f'<a class="dot{" bad" if entry.bad else ""}" href="#e{entry.event.sequence}" '
        f'style="left:{share(at(entry.event))}" '
        f'title="{clock(at(entry.event))} {text(entry.words.get("en", ""))}"></a>'
        for entry in mine
    )
    return (
        f'<div class="row {strand}"><span class="row-name">{both(TITLES[strand])}</span>'
        f'<div class="track">{dots}</div></div>'
    )


def _band(band: Band, share: Callable[[float], str]) -> str:
    states = list(dict.fromkeys(str(value) for _, _, value in band.pieces))
    pieces = "".join(
        f'<i class="{_look(value, states)}" style="left:{share(start)};'
        f'width:{share(max(0.0, end - start))}" title="{clock(start)} {_word(value)}">'
        f"{'' if isinstance(value, bool) else f'<span>{_state(value)}</span>'}</i>"
        for start, end, value in band.pieces
    )
    return (
        f'<div class="band"><span class="band-name">{both(band.title)}</span>'
        f'<div class="track">{pieces}</div></div>'
    )


def _look(value: bool | str, states: list[str]) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"s{states.index(value) % 6}"


def _state(value: str) -> str:
    return both(STATE_WORDS.get(value) or same(value))


def _word(value: bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else text(value.replace("_", " "))


def _chart(chart: Chart, physics: Physics, first: int) -> str:
    low, high = _limits(chart)
    paths = "".join(_path(line, n, physics.end_s, low, high) for n, line in enumerate(chart.lines))
    keys = "".join(
        f'<span class="key l{n}">{both(line.title)} <output data-line="{first + n}">'
        f"{number(line.values[-1])}</output></span>"
        for n, line in enumerate(chart.lines)
    )
    grid = "".join(f'<path class="grid" d="M0 {y}H1000"/>' for y in (0, 50, 100))
    return (
        f'<figure class="chart"><figcaption><b>{both(chart.title)}</b> '
        f"<small>{text(chart.unit)}</small>{keys}</figcaption>"
        f'<div class="plot"><span class="high">{number(high)}</span>'
        f'<span class="low">{number(low)}</span>'
        f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(chart.title["en"])}">{grid}{paths}</svg></div></figure>'
    )


def _limits(chart: Chart) -> tuple[float, float]:
    """Round limits around all values; from zero unless the values stay far from it."""
    low = min(min(line.values) for line in chart.lines)
    high = max(max(line.values) for line in chart.lines)
    if 0 <= low < 0.6 * high or low == high:
        low = min(low, 0.0)
    step = 10 ** math.floor(math.log10(max(high - low, 1e-3))) / 2
    return math.floor(low / step) * step, math.ceil(high / step + 0.05) * step


def _path(line: Line, index: int, end_s: float, low: float, high: float) -> str:
    spots = " ".join(
        f"{1000 * time / end_s:.1f},{100 * (high - value) / (high - low):.1f}"
        for time, value in zip(line.times, line.values, strict=True)
    )
    return f'<polyline class="line l{index}" points="{spots}"/>'


def _axis(end_s: float, share: Callable[[float], str]) -> str:
    step = next((step for step in _STEPS if end_s / step <= _TICKS), _STEPS[-1])
    ticks = "".join(
        f'<span style="left:{share(time)}">{clock(time)}</span>'
        for time in range(0, math.floor(end_s) + 1, step)
        if time <= 0.97 * end_s
    )
    title = say("exercise clock", "演练时钟")
    return f'<div class="axis"><div class="track">{ticks}</div><small>{title}</small></div>'
