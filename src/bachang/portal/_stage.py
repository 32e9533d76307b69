"""The runs that live: starting them as there is room, following, playing and ending them.

One thread looks around once a second: it starts what waits in the queue, ends what has run
out of time, and has live views without a journal refreshed. Sandboxes start in a few worker
threads. After the portal's own restart every sandbox that still runs is found again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bachang.engine import Live as LiveSandbox
from bachang.engine import LocalEngine, load_plan
from bachang.exercise import ConditionError, Director, play_live
from bachang.fabric import FabricError, SandboxGoneError
from bachang.journal import Store
from bachang.plan import Plan
from bachang.portal import _capacity as capacity
from bachang.portal._live import Live
from bachang.portal._memory import Memory
from bachang.portal._outside import Outside
from bachang.portal._registry import Registry, RunRow
from bachang.portal._settings import Settings
from bachang.portal._world import World
from bachang.portal.models import Kind, RunState
from bachang.scenario import ScenarioError

_log = logging.getLogger(__name__)
_LOOK_S = 1.0
_PAST_KEPT = 256

Changes = Callable[[World, set[str]], dict[str, Any]]


class Stage:
    """All sandboxes of the portal.

    Args:
        settings: Limits.
        engine: Where sandboxes run.
        registry: Which runs there are.
        live: The live topics.
        folder_of: Name of a pack to its folder.
        outside: The wall clock.
    """

    def __init__(
        self,
        settings: Settings,
        engine: LocalEngine,
        registry: Registry,
        live: Live,
        folder_of: Callable[[str], Path],
        outside: Outside,
    ) -> None:
        self.engine = engine
        self.journal: Store = engine.store()
        self.before_end: Callable[[World], None] = lambda _world: None
        """Called before a sandbox is ended: what must be fetched from it."""
        self.changes: Changes = lambda _world, _kinds: {}
        self.progress = 0
        """Grows whenever somebody's standing, or a run's state, may have changed."""
        self.each_second: Callable[[], None] = lambda: None
        self._settings = settings
        self._registry = registry
        self._live = live
        self._folder_of = folder_of
        self._outside = outside
        self._lock = threading.RLock()
        self._worlds: dict[str, World] = {}
        self._starting: dict[str, str] = {}
        self._players: dict[str, threading.Event] = {}
        self._past: dict[str, Memory] = {}
        self._hosts: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(settings.starts, thread_name_prefix="start")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look_around, name="stage", daemon=True)

    # ---- the portal's own life

    def open(self) -> None:
        """Find the sandboxes that run, and begin to look around."""
        for row in self._registry.active():
            if row.state is not RunState.QUEUED:
                self._find_again(row)
        self._thread.start()

    def close(self) -> None:
        """Let go of everything; the sandboxes run on."""
        self._closing.set()
        for stop in self._players.values():
            stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _find_again(self, row: RunRow) -> None:
        try:
            self._follow(row, self.engine.attach(row.id))
        except SandboxGoneError:
            self._salvage(row)
        except (FabricError, OSError) as error:
            self._fail(row.id, str(error))

    def _salvage(self, row: RunRow) -> None:
        """A sandbox has gone while the portal was away: what it journalled is kept."""
        if row.state is RunState.STARTING:
            self._registry.change_run(row.id, state=RunState.QUEUED)
            return
        self.engine.salvage(row.id)
        self._fail(row.id, "its sandbox ended while the portal was away")

    # ---- looking around

    def _look_around(self) -> None:
        while not self._closing.wait(_LOOK_S):
            try:
                self.step()
            except Exception:
                _log.exception("the stage could not do its round; it tries again")

    def step(self) -> None:
        """One round."""
        self._end_overdue()
        self._start_waiting()
        self.each_second()

    def _end_overdue(self) -> None:
        now = self._outside.now()
        for exercise in self._registry.running_exercises():
            if exercise.ends_at is not None and exercise.ends_at <= now:
                self.end_exercise(exercise.id, "its time was up")

    def _start_waiting(self) -> None:
        for row in self.queue():
            pack = self._registry.exercise(row.exercise).pack
            if self.room(pack)[0] < 1:
                return
            with self._lock:
                if row.id in self._starting:
                    continue
                self._starting[row.id] = pack
            self.tell(self._registry.change_run(row.id, state=RunState.STARTING))
            self._pool.submit(self._start, row, pack)

    def queue(self) -> list[RunRow]:
        """The runs that wait, in their order."""
        return [row for row in self._registry.active() if row.state is RunState.QUEUED]

    def room(self, pack: str) -> tuple[int, int, str]:
        """How many sandboxes of a pack fit now and at most, and why; see `capacity.reckon`."""
        with self._lock:
            starting = len(self._starting)
            running = len(self._worlds) + starting
        need = capacity.estimate_mib(self._hosts.get(pack, 12))
        return capacity.reckon(need, running, starting, self._settings.sandboxes, capacity.memory())

    # ---- starting

    def plan_for(self, row: RunRow, pack: str) -> Plan:
        """The plan of one run: its own flags and addresses, from this instance's secret."""
        seed = self.engine.seed_for(f"{row.exercise}/{row.account or 'group'}/{row.place}")
        plan = load_plan(self._folder_of(pack), seed=seed)
        self._hosts[pack] = len(plan.world.hosts)
        return plan

    def _start(self, row: RunRow, pack: str) -> None:
        try:
            self._follow(row, self.engine.up(self.plan_for(row, pack), name=row.id))
        except (FabricError, ScenarioError, OSError) as error:
            self._fail(row.id, str(error))
        except Exception as error:
            _log.exception("run %s did not start", row.id)
            self._fail(row.id, f"Bachang itself failed: {error!r}")
        finally:
            with self._lock:
                self._starting.pop(row.id, None)

    def _follow(self, row: RunRow, live: LiveSandbox) -> None:
        """Take a sandbox in that runs; one that is not wanted any more is ended."""
        channel = self._live.channel(f"run:{row.id}")
        world = World(
            row.id,
            live,
            self.journal,
            channel,
            changes=self.changes,
            ended=self._gone,
            now=self._outside.now,
        )
        with self._lock:
            self._worlds[row.id] = world
        starting = row.state is not RunState.RUNNING
        now = self._outside.now()
        if starting and not self._registry.begin_run(row.id, sandbox=live.id, at=now):
            with self._lock:
                self._worlds.pop(row.id, None)
            self.engine.down(row.id)
            return
        world.start()
        exercise = self._registry.exercise(row.exercise)
        playing = self._registry.run(row.id).playing  # it may have been asked for meanwhile
        if playing or (exercise.kind is Kind.DRILL and world.memory.story == "idle"):
            self.play(row.id, playing=True)
        self.tell(row)

    def _fail(self, run: str, reason: str) -> None:
        now = self._outside.now()
        self.tell(
            self._registry.change_run(run, state=RunState.FAILED, reason=reason, ended_at=now)
        )

    def _gone(self, world: World, reason: str) -> None:
        """A sandbox ended; unless it was told to, that is a failure."""
        with self._lock:
            expected = self._worlds.pop(world.run, None) is None
        self._stop_playing(world.run)
        if not expected and not self._closing.is_set():
            self._fail(world.run, reason)

    # ---- what lives and what was

    def world(self, run: str) -> World | None:
        """A run that lives."""
        with self._lock:
            return self._worlds.get(run)

    def worlds(self) -> list[World]:
        """All runs that live."""
        with self._lock:
            return list(self._worlds.values())

    def memory(self, row: RunRow) -> Memory | None:
        """What is remembered of a run; ``None`` for one that never lived."""
        world = self.world(row.id)
        if world is not None:
            return world.memory
        if row.sandbox is None:
            return None
        with self._lock:
            if row.id not in self._past:
                if len(self._past) >= _PAST_KEPT:
                    self._past.clear()
                plan = self.engine.plan_of(row.sandbox)
                self._past[row.id] = Memory.of(plan, self.journal, row.sandbox)
            return self._past[row.id]

    def tell(self, row: RunRow) -> None:
        """Tell viewers that a run's state has changed."""
        self.progress += 1
        channel = self._live.channel(f"run:{row.id}")
        if channel.watched:
            channel.renew()

    # ---- playing

    def play(self, run: str, *, playing: bool) -> None:
        """Let exercise control play the story of a run, or stop it."""
        self._stop_playing(run)
        self._registry.change_run(run, playing=playing)
        world = self.world(run)
        if playing and world is not None:
            stop = self._players[run] = threading.Event()
            threading.Thread(
                target=self._play, args=(world, stop), name=f"story {run}", daemon=True
            ).start()

    def _stop_playing(self, run: str) -> None:
        stop = self._players.pop(run, None)
        if stop is not None:
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

    # ---- ending

    def end_run(self, run: str, reason: str = "") -> None:
        """End one run; its journal is in the store when this returns."""
        row = self._registry.run(run)
        if row.state in (RunState.ENDED, RunState.FAILED):
            return
        now = self._outside.now()
        row = self._registry.change_run(run, state=RunState.ENDED, reason=reason, ended_at=now)
        self._stop_playing(run)
        with self._lock:
            world = self._worlds.pop(run, None)
        if world is not None:
            self._take_down(world)
        self.tell(row)

    def _take_down(self, world: World) -> None:
        try:
            self.before_end(world)
            self.engine.down(world.run)
        except SandboxGoneError:
            pass
        except FabricError as error:
            _log.warning("the sandbox of run %s did not end well: %s", world.run, error)

    def end_exercise(self, exercise: str, reason: str = "") -> None:
        """End an exercise with all of its runs."""
        now = self._outside.now()
        self._registry.change_exercise(exercise, state="ended", ended_at=now)
        for row in self._registry.runs_of(exercise):
            self.end_run(row.id, reason)


def _first_story(plan: Plan) -> str | None:
    """The story that a run plays, as `bachang play` does: the others are for the command line."""
    return next((story.name for story in plan.exercise.stories), None)


def _wait(stop: threading.Event, wait_s: float) -> None:
    stop.wait(wait_s)
