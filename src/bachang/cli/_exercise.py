"""Commands of an exercise: tasks, hint, submit, score, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console, Group
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from bachang.cli._arguments import Json, Language, Name
from bachang.engine import LocalEngine, Record
from bachang.exercise import Outcome, Score, TaskScore, is_open, standings, take_hint
from bachang.exercise import score as score_of
from bachang.exercise import submit as submit_answer
from bachang.exercise.report import render
from bachang.plan import Plan, Task, Text

app = typer.Typer()
console = Console(highlight=False)


@app.command()
def tasks(
    name: Name,
    task: Annotated[str | None, typer.Argument(help="One task, with its text.")] = None,
    language: Language = "en",
) -> None:
    """Show what there is to solve, or one task's text."""
    record = LocalEngine().record_of(name)
    if task is None:
        console.print(_tasks_table(record, language))
        return
    chosen = next((one for one in record.plan.exercise.tasks if one.name == task), None)
    if chosen is None:
        known = ", ".join(one.name for one in record.plan.exercise.tasks)
        console.print(f"[red]error[/]: no task {escape(task)!r}; there are: {known}")
        raise typer.Exit(1)
    console.print(_task_panel(name, chosen, language))


def _tasks_table(record: Record, language: str) -> Table:
    now = standings(record.plan, record.events)
    table = Table("level", "task", "title", "points", "hints", "state", box=None)
    for task in record.plan.exercise.tasks:
        standing = now[task.name]
        state = "[green]solved[/]" if standing.solved else "open"
        if not standing.solved and not is_open(task, now):
            state = f"[dim]after {', '.join(task.requires)}[/]"
        table.add_row(
            str(task.level),
            f"[bold]{task.name}[/]",
            escape(spoken(task.title, language)),
            str(task.points),
            f"{len(standing.hints)}/{len(task.hints)}",
            state,
        )
    return table


def _task_panel(name: str, task: Task, language: str) -> Panel:
    how = f"bachang submit {name} {task.name}"
    if task.answer.condition is None:
        how += " ANSWER"
    parts = Group(Markdown(spoken(task.text, language)), "", f"[dim]{how}[/]")
    title = f"{escape(spoken(task.title, language))} · {task.points} points"
    return Panel(parts, title=title, title_align="left")


def spoken(text: Text, language: str) -> str:
    """A text in a language, else in English."""
    return text.get(language) or text.get("en", "")


@app.command()
def hint(
    name: Name,
    task: Annotated[str, typer.Argument(help="Task to be helped with.")],
    language: Language = "en",
) -> None:
    """Take the next hint of a task; it costs what `tasks` says."""
    engine = LocalEngine()
    live = engine.attach(name)
    with engine.store() as store:
        taken = take_hint(live.sandbox, store, live.plan, task, actor=first_blue(live.plan))
    console.print(
        f"[yellow]hint {taken.number} of {taken.of}[/], −{taken.hint.penalty} points\n"
        f"{escape(spoken(taken.hint.text, language))}"
    )


@app.command()
def submit(
    name: Name,
    task: Annotated[str, typer.Argument(help="Task that is answered.")],
    answer: Annotated[str, typer.Argument(help="The answer; none where the world is it.")] = "",
    language: Language = "en",
) -> None:
    """Answer a task; told once it is safely recorded."""
    engine = LocalEngine()
    live = engine.attach(name)
    with engine.store() as store:
        actor = first_blue(live.plan)
        verdict = submit_answer(live.sandbox, store, live.plan, task, answer, actor=actor)
    colour = {Outcome.SOLVED: "green", Outcome.WRONG: "red", Outcome.REFUSED: "yellow"}
    console.print(
        f"[bold {colour[verdict.outcome]}]{verdict.outcome}[/] "
        f"{escape(spoken(verdict.reason, language))}"
    )
    raise typer.Exit(0 if verdict.correct else 1)


def first_blue(plan: Plan) -> str:
    """The actor for whom a person at the command line acts."""
    people = [actor for actor in plan.exercise.actors if actor.role == "blue" and not actor.actions]
    return f"blue/{people[0].name}" if people else "blue"


@app.command()
def score(
    name: Name,
    rescore: Annotated[
        bool,
        typer.Option("--rescore", help="Score it again, in another order, and compare."),
    ] = False,
    json: Json = False,
    language: Language = "en",
) -> None:
    """Compute the score from the journal."""
    record = LocalEngine().record_of(name)
    result = score_of(record.plan, record.events)
    if rescore and score_of(record.plan, reversed(record.events)) != result:
        console.print("[bold red]error[/]: scoring the same journal again gave another result")
        raise typer.Exit(70)
    if json:
        print(msgspec.json.encode(result).decode())
        return
    print_score(result, record.plan, language)
    if rescore:
        console.print(f"[green]same result[/] from {len(record.events)} events scored again")


def print_score(result: Score, plan: Plan, language: str) -> None:
    """The score as a table, the goals, and what it cost the world."""
    titles = {task.name: spoken(task.title, language) for task in plan.exercise.tasks}
    table = Table("", "task", "points", "of", "attempts", "hints", box=None)
    for task in result.tasks:
        table.add_row(*_score_row(task, titles))
    table.add_row("", "[bold]total[/]", f"[bold]{result.points}[/]", str(result.max_points))
    console.print(table)
    for goal, met in result.goals.items():
        console.print(f"{'[green]✓[/]' if met else '[dim]·[/]'} goal {goal}")
    for ledger, value in result.consequences.items():
        console.print(f"  {ledger} [bold]{value:.2f}[/]")
    for fault in result.faults:
        console.print(f"[yellow]platform[/] {fault.subject}: {fault.data.get('reason', '')}")


def _score_row(task: TaskScore, titles: dict[str, str]) -> tuple[str, ...]:
    return (
        "[green]✓[/]" if task.solved else "[dim]·[/]",
        escape(titles[task.name]),
        str(task.points),
        str(task.max_points),
        str(task.standing.attempts),
        str(len(task.standing.hints)),
    )


@app.command()
def report(
    name: Name,
    output: Annotated[Path | None, typer.Option(help="File; else NAME-report.html here.")] = None,
    language: Language = "en",
) -> None:
    """Write the after-action report: one self-contained page, English and Chinese."""
    path = output or Path(f"{name}-report.html")
    record = LocalEngine().record_of(name)
    path.write_text(render(record.plan, record.events, language=language), encoding="utf-8")
    console.print(f"[bold green]report[/] {path} ({path.stat().st_size / 1024:.0f} KiB)")
