"""What an operator screen shows: a description, from which one page is made for any device.

The diagram is SVG. Its elements bind to points by attributes: ``data-value="point"`` shows
a value, ``data-live="point>50"`` marks a conductor as live, ``data-on="point"`` a switch as
closed. Texts in it carry both languages: ``data-en="…" data-zh="…"``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

Text = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points under one heading."""

    title: Text
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One chart: points that share a scale."""

    title: Text
    unit: str
    points: tuple[str, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenDescription:
    """One device's screen."""

    model: str
    """The device's own name, the same in every language."""
    diagram: str
    headline: tuple[str, ...]
    """Points shown as pills in the head: mode, state."""
    values: tuple[Group, ...]
    trends: tuple[Trend, ...]
    buttons: tuple[str, ...] = ()
    dangerous: frozenset[str] = frozenset()
    """Buttons that ask before they act."""
    pressed: dict[str, str] = field(default_factory=dict)
    """Button to the flag that shows it as pressed."""
    alarms: tuple[str, ...] = ()
    """Flags that stop or trip something."""
    warnings: tuple[str, ...] = ()
    settings: tuple[Group, ...] = ()


def text(x: float, y: float, en: str, zh: str, kind: str = "label", anchor: str = "middle") -> str:
    """A text of the diagram in both languages."""
    place = f'x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}"'
    return f'<text {place} data-en="{en}" data-zh="{zh}"></text>'


def value(x: float, y: float, point: str, anchor: str = "middle", kind: str = "reading") -> str:
    """A live value of the diagram."""
    place = f'x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}"'
    return f'<text {place} data-value="{point}"></text>'


def live(condition: str) -> str:
    """The attribute of what is live while a condition holds.

    Args:
        condition: points, ``point>number``, joined by ``&`` and, weaker, by ``|``.
    """
    return f'data-live="{escape(condition)}"'


def wire(path: str, condition: str) -> str:
    """A conductor along an SVG path."""
    return f'<path class="wire" d="{path}" {live(condition)}/>'


def load(x: float, y: float, condition: str) -> str:
    """An arrow to the consumers, its upper edge's middle at (x, y)."""
    return f'<path class="load" d="M{x - 20:g} {y:g}h40l-20 26z" {live(condition)}/>'


def breaker(x: float, y: float, closed: str) -> str:
    """A circuit breaker, centre at (x, y), on a vertical conductor."""
    return (
        f'<g class="breaker" data-on="{closed}" transform="translate({x:g} {y:g})">'
        '<rect x="-14" y="-14" width="28" height="28" rx="5"/>'
        '<path class="blade" d="M0 11V-11"/></g>'
    )


def source(x: float, y: float, symbol: str, condition: str) -> str:
    """A round source symbol with a letter."""
    return (
        f'<g class="source" {live(condition)} transform="translate({x:g} {y:g})">'
        f'<circle r="30"/><text y="9" text-anchor="middle">{symbol}</text></g>'
    )
