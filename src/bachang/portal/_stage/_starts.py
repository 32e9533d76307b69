"""Starting what waits, in its order, as there is room."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bachang.engine import Live as LiveSandbox
from bachang.engine import LocalEngine, load_plan
from bachang.fabric import FabricError
from bachang.plan import Plan
from bachang.portal import _capacity as capacity
from bachang.portal._registry import Registry, RunRow
from bachang.portal._settings import Settings
from bachang.portal.models import RunState
from bachang.scenario import ScenarioError

_log = logging.getLogger(__name__)


class Starts:
    """The queue, the room on the machine, and the workers that start sandboxes.

    Args:
        settings: Limits.
        engine: Where sandboxes run.
        registry: Which runs there are.
        folder_of: Name of a pack to its folder.
        running: How many sandboxes run.
        begin: Called before a run is started, with how it is then.
        follow: Takes a sandbox in that was started.
        fail: Called with a run that could not be started and the reason.
    """

    def __init__(
        self,
        settings: Settings,
        engine: LocalEngine,
        registry: Registry,
        folder_of: Callable[[str], Path],
        *,
        running: Callable[[], int],
        begin: Callable[[RunRow], None],
        follow: Callable[[RunRow, LiveSandbox], None],
        fail: Callable[[str, str], None],
    ) -> None:
        self._limit = settings.sandboxes
        self._engine = engine
        self._registry = registry
        self._folder_of = folder_of
        self._running, self._begin, self._follow, self._fail = running, begin, follow, fail
        self._lock = threading.Lock()
        self._starting: dict[str, str] = {}
        self._hosts: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(settings.starts, thread_name_prefix="start")

    def close(self) -> None:
        """Start nothing any more; what is being started is waited for."""
        self._pool.shutdown(cancel_futures=True)

    def queue(self) -> list[RunRow]:
        """The runs that wait, in their order."""
        return [row for row in self._registry.active() if row.state is RunState.QUEUED]

    def room(self, pack: str) -> tuple[int, int, str]:
        """How many sandboxes of a pack fit now and at most, and why; see `capacity.reckon`."""
        with self._lock:
            starting = len(self._starting)
            running = self._running() + starting
        need = capacity.estimate_mib(self._hosts.get(pack, 12))
        return capacity.reckon(need, running, starting, self._limit, capacity.memory())

    def start_waiting(self) -> None:
        """Start the next ones for which there is room."""
        for row in self.queue():
            pack = self._registry.exercise(row.exercise).pack
            if self.room(pack)[0] < 1:
                return
            with self._lock:
                if row.id in self._starting:
                    continue
                self._starting[row.id] = pack
            self._begin(self._registry.change_run(row.id, state=RunState.STARTING))
            self._pool.submit(self._start, row, pack)

    def _plan(self, row: RunRow, pack: str) -> Plan:
        """The plan of one run: its own flags and addresses, from this instance's secret."""
        seed = self._engine.seed_for(f"{row.exercise}/{row.account or 'group'}/{row.place}")
        plan = load_plan(self._folder_of(pack), seed=seed)
        self._hosts[pack] = len(plan.world.hosts)
        return plan

    def _start(self, row: RunRow, pack: str) -> None:
        try:
            self._follow(row, self._engine.up(self._plan(row, pack), name=row.id))
        except (FabricError, ScenarioError, OSError) as error:
            self._fail(row.id, str(error))
        except Exception as error:
            _log.exception("run %s did not start", row.id)
            self._fail(row.id, f"Bachang itself failed: {error!r}")
        finally:
            with self._lock:
                self._starting.pop(row.id, None)
