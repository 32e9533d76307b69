"""Proving packs, one after the other, each in a process of its own.

What is proven is a copy that is made when somebody asks, so an author may go on writing. The
process ends, with its sandboxes, when its standard input is closed: by cancelling, and by the
portal's own end however that comes.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bachang.engine import load_plan
from bachang.fabric import Fabric, FabricError
from bachang.plan import Plan
from bachang.portal._access import Person
from bachang.portal._audit import Audit
from bachang.portal._library import Library
from bachang.portal._outside import Outside, moment
from bachang.portal._problem import ProblemError, conflict
from bachang.portal._proofs import Proof, Proofs, content_digest
from bachang.portal.models import Verification, VerificationState, VerifyCheck
from bachang.verify import check_names

AT_ONCE = 1
"""Verifications at the same time; each has two sandboxes."""
_GOODBYE_S = 30.0
_RUNNING = (VerificationState.QUEUED, VerificationState.RUNNING)
_WORDS = (sys.executable, "-s", "-P", "-B", "-m", "bachang.verify.worker")


@dataclass(kw_only=True)
class _Job:
    """A verification of this portal's life."""

    folder: Path
    """The copy that is proven."""
    content: str
    plan: Plan
    shown: Verification
    checks: list[VerifyCheck] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    ok: bool | None = None


class Verifier:
    """Proves packs on request and remembers what came of it.

    Args:
        library: The packs.
        proofs: Where results are kept.
        fabric: Where the sandboxes are, to end those that a killed process left.
        room: How many sandboxes of a pack fit now.
        folder: Where copies are made; whatever is there is removed.
    """

    def __init__(
        self,
        library: Library,
        proofs: Proofs,
        fabric: Fabric,
        room: Callable[[str], int],
        audit: Audit,
        outside: Outside,
        folder: Path,
    ) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self._library, self._proofs, self._fabric = library, proofs, fabric
        self._room, self._audit, self._outside, self._folder = room, audit, outside, folder
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, "verifier")

    def start(self, pack: str, *, by: Person) -> Verification:
        """Begin to prove a pack as it is now.

        Raises:
            ProblemError: 409 while it is being proven or there is no room, 422 where it does
                not load.
        """
        self._library.usable(pack)
        if self._room(pack) < 1:
            raise conflict("there is no room for its sandboxes", "try again when runs have ended")
        with self._lock:
            if pack in self._jobs and self._jobs[pack].shown.state in _RUNNING:
                raise conflict("this pack is being verified", "wait for it, or cancel it")
            job = self._jobs[pack] = self._job(pack, by)
        self._audit.note(by.name, "pack.verifying", pack)
        self._pool.submit(self._prove, job)
        return self.describe(pack)

    def cancel(self, pack: str, *, by: Person) -> Verification:
        """End a verification; nothing is kept of it.

        Raises:
            ProblemError: 409 where the pack is not being verified.
        """
        job = self._jobs.get(pack)
        if job is None or job.shown.state not in _RUNNING:
            raise conflict("this pack is not being verified", "look at its state")
        job.cancelled.set()
        self._audit.note(by.name, "pack.verification-cancelled", pack)
        return self.describe(pack)

    def describe(self, pack: str) -> Verification:
        """The latest verification of a pack, live while it goes on."""
        job = self._jobs.get(pack)
        if job is not None:
            shown, content = job.shown, job.content
            return shown.model_copy(
                update={"checks": list(job.checks), "current": self._is(pack, content)}
            )
        proof = self._proofs.latest(pack)
        if proof is None:
            return _none(pack)
        current = self._is(pack, proof.content)
        return proof.verification.model_copy(update={"current": current})

    def close(self) -> None:
        """End all of it; waits until their sandboxes are gone."""
        for job in list(self._jobs.values()):
            job.cancelled.set()
        self._pool.shutdown(cancel_futures=True)

    def _is(self, pack: str, content: str) -> bool:
        try:
            return self._library.content(pack) == content
        except ProblemError:
            return False  # it was deleted

    def _job(self, pack: str, by: Person) -> _Job:
        folder = Path(tempfile.mkdtemp(dir=self._folder)) / pack
        shutil.copytree(self._library.folder(pack), folder)
        plan = load_plan(folder)
        shown = _none(pack).model_copy(
            update={
                "state": VerificationState.QUEUED,
                "by": by.name,
                "expected": list(check_names(plan)),
            }
        )
        return _Job(folder=folder, content=content_digest(folder), plan=plan, shown=shown)

    # ---- in the pool's thread

    def _prove(self, job: _Job) -> None:
        try:
            reason = "" if job.cancelled.is_set() else self._run(job)
        except (OSError, ValueError, KeyError) as error:
            reason = f"{type(error).__name__}: {error}"
        finally:
            shutil.rmtree(job.folder.parent, ignore_errors=True)
        self._change(job, state=_end(job), ended_at=moment(self._outside.now()), reason=reason)
        if job.shown.state in (VerificationState.PASSED, VerificationState.FAILED):
            done = self.describe(job.shown.pack)
            proof = Proof(content=job.content, verification=done)
            self._proofs.keep(job.shown.pack, proof, job.plan)

    def _run(self, job: _Job) -> str:
        """Why there is no result; empty if there is one."""
        now = moment(self._outside.now())
        self._change(job, state=VerificationState.RUNNING, started_at=now)
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
        self._wait(process)
        said = log.read_text(errors="replace").strip().splitlines()
        return "" if job.ok is not None or job.cancelled.is_set() else "; ".join(said[-1:])

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for name in self._fabric.sandboxes():
            if name.startswith(f"verify-{process.pid}-"):
                with contextlib.suppress(FabricError):
                    self._fabric.attach(name).destroy()

    def _change(self, job: _Job, **values: Any) -> None:
        job.shown = job.shown.model_copy(update=values)


@contextlib.contextmanager
def _ended_with(cancelled: threading.Event, open_end: IO[bytes]) -> Any:
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


def _listen(job: _Job, told: IO[bytes]) -> None:
    for line in told:
        said = json.loads(line)
        if "check" in said:
            job.checks.append(VerifyCheck.model_validate(said["check"]))
        if "report" in said:
            job.ok = said["report"]["ok"]


def _end(job: _Job) -> VerificationState:
    if job.cancelled.is_set():
        return VerificationState.CANCELLED
    if job.ok is None:
        return VerificationState.BROKEN
    return VerificationState.PASSED if job.ok else VerificationState.FAILED


def _none(pack: str) -> Verification:
    return Verification(
        pack=pack,
        state=VerificationState.NONE,
        reason="",
        by="",
        started_at=None,
        ended_at=None,
        expected=[],
        checks=[],
        current=False,
    )
