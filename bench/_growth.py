"""The growth curve of the fabric: hosts against milliseconds and megabytes, as a picture.

Made from the rows of ``results/fabric.json`` alone, so any kept result can be drawn again:
``python -m bench._growth results/fabric.json docs/developer/fabric.svg``.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path

_ROW = re.compile(r"(?P<series>up|up with a service|memory with a service), (?P<hosts>\d+) hosts")
_COLOURS = ("#1668dc", "#d4380d", "#389e0d", "#8c8c8c")
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 330, 230, 62, 40, 80
_STYLE = "font-family:'Noto Sans','Noto Sans CJK SC',sans-serif;font-size:12px;fill:#262626"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line of a chart: (hosts, figure) in order."""

    name: str
    points: tuple[tuple[float, float], ...]


def draw(result: dict[str, object]) -> str:
    """The SVG text of a kept result: total milliseconds on the left, megabytes on the right."""
    times, memory = _curves(result)
    width = 2 * _WIDTH + 2 * _LEFT + _GAP
    height = _TOP + _HEIGHT + 60
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="{_STYLE}">\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
    )
    right = _LEFT + _WIDTH + _GAP
    charts = [_chart(_LEFT, "up, ms · 启动，毫秒", times)]
    if memory:
        charts.append(_chart(right, "memory, MB · 内存，MB", memory))
    return head + "".join(charts) + "</svg>\n"


def _curves(result: dict[str, object]) -> tuple[list[Curve], list[Curve]]:
    found: dict[str, list[tuple[float, float]]] = {}
    rows = result["rows"]
    assert isinstance(rows, list)
    for row in rows:
        if not (match := _ROW.fullmatch(row["name"])):
            continue
        hosts = float(match["hosts"])
        total = row["value"] * (hosts if row["unit"] == "ms/host" else 1)
        found.setdefault(match["series"], []).append((hosts, total))
        if row["peer"] == "C limit" and row["ratio"]:
            found.setdefault("C limit", []).append((hosts, total / row["ratio"]))
    curves = [Curve(name=name, points=tuple(sorted(points))) for name, points in found.items()]
    memory = [one for one in curves if one.name.startswith("memory")]
    return [one for one in curves if one not in memory], memory


def _chart(left: float, title: str, curves: list[Curve]) -> str:
    across = _decades([x for one in curves for x, _ in one.points])
    up = _decades([y for one in curves for _, y in one.points])
    parts = [f'<text x="{left}" y="{_TOP - 16}" font-weight="bold">{title}</text>\n']
    for power in range(across[0], across[1] + 1):
        x = left + _WIDTH * _share(10.0**power, across)
        parts.append(_line(x, _TOP, x, _TOP + _HEIGHT))
        parts.append(_label(x, _TOP + _HEIGHT + 18, f"{10**power:,}", "middle"))
    for power in range(up[0], up[1] + 1):
        y = _TOP + _HEIGHT * (1 - _share(10.0**power, up))
        parts.append(_line(left, y, left + _WIDTH, y))
        parts.append(_label(left - 6, y + 4, f"{10**power:,}", "end"))
    parts.append(_label(left + _WIDTH / 2, _TOP + _HEIGHT + 38, "hosts · 主机数", "middle"))
    for place, (one, colour) in enumerate(zip(curves, _COLOURS, strict=False)):
        parts.append(_curve(left, one, colour, across, up))
        y = _TOP + 16 + 17 * place
        parts.append(f'<rect x="{left + 10}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(_label(left + 26, y, one.name, "start"))
    return "".join(parts)


def _curve(
    left: float, one: Curve, colour: str, across: tuple[int, int], up: tuple[int, int]
) -> str:
    places = [
        (left + _WIDTH * _share(x, across), _TOP + _HEIGHT * (1 - _share(y, up)))
        for x, y in one.points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}\n'


def _decades(figures: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(figures))), math.ceil(math.log10(max(figures)))
    return low, max(high, low + 1)


def _share(figure: float, decades: tuple[int, int]) -> float:
    return (math.log10(figure) - decades[0]) / (decades[1] - decades[0])


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#e8e8e8"/>'


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>\n'


def draw_growth(result: Path, picture: Path) -> None:
    """Draw a kept result into an SVG file."""
    picture.write_text(draw(json.loads(result.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    draw_growth(Path(sys.argv[1]), Path(sys.argv[2]))
