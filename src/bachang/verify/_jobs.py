"""The independent parts of a proof, each in a sandbox of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bachang.engine import load_plan
from bachang.journal import SqliteStore
from bachang.plan import Plan, Weakness
from bachang.verify._containment import prove_contained
from bachang.verify._plant import prove_quiet, prove_replay, prove_snapshot
from bachang.verify._proof import LOADING, UNPROVEN, Proof, text, titled
from bachang.verify._stage import NotProvenError, Stage, Theatre
from bachang.verify._task import Trainee, in_order, prove_idle
from bachang.verify._weakness import prove_blocked, prove_fixed, prove_fresh, prove_off

_MOMENTS = {
    "fresh": text("works when fresh, and the exploit succeeds", "初始状态下业务正常，攻击成功"),
    "fixed": text("works once fixed, also after a restart", "修复后业务正常，重启后依然有效"),
    "blocked": text("once fixed the exploit fails", "修复后攻击失败，业务正常"),
    "off": text("switched off in the plan, the exploit fails", "在方案中关闭该弱点后，攻击失败"),
}
_TITLES = {
    "task/idle": text("doing nothing solves no task", "什么也不做，任务不会自行完成"),
    "quiet": text(
        "30 quiet minutes, no alarm, balances closed", "平静运行 30 分钟无报警、收支平衡"
    ),
    "containment": text("no host sees or reaches the outside", "主机看不到也到不了外部"),
    "replay/journal": text("the journal replays to the same states", "日志重放得到相同状态"),
    "replay/snapshot": text("a snapshot restores the same world", "快照恢复后状态一致"),
}
_SOLVED = text("solved only as meant", "只有正确做法才能完成")


def check_names(plan: Plan) -> tuple[str, ...]:
    """Names of all checks of a plan that loads, in the order of the report."""
    weaknesses, physics = plan.exercise.weaknesses, bool(plan.world.field_systems)
    return (
        *LOADING,
        *(f"weakness/{one.name}/{when}" for one in weaknesses for when in _MOMENTS),
        *(f"task/{task.name}" for task in in_order(plan)),
        *(name for name in _TITLES if physics or not name.startswith("replay/")),
    )


def jobs(proof: Proof, plan: Plan, theatre: Theatre) -> list[Callable[[], None]]:
    """Everything to prove, longest first; announced in the order of the report."""
    weaknesses = plan.exercise.weaknesses
    proof.announce(*(name for name in check_names(plan) if name not in LOADING))
    parts: list[Callable[[], None]] = [
        partial(_tasks, proof, plan, theatre),
        partial(_quiet, proof, plan, theatre),
        partial(_idle, proof, plan, theatre),
    ]
    for weakness in weaknesses:
        parts.append(partial(_weakness, proof, plan, theatre, weakness))
        parts.append(partial(_off, proof, theatre, weakness))
    return parts


def _weakness(proof: Proof, plan: Plan, theatre: Theatre, weakness: Weakness) -> None:
    moments = {"fresh": prove_fresh, "fixed": _after_reset, "blocked": prove_blocked}

    def perform(stage: Stage) -> None:
        for when, prove in moments.items():
            title = titled(weakness.title, _MOMENTS[when])
            name = f"weakness/{weakness.name}/{when}"
            proof.check(name, title, partial(prove, stage, weakness))

    names = [f"weakness/{weakness.name}/{when}" for when in moments]
    _staged(proof, plan, theatre, names, perform)


def _after_reset(stage: Stage, weakness: Weakness) -> str:
    stage.sandbox.reset()
    stage.await_services()
    return prove_fixed(stage, weakness)


def _off(proof: Proof, theatre: Theatre, weakness: Weakness) -> None:
    def prove() -> str:
        plan = load_plan(proof.pack, seed=proof.seed, without=[weakness.name])
        with theatre.stage(plan) as stage:
            return prove_off(stage, weakness)

    title = titled(weakness.title, _MOMENTS["off"])
    proof.check(f"weakness/{weakness.name}/off", title, prove)


def _tasks(proof: Proof, plan: Plan, theatre: Theatre) -> None:
    tasks = in_order(plan)

    def perform(stage: Stage) -> None:
        with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder) / "j.db") as store:
            trainee = Trainee(stage, store)
            for task in tasks:
                title = titled(task.title, _SOLVED)
                proof.check(f"task/{task.name}", title, partial(trainee.prove, task))
        if plan.world.field_systems:
            _titled_check(proof, "replay/journal", partial(prove_replay, stage))

    names = [*(f"task/{task.name}" for task in tasks), "replay/journal"]
    _staged(proof, plan, theatre, names, perform)


def _idle(proof: Proof, plan: Plan, theatre: Theatre) -> None:
    def perform(stage: Stage) -> None:
        _titled_check(proof, "task/idle", partial(prove_idle, stage))

    _staged(proof, plan, theatre, ["task/idle"], perform)


def _quiet(proof: Proof, plan: Plan, theatre: Theatre) -> None:
    def perform(stage: Stage) -> None:
        _titled_check(proof, "containment", partial(prove_contained, stage, proof.pack))
        _titled_check(proof, "quiet", partial(prove_quiet, stage))
        if plan.world.field_systems:
            _titled_check(proof, "replay/snapshot", partial(prove_snapshot, stage))

    _staged(proof, plan, theatre, ["quiet", "containment", "replay/snapshot"], perform)


def _titled_check(proof: Proof, name: str, prove: Callable[[], str]) -> None:
    proof.check(name, _TITLES[name], prove)


def _staged(
    proof: Proof,
    plan: Plan,
    theatre: Theatre,
    names: list[str],
    perform: Callable[[Stage], None],
) -> None:
    """Perform in a fresh sandbox; if it cannot be had, that is why all its checks fail."""
    try:
        with theatre.stage(plan) as stage:
            perform(stage)
    except UNPROVEN as error:
        prove = partial(_fail, f"the sandbox cannot be brought up or down: {error}")
        for name in proof.missing(names) or [f"down/{names[0]}"]:
            proof.check(name, text("a sandbox is needed", "需要一个沙箱"), prove)


def _fail(reason: str) -> str:
    raise NotProvenError(reason)
