"""The command that brings a pack to life."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
import typer

from bachang.cli._arguments import Json, Pack
from bachang.cli._console import busy, errors, say
from bachang.engine import LocalEngine, load_plan, secret_plan
from bachang.plan import Actor, Plan

app = typer.Typer()


@app.command()
def up(
    pack: Pack,
    name: Annotated[str | None, typer.Option(help="Name; else the scenario's.")] = None,
    seed: Annotated[
        str | None, typer.Option(help="Fixed seed, for authors; else secret to this machine.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring a pack to life as a sandbox; returns when every service answers."""
    started = time.monotonic()
    engine = LocalEngine()
    engine.fabric.prepare()
    try:
        with busy("reading the pack …") as line:
            plan = load_plan(pack, seed=seed) if seed else secret_plan(engine, pack, name=name)
            line.update(f"bringing up {len(plan.world.hosts)} hosts …")
            live = engine.up(plan, name=name)
    except KeyboardInterrupt:
        errors.print("[yellow]stopped[/]: nothing of the sandbox is left")
        raise
    status = live.sandbox.status()
    if json:
        print(msgspec.json.encode(status).decode())
        return
    say(
        f"[bold green]up[/] {status.name}: {len(status.hosts)} hosts, every service answers, "
        f"{time.monotonic() - started:.2f} s"
    )
    for limit in status.degraded:
        say(f"[yellow]limited[/] {limit}")
    for command, meaning in _next_steps(status.name, plan):
        say(f"  bachang {command:<40} [dim]{meaning}[/]")


def _next_steps(name: str, plan: Plan) -> list[tuple[str, str]]:
    steps = [(f"ps {name}", "its hosts")]
    if plan.exercise.tasks:
        steps.append((f"tasks {name}", "what to solve"))
    if plan.exercise.stories:
        steps.append((f"play {name}", "let its story happen"))
    if door := first_door(plan):
        steps.append((f"shell {name} {door.host} --user {door.user}", "a terminal in it"))
    return [*steps, (f"down {name}", "end it")]


def first_door(plan: Plan) -> Actor | None:
    """The first person who is granted a host."""
    granted = [one for one in plan.exercise.actors if one.host and not one.actions]
    return granted[0] if granted else None
