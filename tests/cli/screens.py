"""The screens of the command, drawn from a recorded journal, and how their golden files are made.

``python -m tests.cli.screens`` writes them again: a changed screen is a visible decision.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console, RenderableType

from bachang.cli import _author, _clock, _exercise, _machine, _sandbox, _score
from bachang.cli._timeline import Timeline
from bachang.engine import Record
from bachang.exercise import score
from bachang.fabric import HostStatus, SandboxStatus
from bachang.fabric.doctor import Finding, Need
from bachang.twins import TYPES, PointValue
from tests.exercise.recorded import PLAN, recorded

GOLDEN = Path(__file__).parent / "golden"
_EVENTS = recorded()
_RECORD = Record(id="hall-1", plan=PLAN, events=_EVENTS)
_STATUS = SandboxStatus(
    id="hall-1",
    name="hall",
    epoch=1,
    state="running",
    sandbox_time_s=61.25,
    uptime_s=90.0,
    agent_pid=7,
    hosts=(
        HostStatus(name="desk", generation=0, address="10.0.0.5", processes=1, memory_kib=512),
        HostStatus(
            name="board",
            generation=2,
            address="10.0.0.6",
            processes=3,
            memory_kib=24 * 1024,
            services={"pages": "up", "board": "failed: no such file"},
        ),
    ),
)
_FINDINGS = [
    Finding(
        capability=name,
        need=need,
        present=present,
        title={"en": f"The {name}", "zh": f"能力 {name}"},
        cost={"en": "nothing works", "zh": "都不行"},
        remedy={"en": f"install {name}", "zh": f"安装 {name}"},
        detail=detail,
    )
    for name, need, present, detail in (
        ("first", Need.REQUIRED, True, "42"),
        ("second", Need.REQUIRED, False, "no program `second`"),
        ("third", Need.DEGRADED, False, ""),
    )
]


def timeline(language: str) -> Iterable[RenderableType]:
    """The whole journal as a timeline."""
    told = Timeline(PLAN, language=language)
    yield told.header()
    for line in told.lines(_EVENTS):
        yield told.render(line)


def points() -> Iterable[RenderableType]:
    """A few points of each type of value."""
    known = {f"grid.{point.name}": point for point in TYPES["grid"].points}
    values: dict[str, PointValue] = {
        "grid.available": True,
        "grid.frequency_hz": 49.984,
        "grid.unheard_of": "[text]",
    }
    yield _clock._table(values, known, "en")


SCREENS: dict[str, tuple[int, Callable[[], Iterable[RenderableType]]]] = {
    "timeline-en-80": (80, lambda: timeline("en")),
    "timeline-en-120": (120, lambda: timeline("en")),
    "timeline-zh-80": (80, lambda: timeline("zh")),
    "tasks-en": (80, lambda: [_exercise._tasks_table(_RECORD, "en")]),
    "tasks-zh": (80, lambda: [_exercise._tasks_table(_RECORD, "zh")]),
    "score-en": (80, lambda: [_score._table(score(PLAN, _EVENTS), PLAN, "en")]),
    "score-zh": (80, lambda: [_score._table(score(PLAN, _EVENTS), PLAN, "zh")]),
    "plan-en": (80, lambda: [_author.plan_tree(PLAN, "en")]),
    "plan-zh": (80, lambda: [_author.plan_tree(PLAN, "zh")]),
    "hosts": (80, lambda: [_sandbox._hosts_table(_STATUS)]),
    "sandboxes": (80, lambda: [_sandbox._sandboxes_table([_STATUS])]),
    "points": (80, points),
    "doctor-en": (80, lambda: [_machine._table(_FINDINGS, "en")]),
    "doctor-zh": (80, lambda: [_machine._table(_FINDINGS, "zh")]),
}
"""Name to width in columns and what is drawn."""


def drawn(name: str) -> str:
    """A screen as plain text."""
    width, parts = SCREENS[name]
    console = Console(width=width, file=io.StringIO(), force_terminal=False, highlight=False)
    for part in parts():
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


if __name__ == "__main__":
    for screen in SCREENS:
        (GOLDEN / f"{screen}.txt").write_text(drawn(screen), encoding="utf-8")
