"""The whole proof of a pack: independent jobs in a few sandboxes at once, one report.

A check that does not hold never hides another: each is caught, named and gone past.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

from bachang.fabric import Fabric, LocalFabric
from bachang.plan import digest
from bachang.verify._jobs import jobs
from bachang.verify._proof import Progress, Proof
from bachang.verify._report import VerifyReport
from bachang.verify._stage import Clock, Theatre

WORKERS = 2
"""Sandboxes at once."""


def verify(
    pack: Path | str,
    *,
    seed: str = "0",
    fabric: Fabric | None = None,
    progress: Progress | None = None,
    workers: int = WORKERS,
    clock: Clock = time,
) -> VerifyReport:
    """Prove that a pack works: everything it promises, in living sandboxes.

    Args:
        pack: The pack's folder.
        seed: Seed of the plan.
        fabric: Where the sandboxes live; ``None``: this machine.
        progress: Called with each check as it is done, from one thread at a time.
        workers: Sandboxes at once.
        clock: Wall time, for durations.

    Returns:
        The report; a pack that cannot even be read or brought up is a report, too.
    """
    started = clock.monotonic()
    fabric = fabric or LocalFabric()
    fabric.prepare()
    proof = Proof(pack=Path(pack), seed=seed, progress=progress, clock=clock)
    plan = proof.load()
    if plan is not None:
        names = (f"verify-{os.getpid()}-{number}" for number in itertools.count(1))
        theatre = Theatre(fabric, clock, lambda: next(names))
        _perform(jobs(proof, plan, theatre), theatre, workers)
    return VerifyReport(
        pack=str(pack),
        title=plan.title if plan else {"en": Path(pack).name},
        plan=digest(plan) if plan else "",
        checks=tuple(sorted(proof.checks, key=proof.place)),
        duration_s=clock.monotonic() - started,
    )


def _perform(parts: list[Callable[[], None]], theatre: Theatre, workers: int) -> None:
    """Run all jobs; if one ends by a fault or the caller is interrupted, end them all."""
    with ThreadPoolExecutor(workers, "verify") as pool:
        futures = [pool.submit(job) for job in parts]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            theatre.strike()
