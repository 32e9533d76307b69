"""The whole line in one command: up, attack, defence, score, report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from bachang.cli._arguments import Language, Tongue, spoken
from bachang.cli._author import plan_tree
from bachang.cli._console import busy, console, errors, refuse, say
from bachang.cli._play import Telling
from bachang.cli._score import print_score, write_report
from bachang.cli._up import first_door
from bachang.engine import Live, LocalEngine, secret_plan
from bachang.exercise import score
from bachang.plan import Plan

app = typer.Typer()

PACK = Path(__file__).resolve().parents[3] / "packs" / "blackout"
STORY = "demo"

_UP = {
    "en": "[bold green]up[/] in {:.2f} s: {} hosts, every service answers\n",
    "zh": "[bold green]已就绪[/]，用时 {:.2f} 秒：{} 台主机，各项服务均已应答\n",
}
_RUNNING = {
    "en": "[bold green]running[/] {}: it is yours now",
    "zh": "[bold green]运行中[/] {}：现在交给你了",
}
_STEPS = {
    "shell": {"en": "a terminal at the desk", "zh": "打开值班台终端"},
    "tasks": {"en": "what to solve", "zh": "要做的题"},
    "points": {"en": "the genset as it is now", "zh": "机组当前数值"},
    "down": {"en": "end it", "zh": "结束"},
}
_REPORT = {"en": "report", "zh": "复盘报告"}


@app.command()
def demo(
    pack: Annotated[
        Path, typer.Option(help="Folder of the pack.", exists=True, file_okay=False)
    ] = PACK,
    report: Annotated[
        Path, typer.Option("--output", help="Where to write the after-action report.")
    ] = Path("blackout-report.html"),
    language: Language = Tongue.EN,
) -> None:
    """Show what Bachang is: a pack comes to life, is attacked, defended, scored and reported."""
    engine = LocalEngine()
    engine.fabric.prepare()
    live = _up(engine, pack, language)
    Telling(engine, live, language=language).tell(story=STORY)
    name = live.sandbox.name
    record = engine.record_of(name)
    console.print()
    print_score(score(record.plan, record.events), record.plan, language)
    write_report(engine, name, report, language)
    say(f"\n[bold green]{_REPORT[language]}[/] {escape(str(report.resolve()))}")
    _hand_over(name, live.plan, language)


def _up(engine: LocalEngine, pack: Path, language: str) -> Live:
    """A fresh sandbox of the pack; one that runs already under its name is ended."""
    started = time.monotonic()
    try:
        with busy("reading the pack …") as line:
            plan = secret_plan(engine, pack)
            if STORY not in [story.name for story in plan.exercise.stories]:
                refuse(f"{plan.scenario} has no story {STORY!r}", "bachang up and play show others")
            _make_room(engine, plan.scenario)
            line.update(f"bringing up {len(plan.world.hosts)} hosts …")
            live = engine.up(plan)
    except KeyboardInterrupt:
        errors.print("[yellow]stopped[/]: nothing of the sandbox is left")
        raise
    took_s = time.monotonic() - started
    console.print(plan_tree(plan, language))
    say(_UP[language].format(took_s, len(plan.world.hosts)))
    return live


def _make_room(engine: LocalEngine, name: str) -> None:
    if name in engine.fabric.sandboxes():
        engine.down(name)
        errors.print(f"ended {name}, which ran already; its journal is kept", soft_wrap=True)


def _hand_over(name: str, plan: Plan, language: str) -> None:
    """What the reader can do now."""
    say(_RUNNING[language].format(name))
    door = first_door(plan)
    commands = {
        "shell": f"shell {name} {door.host} --user {door.user}" if door else "",
        "tasks": f"tasks {name}",
        "points": f"points {name} genset",
        "down": f"down {name}",
    }
    for key, command in commands.items():
        if command:
            say(f"  bachang {command:<36} [dim]{spoken(_STEPS[key], language)}[/]")
