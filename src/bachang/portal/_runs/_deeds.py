"""What can be done with one run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._runs._runs import Runs
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import PlayStory, Reset, Run


class Deeds:
    """The steering of a sandbox; each deed is in the store when it returns."""

    def __init__(self, ground: Ground, stage: Stage, runs: Runs) -> None:
        self._audit = ground.audit
        self._stage = stage
        self._runs = runs

    def reset(self, run: str, what: Reset, *, by: Person) -> Run:
        """Make a host, or everything, anew."""
        with self._acting(run) as world:
            world.sandbox.reset(what.host)
            world.look()
        return self._done(run, by, "run.reset", {"host": what.host})

    def pause(self, run: str, *, by: Person) -> Run:
        """Stop its clock."""
        with self._acting(run) as world:
            world.sandbox.pause()
            world.look()
        return self._done(run, by, "run.paused")

    def resume(self, run: str, *, by: Person) -> Run:
        """Let its clock go on."""
        with self._acting(run) as world:
            world.sandbox.resume()
            world.look()
        return self._done(run, by, "run.resumed")

    def story(self, run: str, what: PlayStory, *, by: Person) -> Run:
        """Play the story, or stop it."""
        with self._acting(run):
            self._stage.players.play(run, playing=what.playing)
        return self._done(run, by, "run.story", {"playing": what.playing})

    def end(self, run: str, *, by: Person) -> Run:
        """End it."""
        self._stage.end_run(run, f"ended by {by.display_name or by.name}")
        return self._done(run, by, "run.ended")

    def _done(self, run: str, by: Person, action: str, data: dict[str, Any] | None = None) -> Run:
        self._audit.note(by.name, action, run, data)
        return self._runs.get(run, by)

    @contextmanager
    def _acting(self, run: str) -> Iterator[World]:
        world = self._runs.living(run)
        with world.acting:
            world.touch()
            yield world
