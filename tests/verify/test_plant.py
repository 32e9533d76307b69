"""Noise, open balances, states that do not come back and journals that do not replay."""

from __future__ import annotations

from typing import Any

import pytest

from bachang.fabric import Sandbox
from bachang.plan import FieldSystem, Plan, World
from bachang.twins import TICK_S, Access, Command, Zone
from bachang.verify._plant import prove_quiet, prove_replay, prove_snapshot
from bachang.verify._stage import NotProvenError, Stage
from tests.verify.rehearsal import HeldClock, Rehearsal, plan

BOOKS = {"hall.demand_kwh": 10.0, "hall.supplied_kwh": 9.0, "hall.not_supplied_kwh": 1.0}
SYSTEMS = (
    FieldSystem(name="mains", type="grid"),
    FieldSystem(name="hall", type="feeder", wiring={"supply": "mains"}),
)


def with_systems() -> Plan:
    bare = plan()
    world = World(hosts=bare.world.hosts, field_systems=SYSTEMS, seed="1")
    return Plan(
        format=bare.format,
        scenario=bare.scenario,
        title=bare.title,
        description=bare.description,
        seed=bare.seed,
        world=world,
        exercise=bare.exercise,
    )


def stage(points: dict[str, Any], world: type[Rehearsal] = Rehearsal) -> Stage:
    return Stage(world({}, points_=points), with_systems(), HeldClock())


def test_quiet_and_balanced() -> None:
    there = stage({**BOOKS, "mains.energy_kwh": 9.0, "hall.energy_kwh": 9.000001})
    assert prove_quiet(there) == "30 minutes; 9.000 kWh given, 9.000 kWh taken"


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (BOOKS | {"hall.supplied_kwh": 8.5}, r"hall: of 10.0 kWh asked for 0.5 kWh are in no"),
        ({"mains.energy_kwh": 9.0, "hall.energy_kwh": 8.5}, r"gave 9.000 kWh, loads took 8.500"),
    ],
)
def test_open_balances_are_named(points: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotProvenError, match=reason):
        prove_quiet(stage(points))


@pytest.mark.parametrize("kind", ["alarm.raised", "interlock.refused", "command.refused"])
def test_noise_is_named_with_its_time(kind: str) -> None:
    there = stage(dict(BOOKS))
    world = there.sandbox
    assert isinstance(world, Rehearsal)
    world.tick = lambda world: world.record(  # type: ignore[assignment]
        actor="system", kind=kind, subject="hall", data={"reason": "why"}
    )
    with pytest.raises(NotProvenError, match=rf"not quiet: {kind} hall at 1.0 s \(why\)"):
        prove_quiet(there)


def test_noise_of_before_does_not_count() -> None:
    there = stage(dict(BOOKS))
    there.sandbox.record(actor="system", kind="alarm.raised", subject="hall")
    prove_quiet(there)


def test_a_plant_that_is_too_slow_is_a_failure() -> None:
    class Slow(Rehearsal):
        def advance(self, until_s: float, *, limit_s: float = 60.0) -> float:
            raise TimeoutError

    with pytest.raises(NotProvenError, match="too slow"):
        prove_quiet(stage(dict(BOOKS), Slow))


class Checkpointed(Rehearsal):
    """A world whose state is its time and how far a number has run since the start."""

    forgets = False

    def advance(self, until_s: float, *, limit_s: float = 60.0) -> float:
        for tick in range(int(self.time_s) + 1, int(until_s) + 1):
            self.points_["set.run"] = self.points_.get("set.run", 0) + tick
            if tick % 10 == 0:
                self.time_s = tick
                data = {"tick": tick, "hash": str(self.points_["set.run"])}
                self.record(actor="system", kind="plant.checkpoint", subject="sandbox", data=data)
        self.time_s = until_s
        return until_s

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        if self.forgets:
            self.points_["set.run"] = 0


class Forgetful(Checkpointed):
    """One that leaves something out of its snapshots."""

    forgets = True


def test_a_snapshot_that_comes_back() -> None:
    assert prove_snapshot(stage({}, Checkpointed)) == "4 checkpoints are equal both times"


def test_a_snapshot_that_forgets_is_refused() -> None:
    with pytest.raises(NotProvenError, match=r"the plant is in state 45 at tick 10.* in 55"):
        prove_snapshot(stage({}, Forgetful))


def test_runs_without_a_common_checkpoint_prove_nothing() -> None:
    with pytest.raises(NotProvenError, match="no checkpoint in common"):
        prove_snapshot(stage({}))


def recorded(*, lie: bool) -> Sandbox:
    """The journal of a real plant of 20 s with one command."""
    zone = Zone(SYSTEMS, "1")
    command = Command(
        point="hall.server_demand_kw", value=100.0, actor="white", access=Access.WHITE
    )
    while zone.time_s < 20.0:
        if zone.tick == round(5.0 / TICK_S):
            zone.apply(command)
        zone.step()
    world = Rehearsal({})
    for event in zone.take_events():
        data = dict(event.data)
        if lie and event.kind == "command.applied":
            data["value"] = 101.0
        world.time_s = event.sandbox_time_s
        world.record(actor=event.actor, kind=event.kind, subject=event.subject, data=data)
    return world


def test_a_true_journal_replays() -> None:
    there = Stage(recorded(lie=False), with_systems(), HeldClock())
    assert prove_replay(there) == "2 checkpoints with 1 commands are equal"


def test_a_journal_that_lies_does_not_replay() -> None:
    there = Stage(recorded(lie=True), with_systems(), HeldClock())
    with pytest.raises(NotProvenError, match=r"2 of 2 checkpoints differ.*tick 1000 \(10 s\)"):
        prove_replay(there)


def test_an_empty_journal_proves_nothing() -> None:
    with pytest.raises(NotProvenError, match="no checkpoint"):
        prove_replay(stage(dict(BOOKS)))
