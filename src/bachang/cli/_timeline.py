"""The journal as a timeline in the terminal, with the physics of each moment beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.markup import escape

from bachang.exercise.report import Entry, Names, Strand, story
from bachang.journal import Event
from bachang.plan import Plan

_COLOURS = {
    Strand.CONTROL: "magenta",
    Strand.ATTACK: "bold red",
    Strand.DEFENCE: "bold blue",
    Strand.ANSWER: "cyan",
    Strand.ALARM: "yellow",
    Strand.WORLD: "green",
    Strand.COMMAND: "white",
    Strand.PLATFORM: "bold yellow",
}

_DETAIL = 60
"""Characters of a program's output that are shown beside its line."""


class Gauges:
    """The few quantities that tell how a power supply is doing, read from points."""

    HEADER = "mains  rpm     Hz     kW   kWh lost"

    def __init__(self, plan: Plan) -> None:
        systems = {system.type: system.name for system in reversed(plan.world.field_systems)}
        self._mains = f"{systems.get('grid', '')}.available"
        self._cells = (
            (f"{systems.get('genset', '')}.speed_rpm", 5, 0),
            (f"{systems.get('feeder', '')}.frequency_hz", 5, 2),
            (f"{systems.get('feeder', '')}.power_kw", 5, 1),
            (f"{systems.get('feeder', '')}.not_supplied_kwh", 7, 2),
        )

    def line(self, points: Mapping[str, object]) -> str:
        """One line under `HEADER`; a quantity that is not there stays empty."""
        cells = [_cell(points.get(point), width, digits) for point, width, digits in self._cells]
        return "  ".join((_switch(points.get(self._mains)), *cells))


def _switch(value: object) -> str:
    if not isinstance(value, bool):
        return " " * 4
    return "[green]on  [/]" if value else "[bold red]OFF [/]"


def _cell(value: object, width: int, digits: int) -> str:
    known = isinstance(value, int | float)
    return f"{value:{width}.{digits}f}" if known else " " * width


class Timeline:
    """Turns events into lines, in the order of the journal. Keeps the last sample."""

    def __init__(self, plan: Plan, *, language: str = "en") -> None:
        self.gauges = Gauges(plan)
        self._names = Names(plan)
        self._language = language
        self._points: dict[str, object] = {}
        self._last: dict[tuple[str, str], str] = {}

    def lines(self, events: Iterable[Event]) -> Iterator[str]:
        """Rich markup, a line for each event that tells something."""
        for event in events:
            if event.kind == "points.sampled":
                self._points = event.data
            elif not (event.kind == "command.applied" and event.actor.startswith("white")):
                for entry in story([event], self._names):
                    if self._is_news(entry):
                        yield self._line(entry)

    def _is_news(self, entry: Entry) -> bool:
        """A routine that runs again and says the same is not."""
        key = (entry.event.kind, entry.event.subject)
        if entry.event.kind == "action.ran" and self._last.get(key) == entry.detail:
            return False
        self._last[key] = entry.detail
        return True

    def _line(self, entry: Entry) -> str:
        words = entry.words.get(self._language) or entry.words["en"]
        colour = _COLOURS[entry.strand]
        detail = " ".join(entry.detail.split())
        detail = detail[:_DETAIL] + "…" if len(detail) > _DETAIL else detail
        said = f"  [dim]{escape(detail)}[/]" if detail else ""
        return (
            f"{entry.event.sandbox_time_s:7.1f} s  {self.gauges.line(self._points)}  "
            f"[{colour}]{entry.strand:8}[/]{escape(words)}{said}"
        )
