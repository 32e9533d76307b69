"""Commands of whoever solves tasks: tasks, hint, submit."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from bachang.cli._arguments import Language, Name, OptionalTask, TaskName, Tongue, spoken
from bachang.cli._console import console, refuse, say
from bachang.engine import LocalEngine, Record
from bachang.exercise import Outcome, Standing, is_open, standings, take_hint
from bachang.exercise import submit as submit_answer
from bachang.plan import AnswerKind, Plan, Task

app = typer.Typer()

_PANEL_COLUMNS = 88
_HEADINGS = {
    "en": ("level", "task", "title", "points", "hints", "state"),
    "zh": ("级别", "任务", "题目", "分值", "提示", "状态"),
}
_STATES = {
    "solved": {"en": "solved", "zh": "已完成"},
    "open": {"en": "open", "zh": "可答"},
    "after": {"en": "after {}", "zh": "先做 {}"},
    "used up": {"en": "no attempts left", "zh": "次数用完"},
}
_OUTCOMES = {
    Outcome.SOLVED: ("green", {"en": "solved", "zh": "答对"}),
    Outcome.WRONG: ("red", {"en": "wrong", "zh": "答错"}),
    Outcome.REFUSED: ("yellow", {"en": "refused", "zh": "未受理"}),
}


@app.command()
def tasks(name: Name, task: OptionalTask = None, language: Language = Tongue.EN) -> None:
    """Show what there is to solve, or one task's text."""
    record = LocalEngine().record_of(name)
    if task is None:
        console.print(_tasks_table(record, language))
        return
    chosen = next((one for one in record.plan.exercise.tasks if one.name == task), None)
    if chosen is None:
        known = ", ".join(one.name for one in record.plan.exercise.tasks) or "none"
        refuse(f"no task {escape(task)!r} in {record.plan.scenario}", f"its tasks: {known}")
    console.print(_task_panel(name, chosen, language))


def _tasks_table(record: Record, language: str) -> Table:
    now = standings(record.plan, record.events)
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if number in (0, 3, 4) else "left")
    for task in record.plan.exercise.tasks:
        table.add_row(
            str(task.level),
            f"[bold]{task.name}[/]",
            escape(spoken(task.title, language)),
            str(task.points),
            f"{len(now[task.name].hints)}/{len(task.hints)}",
            _state(task, now, language),
        )
    return table


def _state(task: Task, now: dict[str, Standing], language: str) -> str:
    """What can be done about a task."""
    if now[task.name].solved:
        return f"[green]{_STATES['solved'][language]}[/]"
    if is_open(task, now):
        return _STATES["open"][language]
    closed = [name for name in task.requires if not now[name].solved]
    words = _STATES["after" if closed else "used up"][language]
    return f"[dim]{words.format(', '.join(closed))}[/]"


def _task_panel(name: str, task: Task, language: str) -> Panel:
    how = f"bachang submit {name} {task.name}"
    if task.answer.kind is not AnswerKind.CONDITION:
        how += " ANSWER"
    parts = Group(Markdown(spoken(task.text, language)), "", f"[dim]{how}[/]")
    worth = {"en": f"{task.points} points", "zh": f"{task.points} 分"}[language]
    title = f"{escape(spoken(task.title, language))} · {worth}"
    width = min(console.width, _PANEL_COLUMNS)
    return Panel(parts, title=title, title_align="left", width=width)


@app.command()
def hint(name: Name, task: TaskName, language: Language = Tongue.EN) -> None:
    """Take the next hint of a task; it costs points."""
    engine = LocalEngine()
    live = engine.attach(name)
    with engine.store() as store:
        taken = take_hint(live.sandbox, store, live.plan, task, actor=first_blue(live.plan))
    number, of, penalty = taken.number, taken.of, taken.hint.penalty
    head = {
        "en": f"[yellow]hint {number} of {of}[/], −{penalty} points",
        "zh": f"[yellow]提示 {number}/{of}[/]，−{penalty} 分",
    }
    say(head[language])
    console.print(Markdown(spoken(taken.hint.text, language)))


@app.command()
def submit(
    name: Name,
    task: TaskName,
    answer: Annotated[str, typer.Argument(help="The answer; none where the world is it.")] = "",
    language: Language = Tongue.EN,
) -> None:
    """Answer a task; told once it is safely recorded."""
    engine = LocalEngine()
    live = engine.attach(name)
    with engine.store() as store:
        actor = first_blue(live.plan)
        verdict = submit_answer(live.sandbox, store, live.plan, task, answer, actor=actor)
    colour, outcome = _OUTCOMES[verdict.outcome]
    say(f"[bold {colour}]{outcome[language]}[/]: {escape(spoken(verdict.reason, language))}")
    raise typer.Exit(0 if verdict.correct else 1)


def first_blue(plan: Plan) -> str:
    """The actor for whom a person at the command line acts."""
    people = [actor for actor in plan.exercise.actors if actor.role == "blue" and not actor.actions]
    return f"blue/{people[0].name}" if people else "blue"
