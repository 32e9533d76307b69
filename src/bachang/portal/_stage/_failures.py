"""Runs that have failed, until that is written down: the data base and the store may be away."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bachang.engine import LocalEngine
from bachang.fabric import FabricError, SandboxGoneError
from bachang.journal import JournalError, StoreError
from bachang.portal._registry import Registry, RunRow
from bachang.portal._stage._lives import Lives
from bachang.portal.models import RunState

_log = logging.getLogger(__name__)


class Failures:
    """Notes failures from any thread, and writes them down in the stage's.

    Args:
        engine: Where the sandboxes were.
        registry: Which runs there are.
        lives: What is remembered of them.
        tell: Tells viewers that a run's state has changed.
    """

    def __init__(
        self, engine: LocalEngine, registry: Registry, lives: Lives, tell: Callable[[RunRow], None]
    ) -> None:
        self._engine = engine
        self._registry = registry
        self._lives = lives
        self._tell = tell
        self._noted: dict[str, tuple[str, float]] = {}

    def note(self, run: str, reason: str, at: float) -> None:
        """A run has failed; the next round writes it down.

        Args:
            run: Which.
            reason: Why, in English.
            at: Unix seconds.
        """
        self._noted[run] = reason, at

    def write(self) -> None:
        """Write down which runs have failed, and end what is left of their sandboxes.

        Raises:
            SQLAlchemyError: the data base refuses; what was not written is tried again.
        """
        for run, (reason, at) in list(self._noted.items()):
            if self._registry.run(run).state not in (RunState.ENDED, RunState.FAILED):
                values = {"state": RunState.FAILED, "reason": reason, "ended_at": at}
                self._tell(self._registry.change_run(run, **values))
            try:
                self._engine.down(run)
            except SandboxGoneError:
                pass
            except StoreError:
                continue  # what it journalled is kept once the store takes it
            except (FabricError, JournalError, OSError) as error:
                _log.warning("the sandbox of run %s did not end well: %s", run, error)
            self._lives.forget(run)
            self._noted.pop(run, None)
