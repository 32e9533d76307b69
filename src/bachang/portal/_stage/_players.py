"""Stories that exercise control plays, one thread each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bachang.exercise import ConditionError, Director, play_live
from bachang.fabric import FabricError, SandboxGoneError
from bachang.plan import Plan
from bachang.portal._registry import Registry
from bachang.portal._world import World

_log = logging.getLogger(__name__)


class Players:
    """The stories that are being played.

    Args:
        registry: Where it is noted that one is, so that it goes on after a restart.
        world: A run that lives.
    """

    def __init__(self, registry: Registry, world: Callable[[str], World | None]) -> None:
        self._registry = registry
        self._world = world
        self._stops: dict[str, threading.Event] = {}

    def play(self, run: str, *, playing: bool) -> None:
        """Let exercise control play the story of a run, or stop it."""
        self.stop(run)
        self._registry.change_run(run, playing=playing)
        world = self._world(run)
        if playing and world is not None:
            stop = self._stops[run] = threading.Event()
            threading.Thread(
                target=self._play, args=(world, stop), name=f"story {run}", daemon=True
            ).start()

    def stop(self, run: str) -> None:
        """Stop a story where it is; that it is played is still noted."""
        stop = self._stops.pop(run, None)
        if stop is not None:
            stop.set()

    def stop_all(self) -> None:
        """Stop every story."""
        for stop in self._stops.values():
            stop.set()

    def _play(self, world: World, stop: threading.Event) -> None:
        try:
            with ThreadPoolExecutor(2, thread_name_prefix="actor") as executor:
                director = Director(
                    world.plan, world.sandbox, story=_first_story(world.plan), executor=executor
                )
                for _ in play_live(director, sleep=lambda wait_s: _wait(stop, wait_s)):
                    if stop.is_set():
                        return
        except SandboxGoneError:
            return
        except (FabricError, ConditionError) as error:
            _log.warning("the story of run %s stopped: %s", world.run, error)
        if not stop.is_set():
            self._registry.change_run(world.run, playing=False)


def _first_story(plan: Plan) -> str | None:
    """The story that a run plays, as `bachang play` does: the others are for the command line."""
    return next((story.name for story in plan.exercise.stories), None)


def _wait(stop: threading.Event, wait_s: float) -> None:
    stop.wait(wait_s)
