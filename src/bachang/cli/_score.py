"""Commands of whoever looks back: score, report. Both need plan and journal only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from bachang.cli._arguments import Json, Language, Name, Tongue, spoken
from bachang.cli._console import busy, console, explain, say
from bachang.cli._faults import OWN_FAULT
from bachang.engine import LocalEngine
from bachang.exercise import Score, TaskScore
from bachang.exercise import score as score_of
from bachang.exercise.report import Names, render, to_pdf
from bachang.plan import Plan
from bachang.twins import TYPES

app = typer.Typer()

_HEADINGS = {
    "en": ("", "task", "points", "of", "attempts", "hints"),
    "zh": ("", "任务", "得分", "满分", "次数", "提示"),
}
_TOTAL = {"en": "total", "zh": "合计"}
_GOAL = {"en": "goal", "zh": "目标"}
_FAULT = {"en": "fault of the platform", "zh": "平台故障"}


@app.command()
def score(
    name: Name,
    rescore: Annotated[
        bool,
        typer.Option("--rescore", help="Score it again, in another order, and compare."),
    ] = False,
    json: Json = False,
    language: Language = Tongue.EN,
) -> None:
    """Compute the score from the journal."""
    record = LocalEngine().record_of(name)
    result = score_of(record.plan, record.events)
    if rescore and score_of(record.plan, reversed(record.events)) != result:
        explain("error in Bachang itself", "the same journal scored again gave another result")
        raise typer.Exit(OWN_FAULT)
    if json:
        print(msgspec.json.encode(result).decode())
        return
    print_score(result, record.plan, language)
    if rescore:
        say(f"[green]same result[/] from {len(record.events)} events scored again")


def print_score(result: Score, plan: Plan, language: str) -> None:
    """The score as a table, the goals, and what it cost the world."""
    console.print(_table(result, plan, language))
    console.print()
    titles = {goal.name: goal.title for goal in plan.exercise.goals}
    objectives = {one.name: one.title for one in plan.exercise.objectives}
    for name, met in result.goals.items():
        say(f"{_mark(met)} {_GOAL[language]}: {escape(spoken(titles[name], language) or name)}")
    for name, met in result.objectives.items():
        say(f"  {_mark(met)} {escape(spoken(objectives[name], language) or name)}")
    console.print(_consequences(result, plan, language))
    for fault in result.faults:
        reason = escape(str(fault.data.get("reason", "")))
        say(f"[yellow]{_FAULT[language]}[/] {escape(fault.subject)}: {reason}")


def _table(result: Score, plan: Plan, language: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if number > 1 else "left")
    titles = {task.name: spoken(task.title, language) for task in plan.exercise.tasks}
    for task in result.tasks:
        table.add_row(*_task_row(task, titles[task.name]))
    for row in _measured_rows(result, plan, language):
        table.add_row(*row)
    total = f"[bold]{_TOTAL[language]}[/]"
    table.add_row("", total, f"[bold]{result.points}[/]", str(result.max_points))
    return table


def _task_row(task: TaskScore, title: str) -> tuple[str, ...]:
    attempts, hints = task.standing.attempts, len(task.standing.hints)
    return (
        _mark(task.solved),
        escape(title),
        str(task.points),
        str(task.max_points),
        str(attempts or ""),
        str(hints or ""),
    )


def _measured_rows(result: Score, plan: Plan, language: str) -> list[tuple[str, ...]]:
    """What the world itself earned: metrics over conditions."""
    names = Names(plan)
    points = {metric.name: metric for metric in result.metrics}
    return [
        (
            _mark(points[metric.name].points > 0),
            escape(spoken(names.condition(metric.condition), language)),
            str(points[metric.name].points),
            str(metric.max_score),
        )
        for metric in plan.exercise.metrics
        if metric.condition
    ]


def _consequences(result: Score, plan: Plan, language: str) -> Table:
    names = Names(plan)
    types = {system.name: system.type for system in plan.world.field_systems}
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for ledger, value in result.consequences.items():
        system, _, short = ledger.partition(".")
        units = {point.name: point.unit for point in TYPES[types[system]].points}
        table.add_row(
            escape(spoken(names.point(ledger), language)), f"[bold]{value:.2f}[/]", units[short]
        )
    return table


def _mark(done: bool) -> str:
    return "[green]✓[/]" if done else "[dim]·[/]"


@app.command()
def report(
    name: Name,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File, .html or .pdf; else NAME-report.html here."),
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="On paper: a PDF, printed by Chromium.")
    ] = False,
    language: Language = Tongue.EN,
) -> None:
    """Write the after-action report: one self-contained page, English and Chinese."""
    path = output or Path(f"{name}-report.{'pdf' if pdf else 'html'}")
    if pdf and path.suffix != ".pdf":
        raise typer.BadParameter(f"{path} is to be a PDF: let its name end with .pdf")
    with busy("writing the report …"):
        write_report(LocalEngine(), name, path, language)
    say(f"[bold green]report[/] {path} ({path.stat().st_size / 1024:.0f} KiB)")


def write_report(engine: LocalEngine, name: str, path: Path, language: str) -> None:
    """Render the report of a sandbox that runs or ran into a file; ``.pdf``: on paper."""
    record = engine.record_of(name)
    page = render(record.plan, record.events, language=language)
    path.write_bytes(to_pdf(page) if path.suffix == ".pdf" else page.encode())
