"""All sandboxes of the portal.

One thread looks around once a second: it starts what waits in the queue, ends what has run
out of time, and has live views without a journal refreshed. Sandboxes start in a few worker
threads; another one writes all their journals. After the portal's own restart every sandbox
that still runs is found again.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bachang.engine import Live as LiveSandbox
from bachang.engine import LocalEngine
from bachang.fabric import FabricError, SandboxGoneError
from bachang.journal import JournalError, Store
from bachang.portal._desk import NotRecordedError
from bachang.portal._ground import Ground
from bachang.portal._live import Live
from bachang.portal._registry import Registry, RunRow
from bachang.portal._scribe import Scribe
from bachang.portal._stage._failures import Failures
from bachang.portal._stage._lives import Lives
from bachang.portal._stage._players import Players
from bachang.portal._stage._starts import Starts
from bachang.portal._world import World
from bachang.portal.models import Kind, RunState

_log = logging.getLogger(__name__)
_LOOK_S = 1.0
T = TypeVar("T")

Changes = Callable[[World, set[str]], dict[str, Any]]


class Stage:
    """All sandboxes of the portal.

    Args:
        ground: What services stand on.
        engine: Where sandboxes run.
        registry: Which runs there are.
        live: The live topics.
        folder_of: Name of a pack to its folder.
    """

    def __init__(
        self,
        ground: Ground,
        engine: LocalEngine,
        registry: Registry,
        live: Live,
        folder_of: Callable[[str], Path],
    ) -> None:
        self.engine = engine
        self.journal: Store = engine.store()
        self.before_end: Callable[[World], None] = lambda _world: None
        """Called before a sandbox is ended: what must be fetched from it."""
        self.changes: Changes = lambda _world, _kinds: {}
        self.progress = 0
        """Grows whenever somebody's standing, or a run's state, may have changed."""
        self.each_second: Callable[[], None] = lambda: None
        self._lives = Lives(engine, self.journal)
        self.world, self.worlds = self._lives.world, self._lives.worlds
        self.memory = self._lives.memory
        self.players = Players(registry, self.world)
        self.starts = Starts(
            ground.settings,
            engine,
            registry,
            folder_of,
            running=lambda: len(self.worlds()),
            begin=self.tell,
            follow=self._follow,
            fail=self._fail,
        )
        self._registry = registry
        self._live = live
        self._outside = ground.outside
        self.scribe = Scribe(self.journal)
        self._looks = ThreadPoolExecutor(2, thread_name_prefix="look")
        self._closing = threading.Event()
        self._failures = Failures(engine, registry, self._lives, self.tell)
        self._thread = threading.Thread(target=self._look_around, name="stage", daemon=True)

    # ---- the portal's own life

    def open(self) -> None:
        """Find the sandboxes that run, and begin to look around."""
        for row in self._registry.active():
            if row.state is not RunState.QUEUED:
                self._find_again(row)
        self._failures.write()
        self._thread.start()

    def close(self) -> None:
        """Let go of everything; the sandboxes run on."""
        self._closing.set()
        self.players.stop_all()
        if self._thread.is_alive():
            self._thread.join()
        self.starts.close()
        self.scribe.close()
        self._looks.shutdown(cancel_futures=True)

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
        self._fail(row.id, "its sandbox ended while the portal was away")

    # ---- looking around

    def _look_around(self) -> None:
        while not self._closing.wait(_LOOK_S):
            try:
                self.step()
            except SQLAlchemyError as error:
                _log.warning("the data base refuses, the stage tries again: %s", error)
            except Exception:
                _log.exception("the stage could not do its round; it tries again")

    def step(self) -> None:
        """One round."""
        self._failures.write()
        self._end_overdue()
        self.starts.start_waiting()
        self.each_second()

    def _end_overdue(self) -> None:
        now = self._outside.now()
        for exercise in self._registry.running_exercises():
            if exercise.ends_at is not None and exercise.ends_at <= now:
                with contextlib.suppress(NotRecordedError):  # it ends once it is recorded
                    self.end_exercise(exercise.id, "its time was up")

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
            later=self._look_later,
            now=self._outside.now,
        )
        self._lives.add(world)
        try:
            self.scribe.add(world)
        except FabricError:
            self._lives.take(row.id)
            raise
        starting = row.state is not RunState.RUNNING
        now = self._outside.now()
        begin = partial(self._registry.begin_run, row.id, sandbox=live.id, at=now)
        if starting and not self._patiently(begin):
            self._lives.take(row.id)
            self.engine.down(row.id)
            return
        exercise = self._registry.exercise(row.exercise)
        row = self._patiently(partial(self._registry.run, row.id))  # the story may be asked for
        if row.playing or (exercise.kind is Kind.DRILL and world.memory.story == "idle"):
            self.players.play(row.id, playing=True)
        self.tell(row)

    def _patiently(self, do: Callable[[], T]) -> T:
        """Do something with the data base; while it is away that is waited for."""
        while True:
            try:
                return do()
            except SQLAlchemyError as error:
                _log.warning("the data base refuses, a start waits for it: %s", error)
                if self._closing.wait(_LOOK_S):
                    raise

    def _fail(self, run: str, reason: str) -> None:
        self._failures.note(run, reason, self._outside.now())

    def _gone(self, world: World, reason: str) -> None:
        """A sandbox ended; unless it was told to, that is a failure."""
        expected = self._lives.take(world.run) is None
        self.players.stop(world.run)
        if not expected and not self._closing.is_set():
            self._fail(world.run, reason)

    def _look_later(self, look: Callable[[], None]) -> None:
        if not self._closing.is_set():
            self._looks.submit(look)

    def tell(self, row: RunRow) -> None:
        """Tell viewers that a run's state has changed."""
        self.progress += 1
        channel = self._live.channel(f"run:{row.id}")
        if channel.watched:
            channel.renew()

    # ---- ending

    def end_run(self, run: str, reason: str = "") -> None:
        """End one run; its journal is in the store when this returns.

        Raises:
            NotRecordedError: it is not being kept; the run goes on.
        """
        row = self._registry.run(run)
        if row.state in (RunState.ENDED, RunState.FAILED):
            return
        if (world := self._lives.world(run)) is not None:
            world.insist()
        now = self._outside.now()
        row = self._registry.change_run(run, state=RunState.ENDED, reason=reason, ended_at=now)
        self.players.stop(run)
        world = self._lives.take(run)
        if world is not None:
            self._take_down(world)
        self.tell(row)

    def _take_down(self, world: World) -> None:
        try:
            self.before_end(world)
            self.engine.down(world.run)
        except SandboxGoneError:
            pass
        except (FabricError, JournalError) as error:
            _log.warning("the sandbox of run %s did not end well: %s", world.run, error)

    def end_exercise(self, exercise: str, reason: str = "") -> None:
        """End an exercise with all of its runs.

        Raises:
            NotRecordedError: the journal of one is not being kept; nothing has ended.
        """
        for row in self._registry.runs_of(exercise):
            if (world := self._lives.world(row.id)) is not None:
                world.insist()
        now = self._outside.now()
        self._registry.change_exercise(exercise, state="ended", ended_at=now)
        for row in self._registry.runs_of(exercise):
            self.end_run(row.id, reason)
