"""The runs that live, and what is remembered of those that have ended."""

from __future__ import annotations

import threading

from bachang.engine import LocalEngine
from bachang.journal import Store
from bachang.portal._memory import Memory
from bachang.portal._registry import RunRow
from bachang.portal._world import World

_PAST_KEPT = 256


class Lives:
    """Worlds by their runs. May be used from any thread."""

    def __init__(self, engine: LocalEngine, journal: Store) -> None:
        self._engine = engine
        self._journal = journal
        self._lock = threading.RLock()
        self._worlds: dict[str, World] = {}
        self._past: dict[str, Memory] = {}

    def add(self, world: World) -> None:
        """A run lives from now on."""
        with self._lock:
            self._worlds[world.run] = world

    def take(self, run: str) -> World | None:
        """A run lives no more; its world, if it did."""
        with self._lock:
            return self._worlds.pop(run, None)

    def world(self, run: str) -> World | None:
        """A run that lives."""
        return self._worlds.get(run)

    def worlds(self) -> list[World]:
        """All runs that live."""
        with self._lock:
            return list(self._worlds.values())

    def forget(self, run: str) -> None:
        """What is remembered of a run that lives no more is not all: its journal has grown."""
        with self._lock:
            self._past.pop(run, None)

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
                plan = self._engine.plan_of(row.sandbox)
                self._past[row.id] = Memory.of(plan, self._journal, row.sandbox)
            return self._past[row.id]
