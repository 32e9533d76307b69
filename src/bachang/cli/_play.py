"""The command that plays a story: injects and automated actors, told as it happens."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich.console import Console

from bachang.cli._arguments import Language, Name
from bachang.cli._timeline import Timeline
from bachang.engine import Live, LocalEngine
from bachang.exercise import Director, play_fast, play_live
from bachang.journal import copy

app = typer.Typer()
console = Console(highlight=False)

ACTIONS_AT_ONCE = 4
"""Automated actors' programs that may run at the same time."""


@app.command()
def play(
    name: Name,
    story: Annotated[str | None, typer.Option(help="Which story; else the first.")] = None,
    actors: Annotated[
        str | None, typer.Option(help="Automated actors, comma-separated; else the story's.")
    ] = None,
    until: Annotated[float | None, typer.Option(help="Sandbox time to stop at, seconds.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait: advance the clock.")] = False,
    language: Language = "en",
) -> None:
    """Play a story in a sandbox and tell it live. Ctrl-C stops; playing again goes on."""
    engine = LocalEngine()
    live = engine.attach(name)
    chosen = actors.split(",") if actors is not None else None
    first = next((one.name for one in live.plan.exercise.stories), None)
    tell_story(
        engine,
        live,
        story=story or first,
        actors=chosen,
        until_s=until,
        fast=fast,
        language=language,
    )


def tell_story(
    engine: LocalEngine,
    live: Live,
    *,
    story: str | None = None,
    actors: Collection[str] | None = None,
    until_s: float | None = None,
    fast: bool = False,
    language: str = "en",
) -> None:
    """Play a story to its end (or ``until_s``) and print what happens, physics beside it."""
    timeline = Timeline(live.plan, language=language)
    console.print(f"[dim]     time  {timeline.gauges.HEADER}[/]")
    seen = 0
    with (
        engine.store() as store,
        ThreadPoolExecutor(ACTIONS_AT_ONCE) as executor,
        console.status("") as bar,
    ):
        director = Director(
            live.plan,
            live.sandbox,
            story=story,
            actors=actors,
            executor=None if fast else executor,
        )
        for view in (play_fast if fast else play_live)(director, until_s=until_s):
            bar.update(f"{view.time_s:7.1f} s  {timeline.gauges.line(dict(view.points))}")
            copy(live.sandbox, store)
            for line in timeline.lines(events := store.events(live.id, after=seen)):
                console.print(line, soft_wrap=True)
            seen = events[-1].sequence if events else seen
