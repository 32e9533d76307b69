"""The journal as a timeline in the terminal, with the physics of each moment beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    Strand.PLATFORM: "bold yellow",
}

_DETAIL = 60
"""Characters of a program's output that are shown beside its line."""


class Gauges:
    """The few quantities that tell how a power supply is doing, read from points."""

    HEADER = "mains    genset   frequency      load  not supplied"

    def __init__(self, plan: Plan) -> None:
        systems = {system.type: system.name for system in reversed(plan.world.field_systems)}
        self._mains = f"{systems.get('grid', '')}.available"
        self._speed = f"{systems.get('genset', '')}.speed_rpm"
        self._frequency = f"{systems.get('feeder', '')}.frequency_hz"
        self._load = f"{systems.get('feeder', '')}.power_kw"
        self._lost = f"{systems.get('feeder', '')}.not_supplied_kwh"

    def line(self, points: dict[str, object]) -> str:
        """One line under `HEADER`; a quantity that is not there stays empty."""
        mains = points.get(self._mains)
        state = "[green]● on [/]" if mains else "[red]○ off[/]"
        return "  ".join(
            (
                state if mains is not None else "     ",
                _number(points.get(self._speed), "6.0f", " rpm"),
                _number(points.get(self._frequency), "6.2f", " Hz"),
                _number(points.get(self._load), "6.1f", " kW"),
                _number(points.get(self._lost), "7.2f", " kWh"),
            )
        )


def _number(value: object, form: str, unit: str) -> str:
    known = isinstance(value, int | float)
    return f"{value:{form}}{unit}" if known else " " * (int(form.split(".")[0]) + len(unit))


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
