"""Each way in which a weakness can fail to be proven has its own clear reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bachang.fabric import ExecResult
from bachang.verify._stage import NotProvenError, Stage
from bachang.verify._weakness import prove_blocked, prove_fixed, prove_fresh, prove_off
from tests.verify.rehearsal import WEAKNESS, Act, HeldClock, Rehearsal, done, plan


def exploit(world: Rehearsal) -> ExecResult | None:
    if not world.points_.get("set.guarded"):
        world.points_["set.mode"] = "manual"
    return done(1)


def fix(world: Rehearsal) -> ExecResult | None:
    world.points_["set.guarded"] = True
    return None


def serve(world: Rehearsal) -> ExecResult | None:
    world.points_["set.used"] = True
    return None


def nothing(_: Rehearsal) -> ExecResult | None:
    return done(out="nothing happened")


def stage(**acts: Act) -> Stage:
    world = Rehearsal({"exploit": exploit, "fix": fix, "service": serve, **acts})
    return Stage(world, plan(weaknesses=(WEAKNESS,)), HeldClock())


def test_a_right_weakness_is_proven_at_all_moments() -> None:
    there = stage()
    assert "set.mode = 'manual'" in prove_fresh(there, WEAKNESS)
    there.sandbox.reset()
    assert "set.used = True" in prove_fixed(there, WEAKNESS)
    assert "set.used = True" in prove_blocked(there, WEAKNESS)
    there.sandbox.reset()
    there.run("fix", WEAKNESS.fix)
    assert "stays false" in prove_off(there, WEAKNESS)


@pytest.mark.parametrize(
    ("acts", "prove", "reason"),
    [
        ({"exploit": nothing}, prove_fresh, "the exploit .* has no effect.*'auto'.*nothing happ"),
        ({"service": nothing}, prove_fresh, "as delivered the legitimate function does not work"),
        ({"service": lambda _: done(3)}, prove_fresh, "service probe as delivered .* status 3"),
        ({"fix": lambda _: done(2, "no nft")}, prove_fixed, "the fix .* status 2.*no nft"),
        ({"fix": nothing}, prove_blocked, "the fix does not hold against the exploit"),
        ({"exploit": exploit}, prove_off, "switched off, but its exploit works"),
        ({"service": nothing}, prove_off, "with the weakness switched off the legitimate"),
    ],
)
def test_what_is_wrong_is_said(
    acts: dict[str, Act], prove: Callable[[Stage, object], str], reason: str
) -> None:
    with pytest.raises(NotProvenError, match=reason):
        prove(stage(**acts), WEAKNESS)


def test_a_condition_that_holds_before_the_exploit_proves_nothing() -> None:
    there = stage()
    there.sandbox.command("set.mode", "manual", actor="white")
    with pytest.raises(NotProvenError, match="holds before anything was exploited"):
        prove_fresh(there, WEAKNESS)


def test_a_fix_that_breaks_the_function_is_refused() -> None:
    def unplug(world: Rehearsal) -> None:
        fix(world)
        world.acts["service"] = lambda _: done(1, "no route")

    with pytest.raises(NotProvenError, match=r"after the fix .* status 1.*no route"):
        prove_fixed(stage(fix=unplug), WEAKNESS)


def test_a_fix_that_breaks_the_function_at_the_next_start_is_refused() -> None:
    there = stage()
    world = there.sandbox
    assert isinstance(world, Rehearsal)

    def forget(world: Rehearsal) -> None:
        world.acts["service"] = nothing
        world.points_["set.used"] = False

    world.on_kill = forget
    with pytest.raises(NotProvenError, match="after the fix and a restart of everything"):
        prove_fixed(there, WEAKNESS)


def test_a_fix_that_is_lost_at_the_next_start_does_not_block() -> None:
    there = stage()
    world = there.sandbox
    assert isinstance(world, Rehearsal)
    world.on_kill = lambda world: world.points_.pop("set.guarded", None)
    prove_fixed(there, WEAKNESS)
    with pytest.raises(NotProvenError, match="the fix does not hold"):
        prove_blocked(there, WEAKNESS)


def test_a_service_that_never_answers_again_is_named() -> None:
    there = stage()
    world = there.sandbox
    assert isinstance(world, Rehearsal)
    world.on_kill = lambda world: world.services.update(web="failed: no such file")
    with pytest.raises(NotProvenError, match=r"desk/web \(failed: no such file\)"):
        prove_fixed(there, WEAKNESS)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (done(-9, "half", timed_out=True), "hung and was ended after 15 s.*half"),
        (done(0, "x" * 4096, truncated=True), "flooded its output"),
    ],
)
def test_probes_that_hang_or_flood_are_failures(result: ExecResult, reason: str) -> None:
    with pytest.raises(NotProvenError, match=reason):
        prove_fresh(stage(exploit=lambda _: result), WEAKNESS)


def test_a_probe_that_does_not_exist_is_named() -> None:
    there = stage()
    assert isinstance(there.sandbox, Rehearsal)
    del there.sandbox.acts["exploit"]
    with pytest.raises(NotProvenError, match=r"the exploit .* cannot be run: desk has no program"):
        prove_fresh(there, WEAKNESS)


def test_an_effect_may_take_its_settling_time_and_no_longer() -> None:
    there = stage(exploit=nothing)
    world = there.sandbox
    assert isinstance(world, Rehearsal)

    def later(world: Rehearsal) -> None:
        if world.time_s >= delay:
            world.points_["set.mode"] = "manual"

    world.tick = later
    delay = WEAKNESS.settle_s + 0.5
    with pytest.raises(NotProvenError, match="did not hold within 2 s"):
        prove_fresh(there, WEAKNESS)
    world.reset()
    delay = WEAKNESS.settle_s - 0.5
    prove_fresh(there, WEAKNESS)
