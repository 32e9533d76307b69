"""Proving packs, one after the other, each in a process of its own.

What is proven is a copy that is made when somebody asks, so an author may go on writing.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bachang.catalogue import both
from bachang.engine import load_plan
from bachang.fabric import Fabric
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._library import Library
from bachang.portal._outside import moment
from bachang.portal._problem import ProblemError, conflict
from bachang.portal._proofs import Proof, Proofs
from bachang.portal._proving import Job, prove
from bachang.portal.models import Verification, VerificationState
from bachang.verify import check_names, content_digest

AT_ONCE = 1
"""Verifications at the same time; each has two sandboxes."""
_RUNNING = (VerificationState.QUEUED, VerificationState.RUNNING)


class Verifier:
    """Proves packs on request and remembers what came of it.

    Args:
        ground: What services stand on.
        library: The packs.
        proofs: Where results are kept.
        fabric: Where the sandboxes are, to end those that a killed process left.
        room: How many sandboxes of a pack fit now.
        folder: Where copies are made; whatever is there is removed.
    """

    def __init__(
        self,
        ground: Ground,
        library: Library,
        proofs: Proofs,
        fabric: Fabric,
        room: Callable[[str], int],
        folder: Path,
    ) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        self._library, self._proofs, self._fabric = library, proofs, fabric
        self._audit, self._outside = ground.audit, ground.outside
        self._room, self._folder = room, folder
        self._jobs: dict[str, Job] = {}
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
        proof = self._library.proof(pack)
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

    def _job(self, pack: str, by: Person) -> Job:
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
        return Job(folder=folder, content=content_digest(folder), plan=plan, shown=shown)

    # ---- in the pool's thread

    def _prove(self, job: Job) -> None:
        try:
            reason = "" if job.cancelled.is_set() else self._run(job)
        except (OSError, ValueError, KeyError) as error:
            reason = f"{type(error).__name__}: {error}"
        finally:
            shutil.rmtree(job.folder.parent, ignore_errors=True)
        job.change(state=job.end, ended_at=moment(self._outside.now()), reason=both(reason))
        if job.shown.state in (VerificationState.PASSED, VerificationState.FAILED):
            done = self.describe(job.shown.pack)
            proof = Proof(content=job.content, verification=done)
            self._proofs.keep(job.shown.pack, proof, job.plan)

    def _run(self, job: Job) -> str:
        job.change(state=VerificationState.RUNNING, started_at=moment(self._outside.now()))
        return prove(job, self._fabric)


def _none(pack: str) -> Verification:
    return Verification(
        pack=pack,
        state=VerificationState.NONE,
        reason=both(""),
        by="",
        started_at=None,
        ended_at=None,
        expected=[],
        checks=[],
        current=False,
    )
