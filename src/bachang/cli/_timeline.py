"""The journal as a timeline in the terminal, with the physics of each moment beside it.

A stranger is to understand it while it runs past: what changes together stands in one line,
what somebody does again and again is told once, and an attack that fails is *blocked*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from bachang.cli._arguments import spoken
from bachang.cli._gauges import HEADINGS, WIDTHS, Gauges
from bachang.exercise.report import Entry, Names, Strand, story
from bachang.journal import Event
from bachang.plan import Plan

_STRANDS: dict[Strand, tuple[str, dict[str, str]]] = {
    Strand.CONTROL: ("magenta", {"en": "story", "zh": "剧情"}),
    Strand.ATTACK: ("bold red", {"en": "attack", "zh": "攻击"}),
    Strand.DEFENCE: ("bold blue", {"en": "defence", "zh": "防守"}),
    Strand.ANSWER: ("cyan", {"en": "answer", "zh": "答题"}),
    Strand.COMMAND: ("white", {"en": "command", "zh": "指令"}),
    Strand.ALARM: ("yellow", {"en": "alarm", "zh": "告警"}),
    Strand.WORLD: ("green", {"en": "world", "zh": "现场"}),
    Strand.PLATFORM: ("bold yellow", {"en": "platform", "zh": "平台"}),
}
_SIDES = {"red": Strand.ATTACK, "blue": Strand.DEFENCE}
"""Whose actions are told from their beginning on; what green actors do is routine."""
_TIME = {"en": "time", "zh": "时刻"}
_BLOCKED = {"en": "blocked", "zh": "被挡住"}
_FAILED = {"en": "failed", "zh": "失败"}
_WORKS_AGAIN = {"en": "works again", "zh": "恢复正常"}
_FROM = {"en": "from {}", "zh": "来自 {}"}
_TOGETHER_S = 0.05
"""Changes of one field system within this time are one happening."""
_SAME_S = 1.0
"""An inject that only says what its point has just shown says nothing new."""
_TIME_COLUMNS = 6
_STRAND_COLUMNS = 8
_UNTOLD = ("clock.advanced",)
"""The times of the lines show it."""
_DETAIL = 160
"""Characters of a program's last line that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the timeline."""

    time_s: float
    strand: Strand
    words: str
    """Markup."""
    gauges: tuple[str, ...]
    """As `Gauges.cells`, right after it happened."""


class Timeline:
    """Turns a journal into lines. Feed it the events in order, in pieces of any size."""

    def __init__(self, plan: Plan, *, language: str = "en") -> None:
        self.gauges = Gauges(plan)
        self._names = Names(plan)
        self._language = language
        self._group: list[Entry] = []
        self._shown: dict[str, Event] = {}
        """Points to their last change that was told."""
        self._begun: set[str] = set()
        """Actions whose beginning was told."""
        self._routines: dict[str, bool] = {}
        """Actions of green actors, and whether they went well the last time."""

    def header(self) -> RenderableType:
        """What stands over the lines."""
        words = (_TIME[self._language], *HEADINGS[self._language], "", "")
        return _row(*(f"[dim]{word}[/]" for word in words))

    def render(self, line: Line) -> RenderableType:
        """A line as it is printed: words that do not fit go on below themselves."""
        colour, title = _STRANDS[line.strand]
        strand = f"[{colour}]{title[self._language]}[/]"
        return _row(f"{line.time_s:.1f}", *line.gauges, strand, line.words)

    def lines(self, events: Iterable[Event]) -> list[Line]:
        """A line for each thing that is worth telling."""
        told: list[Line | None] = []
        for event in events:
            entries = [] if event.kind in _UNTOLD else story([event], self._names)
            if self._group and not (entries and _together(self._group[-1], entries[0])):
                told.append(self._change())
            self.gauges.take(event)
            if event.kind == "action.started" and _side(event) in _SIDES:
                told.append(self._start(event))
            for entry in entries:
                if event.kind == "point.changed":
                    self._shown[event.subject] = event
                    self._group.append(entry)
                else:
                    told.append(self._line(entry))
        if self._group:
            told.append(self._change())
        return [line for line in told if line]

    def _start(self, event: Event) -> Line:
        """What somebody sets out to do, before the world shows what came of it."""
        self._begun.add(event.subject)
        words = spoken(self._names.action(event.subject), self._language)
        return self._told(event, _SIDES[_side(event)], escape(words))

    def _line(self, entry: Entry) -> Line | None:
        event = entry.event
        words = escape(spoken(entry.words, self._language).removeprefix(f"{event.subject}: "))
        if event.kind == "inject.applied" and self._is_seen(event):
            return None
        if event.kind == "action.ran":
            outcome = self._outcome(entry)
            if outcome is None:
                return None
            words = f"└{outcome}" if event.subject in self._begun else words + outcome
            self._begun.discard(event.subject)
        elif event.kind.startswith("command.") and entry.detail:
            source = escape(spoken(entry.detail, self._language))
            words += f" [dim]{_FROM[self._language].format(source)}[/]"
        else:
            words += self._said(entry)
        return self._told(event, entry.strand, words)

    def _told(self, event: Event, strand: Strand, words: str) -> Line:
        time_s, gauges = event.sandbox_time_s, self.gauges.cells()
        return Line(time_s=time_s, strand=strand, words=words, gauges=gauges)

    def _is_seen(self, event: Event) -> bool:
        """Whether the point that an inject has set was just told by the world itself."""
        shown = self._shown.get(str(event.data.get("point")))
        return (
            shown is not None
            and shown.data.get("value") == event.data.get("value")
            and event.sandbox_time_s - shown.sandbox_time_s <= _SAME_S
        )

    def _outcome(self, entry: Entry) -> str | None:
        """How an action went; ``None`` if a routine went as it did before."""
        well = not entry.bad
        said = self._said(entry)
        if entry.strand in _SIDES.values():
            failed = _BLOCKED if entry.strand is Strand.ATTACK else _FAILED
            return f" {'✓' if well else f'[bold]{failed[self._language]}[/]'}{said}"
        before = self._routines.get(entry.event.subject)
        self._routines[entry.event.subject] = well
        if before is well:
            return None
        if not well:
            return f" [bold]{_FAILED[self._language]}[/]{said}"
        return said if before is None else f" [green]{_WORKS_AGAIN[self._language]}[/]{said}"

    def _said(self, entry: Entry) -> str:
        """The last line of what a program said, or why it happened."""
        if entry.detail is None:
            return ""
        return f" [dim]{escape(_last_line(spoken(entry.detail, self._language)))}[/]"

    def _change(self) -> Line:
        """What has changed together, under the name of its field system."""
        group, self._group = self._group, []
        system, changes = "", list[tuple[str, list[str]]]()
        for entry in group:
            of, title, value = _parts(spoken(entry.words, self._language), entry.event)
            system = of or system
            if changes and changes[-1][0] == title:
                changes[-1][1].append(value)
            else:
                changes.append((title, [value]))
        told = "; ".join(" → ".join((title, *values)) for title, values in changes)
        words = f"[bold]{escape(system)}[/] {escape(told)}" if system else escape(told)
        return self._told(group[-1].event, Strand.WORLD, words)


def _side(event: Event) -> str:
    return event.actor.partition("/")[0]


def _together(last: Entry, entry: Entry) -> bool:
    before, event = last.event, entry.event
    return (
        event.kind == "point.changed"
        and event.subject.partition(".")[0] == before.subject.partition(".")[0]
        and event.sandbox_time_s - before.sandbox_time_s <= _TOGETHER_S
    )


def _parts(words: str, event: Event) -> tuple[str, str, str]:
    """Field system, point and value of the words ``system · point → value``."""
    name, _, value = words.rpartition(" → ")
    system, dot, point = name.partition(" · ")
    given = event.data.get("value")
    if isinstance(given, bool):
        value = "✓" if given else "✗"
    value = value.replace("_", " ")
    return (system, point, value) if dot else ("", name, value)


def _last_line(text: str) -> str:
    """How a program ended stands in the last line that it wrote."""
    line = text.strip().splitlines()[-1].strip()
    return line if len(line) <= _DETAIL else f"{line[:_DETAIL]}…"


def _row(*cells: str) -> Table:
    """Time, gauges, strand and words; only the words are ever broken."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=_TIME_COLUMNS, justify="right", no_wrap=True)
    for width in WIDTHS:
        table.add_column(width=width, justify="right", no_wrap=True)
    table.add_column(width=_STRAND_COLUMNS, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(*cells)
    return table
