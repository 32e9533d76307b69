"""One verification: a copy of a pack that is proven in a process of its own.

The process ends, with its sandboxes, when its standard input is closed: by cancelling, and by
the portal's own end however that comes.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bachang.fabric import Fabric, FabricError
from bachang.plan import Plan
from bachang.portal.models import Verification, VerificationState, VerifyCheck

_GOODBYE_S = 30.0
_WORDS = (sys.executable, "-s", "-P", "-B", "-m", "bachang.verify.worker")


@dataclass(kw_only=True)
class Job:
    """A verification of this portal's life."""

    folder: Path
    """The copy that is proven."""
    content: str
    plan: Plan
    shown: Verification
    checks: list[VerifyCheck] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    ok: bool | None = None

    def change(self, **values: Any) -> None:
        """Show something else of it."""
        self.shown = self.shown.model_copy(update=values)

    @property
    def end(self) -> VerificationState:
        """What came of it, when nothing runs any more."""
        if self.cancelled.is_set():
            return VerificationState.CANCELLED
        if self.ok is None:
            return VerificationState.BROKEN
        return VerificationState.PASSED if self.ok else VerificationState.FAILED


def prove(job: Job, fabric: Fabric) -> str:
    """Prove it; why there is no result, empty if there is one.

    Args:
        job: What is to be proven; it is changed as the proof goes on.
        fabric: Where the sandboxes are, to end those that a killed process left.

    Raises:
        OSError, ValueError, KeyError: the process cannot be started, or speaks nonsense.
    """
    log = job.folder.parent / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*_WORDS, str(job.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
    with process.stdout as told, _ended_with(job.cancelled, process.stdin):
        _listen(job, told)
    _wait(process, fabric)
    said = log.read_text(errors="replace").strip().splitlines()
    return "" if job.ok is not None or job.cancelled.is_set() else "; ".join(said[-1:])


def _wait(process: subprocess.Popen[bytes], fabric: Fabric) -> None:
    try:
        process.wait(_GOODBYE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for name in fabric.sandboxes():
        if name.startswith(f"verify-{process.pid}-"):
            with contextlib.suppress(FabricError):
                fabric.attach(name).destroy()


@contextlib.contextmanager
def _ended_with(cancelled: threading.Event, open_end: IO[bytes]) -> Iterator[None]:
    """Keep a process's input open until the block ends or it is cancelled."""
    done = threading.Event()

    def watch() -> None:
        while not done.is_set() and not cancelled.wait(0.1):
            pass
        open_end.close()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def _listen(job: Job, told: IO[bytes]) -> None:
    for line in told:
        said = json.loads(line)
        if "check" in said:
            job.checks.append(VerifyCheck.model_validate(said["check"]))
        if "report" in said:
            job.ok = said["report"]["ok"]
