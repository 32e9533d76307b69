"""The command that plays a story: injects and automated actors, told as it happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich.markup import escape

from bachang.cli._arguments import Language, Name, Tongue
from bachang.cli._console import busy, console, errors, refuse
from bachang.cli._gauges import Gauges
from bachang.cli._timeline import Timeline
from bachang.engine import Live, LocalEngine
from bachang.exercise import Director, View, observe, play_fast, play_live
from bachang.journal import Store, copy
from bachang.plan import Plan

app = typer.Typer()

ACTIONS_AT_ONCE = 4
"""Automated actors' programs that may run at the same time."""
INTERRUPTED = 130


@app.command()
def play(
    name: Name,
    story: Annotated[str | None, typer.Option(help="Which story; else the first.")] = None,
    actors: Annotated[
        str | None, typer.Option(help="Automated actors, comma-separated; else the story's.")
    ] = None,
    until: Annotated[float | None, typer.Option(help="Sandbox time to stop at, seconds.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait: advance the clock.")] = False,
    language: Language = Tongue.EN,
) -> None:
    """Play a story in a sandbox and tell it live. Ctrl-C stops; playing again goes on."""
    engine = LocalEngine()
    live = engine.attach(name)
    told = Telling(engine, live, language=language)
    told.tell(
        story=_story(live.plan, story),
        actors=_actors(live.plan, actors),
        until_s=until,
        fast=fast,
    )


def _story(plan: Plan, name: str | None) -> str:
    """The story of that name, else the first.

    Ends the command if there is none.
    """
    known = [story.name for story in plan.exercise.stories]
    if not known:
        refuse(f"{plan.scenario} has no story to play", "its author writes them under `stories:`")
    if name is not None and name not in known:
        refuse(f"no story {escape(name)!r} in {plan.scenario}", f"its stories: {', '.join(known)}")
    return name or known[0]


def _actors(plan: Plan, listed: str | None) -> list[str] | None:
    if listed is None:
        return None
    chosen = [name.strip() for name in listed.split(",") if name.strip()]
    known = [actor.name for actor in plan.exercise.actors if actor.actions]
    if unknown := [name for name in chosen if name not in known]:
        refuse(
            f"no automated actor {escape(unknown[0])!r} in {plan.scenario}",
            f"those who act by themselves: {', '.join(known) or 'none'}",
        )
    return chosen


class Telling:
    """Plays a story to its end and prints what happens, the physics beside it."""

    def __init__(self, engine: LocalEngine, live: Live, *, language: str) -> None:
        self._engine = engine
        self._live = live
        self._timeline = Timeline(live.plan, language=language)
        self._now = Gauges(live.plan)
        self._seen = 0

    def tell(
        self,
        *,
        story: str,
        actors: Collection[str] | None = None,
        until_s: float | None = None,
        fast: bool = False,
    ) -> None:
        """Play; Ctrl-C ends the command and leaves the sandbox running."""
        executor = ThreadPoolExecutor(ACTIONS_AT_ONCE)
        try:
            with executor, self._engine.store() as store, busy("") as bar:
                self._catch_up(store)
                console.print(self._timeline.header())
                director = Director(
                    self._live.plan,
                    self._live.sandbox,
                    story=story,
                    actors=actors,
                    executor=None if fast else executor,
                )
                for view in (play_fast if fast else play_live)(director, until_s=until_s):
                    self._print_news(store)
                    bar.update(self._line(view))
        except KeyboardInterrupt:
            self._leave()

    def _catch_up(self, store: Store) -> None:
        """What happened before is not told again, but it moves the gauges."""
        copy(self._live.sandbox, store)
        before = store.events(self._live.id)
        self._timeline.lines(before)
        self._timeline.gauges.look(observe(self._live.sandbox).points)
        self._seen = before[-1].sequence if before else 0

    def _print_news(self, store: Store) -> None:
        copy(self._live.sandbox, store)
        events = store.events(self._live.id, after=self._seen)
        for line in self._timeline.lines(events):
            console.print(self._timeline.render(line))
        self._seen = events[-1].sequence if events else self._seen

    def _line(self, view: View) -> str:
        self._now.look(view.points)
        return f"{view.time_s:.1f} s  {'  '.join(cell for cell in self._now.cells() if cell)}"

    def _leave(self) -> None:
        """Say how to go on, and end at once: programs of actors may still run for a while."""
        name = self._live.sandbox.name
        errors.print(
            f"\n[yellow]stopped[/]; {name} runs on: `bachang play {name}` goes on with the story, "
            f"`bachang down {name}` ends it",
            soft_wrap=True,
        )
        sys.stdout.flush()
        os._exit(INTERRUPTED)
