"""The whole line in one command: up, attack, defence, score, report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bachang.cli._arguments import Language
from bachang.cli._author import plan_tree
from bachang.cli._exercise import print_score
from bachang.cli._play import tell_story
from bachang.engine import Live, LocalEngine, load_plan
from bachang.exercise import score
from bachang.exercise.report import render

app = typer.Typer()
console = Console(highlight=False)

PACK = Path(__file__).resolve().parents[3] / "packs" / "blackout"
NAME = "blackout"
STORY = "demo"


@app.command()
def demo(
    pack: Annotated[Path, typer.Option(help="Folder of the pack.")] = PACK,
    report: Annotated[
        Path, typer.Option("--output", help="Where to write the after-action report.")
    ] = Path("blackout-report.html"),
    language: Language = "en",
) -> None:
    """Show what Bachang is: a pack comes to life, is attacked, defended, scored and reported."""
    engine = LocalEngine()
    if NAME in engine.fabric.sandboxes():
        engine.down(NAME)
        console.print(f"ended the sandbox {NAME} that ran already; its journal is kept")
    started = time.monotonic()
    plan = load_plan(pack, seed=engine.seed_for(NAME))
    live = engine.up(plan, name=NAME)
    took = time.monotonic() - started
    console.print(plan_tree(plan, language))
    console.print(f"[bold green]up[/] in {took:.2f} s; every service answers\n")
    tell_story(engine, live, story=STORY, language=language)
    _conclude(engine, live, report, language)


def _conclude(engine: LocalEngine, live: Live, report: Path, language: str) -> None:
    record = engine.record_of(NAME)
    console.print()
    print_score(score(record.plan, record.events), record.plan, language)
    report.write_text(render(record.plan, record.events, language=language), encoding="utf-8")
    people = next(one for one in live.plan.exercise.actors if one.host and not one.actions)
    console.print(f"\n[bold green]report[/] {report.resolve()}")
    console.print(f"[bold green]running[/] {NAME}; it is yours now:")
    for command, meaning in (
        (f"shell {NAME} {people.host} --user {people.user}", "a terminal at the operator's desk"),
        (f"tasks {NAME}", "what to solve"),
        (f"points {NAME} genset", "the genset as it is now"),
        (f"down {NAME}", "end it"),
    ):
        console.print(f"  bachang {command:44} [dim]{meaning}[/]")
