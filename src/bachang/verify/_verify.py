"""The whole proof of a pack: independent jobs in a few sandboxes at once, one report.

A check that does not hold never hides another: each is caught, named and gone past.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from bachang.engine import load_plan
from bachang.exercise import ExerciseError
from bachang.fabric import Fabric, FabricError, LocalFabric
from bachang.journal import JournalError, SqliteStore
from bachang.plan import Plan, Text, Weakness, digest, lint
from bachang.scenario import ScenarioError, load
from bachang.twins import TYPES
from bachang.verify._containment import prove_contained
from bachang.verify._plant import prove_quiet, prove_replay, prove_snapshot
from bachang.verify._report import Check, VerifyReport
from bachang.verify._stage import Clock, NotProvenError, Stage, Theatre
from bachang.verify._task import Trainee, in_order, prove_idle
from bachang.verify._weakness import prove_blocked, prove_fixed, prove_fresh, prove_off

WORKERS = 2
"""Sandboxes at once."""

_ALONE = ("quiet", "containment")
_PLANT = ("replay/journal", "replay/snapshot")
"""Checks of worlds that have field systems."""

_UNPROVEN = (NotProvenError, ExerciseError, FabricError, JournalError, ScenarioError, OSError)

Progress = Callable[[Check], None]


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
    proof = _Proof(pack=Path(pack), seed=seed, progress=progress, clock=clock)
    plan = proof.load()
    if plan is not None:
        names = (f"verify-{os.getpid()}-{number}" for number in itertools.count(1))
        theatre = Theatre(fabric or LocalFabric(), clock, lambda: next(names))
        _perform(_jobs(proof, plan, theatre), theatre, workers)
    return VerifyReport(
        pack=str(pack),
        title=plan.title if plan else {"en": Path(pack).name},
        plan=digest(plan) if plan else "",
        checks=tuple(sorted(proof.checks, key=proof.place)),
        duration_s=clock.monotonic() - started,
    )


def _perform(jobs: list[Callable[[], None]], theatre: Theatre, workers: int) -> None:
    """Run all jobs; if one ends by a fault or the caller is interrupted, end them all."""
    with ThreadPoolExecutor(workers, "verify") as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            theatre.strike()


@dataclass
class _Proof:
    """What is being proven, and what has been found so far."""

    pack: Path
    seed: str
    progress: Progress | None
    clock: Clock
    checks: list[Check] = field(default_factory=list)
    _order: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def announce(self, *names: str) -> None:
        """Where checks stand in the report."""
        self._order += names

    def place(self, check: Check) -> int:
        """A check's place in the report."""
        return self._order.index(check.name)

    def check(self, name: str, title: Text, prove: Callable[[], str]) -> bool:
        """Do one check and keep what came of it; whether it holds."""
        started = self.clock.monotonic()
        evidence = reason = ""
        try:
            evidence = prove()
        except _UNPROVEN as error:
            reason = str(error) or type(error).__name__
        check = Check(
            name=name,
            title=title,
            ok=not reason,
            reason=reason,
            evidence=evidence,
            duration_s=self.clock.monotonic() - started,
        )
        with self._lock:
            self.checks.append(check)
            if self.progress:
                self.progress(check)
        return check.ok

    def load(self) -> Plan | None:
        """Read, lint and resolve the pack."""
        self.announce("load/scenario", "load/lint")
        plans: list[Plan] = []

        def resolve() -> str:
            plans.append(load_plan(self.pack, seed=self.seed))
            return f"plan {digest(plans[0])[:12]}"

        if not self.check("load/scenario", _text("it can be read", "可以读取"), resolve):
            return None
        self.check(
            "load/lint", _text("a strict reader finds nothing", "严格检查无异议"), self._lint
        )
        return plans[0]

    def _lint(self) -> str:
        points = {key: [point.name for point in kind.points] for key, kind in TYPES.items()}
        problems = lint(load(self.pack), points=points)
        if problems:
            raise NotProvenError("\n".join(str(problem) for problem in problems))
        return "clean"


def _text(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


def _titled(title: Text, en: str, zh: str) -> Text:
    """``TITLE: what must hold``."""
    chinese = title.get("zh") or title.get("en", "")
    return {"en": f"{title.get('en', '')}: {en}", "zh": f"{chinese}：{zh}"}


def _jobs(proof: _Proof, plan: Plan, theatre: Theatre) -> list[Callable[[], None]]:
    """Everything to prove, longest first; announced in the order of the report."""
    for weakness in plan.exercise.weaknesses:
        proof.announce(*(f"weakness/{weakness.name}/{when}" for when in _MOMENTS))
    proof.announce(*(f"task/{task.name}" for task in in_order(plan)), "task/idle")
    proof.announce(*_ALONE, *_PLANT)
    jobs: list[Callable[[], None]] = [
        lambda: _prove_tasks(proof, plan, theatre),
        lambda: _prove_quiet(proof, plan, theatre),
        lambda: _prove_idle(proof, plan, theatre),
    ]
    for weakness in plan.exercise.weaknesses:
        jobs.append(lambda one=weakness: _prove_weakness(proof, plan, theatre, one))  # type: ignore[misc]
        jobs.append(lambda one=weakness: _prove_off(proof, theatre, one))  # type: ignore[misc]
    return jobs


_MOMENTS = {
    "fresh": _text("works when fresh, and the exploit succeeds", "初始状态下业务正常，攻击成功"),
    "fixed": _text("works once fixed, also after a restart", "修复后业务正常，重启后依然有效"),
    "blocked": _text("once fixed the exploit fails", "修复后攻击失败，业务正常"),
    "off": _text("switched off in the plan, the exploit fails", "在方案中关闭该弱点后，攻击失败"),
}


def _prove_weakness(proof: _Proof, plan: Plan, theatre: Theatre, weakness: Weakness) -> None:
    def moment(when: str, prove: Callable[[Stage, Weakness], str], stage: Stage) -> None:
        title = _titled(weakness.title, _MOMENTS[when]["en"], _MOMENTS[when]["zh"])
        proof.check(f"weakness/{weakness.name}/{when}", title, lambda: prove(stage, weakness))

    def perform(stage: Stage) -> None:
        moment("fresh", prove_fresh, stage)
        moment("fixed", _after_reset(prove_fixed), stage)
        moment("blocked", prove_blocked, stage)

    names = [f"weakness/{weakness.name}/{when}" for when in ("fresh", "fixed", "blocked")]
    _staged(proof, plan, theatre, names, perform)


def _after_reset(prove: Callable[[Stage, Weakness], str]) -> Callable[[Stage, Weakness], str]:
    def reset_first(stage: Stage, weakness: Weakness) -> str:
        stage.sandbox.reset()
        stage.await_services()
        return prove(stage, weakness)

    return reset_first


def _prove_off(proof: _Proof, theatre: Theatre, weakness: Weakness) -> None:
    title = _titled(weakness.title, _MOMENTS["off"]["en"], _MOMENTS["off"]["zh"])

    def prove() -> str:
        plan = load_plan(proof.pack, seed=proof.seed, without=[weakness.name])
        with theatre.stage(plan) as stage:
            return prove_off(stage, weakness)

    proof.check(f"weakness/{weakness.name}/off", title, prove)


def _prove_tasks(proof: _Proof, plan: Plan, theatre: Theatre) -> None:
    tasks = in_order(plan)

    def perform(stage: Stage) -> None:
        with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder) / "j.db") as store:
            trainee = Trainee(stage, store)
            for task in tasks:
                title = _titled(task.title, "solved only as meant", "只有正确做法才能完成")
                proof.check(f"task/{task.name}", title, lambda one=task: trainee.prove(one))  # type: ignore[misc]
        if plan.world.field_systems:
            title = _text("the journal replays to the same states", "日志重放得到相同状态")
            proof.check("replay/journal", title, lambda: prove_replay(stage))

    names = [f"task/{task.name}" for task in tasks]
    _staged(proof, plan, theatre, [*names, *_PLANT[:1]], perform)


def _prove_idle(proof: _Proof, plan: Plan, theatre: Theatre) -> None:
    title = _text("doing nothing solves no task", "什么也不做，任务不会自行完成")
    _staged(
        proof,
        plan,
        theatre,
        ["task/idle"],
        lambda stage: proof.check("task/idle", title, lambda: prove_idle(stage)),
    )


def _prove_quiet(proof: _Proof, plan: Plan, theatre: Theatre) -> None:
    def perform(stage: Stage) -> None:
        title = _text("no host sees or reaches the outside", "主机看不到也到不了外部")
        proof.check("containment", title, lambda: prove_contained(stage, proof.pack))
        title = _text(
            "30 quiet minutes, no alarm, balances closed", "平静运行 30 分钟无报警、收支平衡"
        )
        proof.check("quiet", title, lambda: prove_quiet(stage))
        if plan.world.field_systems:
            title = _text("a snapshot restores the same world", "快照恢复后状态一致")
            proof.check("replay/snapshot", title, lambda: prove_snapshot(stage))

    _staged(proof, plan, theatre, [*_ALONE, *_PLANT[1:]], perform)


def _staged(
    proof: _Proof,
    plan: Plan,
    theatre: Theatre,
    names: list[str],
    perform: Callable[[Stage], object],
) -> None:
    """Perform in a fresh sandbox; if it cannot be had, that is why all its checks fail."""
    try:
        with theatre.stage(plan) as stage:
            perform(stage)
    except _UNPROVEN as error:
        reason = f"the sandbox cannot be brought up or down: {error}"
        done = {check.name for check in proof.checks}
        for name in names:
            if name not in done:
                proof.check(name, _text("a sandbox is needed", "需要一个沙箱"), _failing(reason))


def _failing(reason: str) -> Callable[[], str]:
    def prove() -> str:
        raise NotProvenError(reason)

    return prove
