"""The whole zone: determinism (A1), replay, quiet hours (A2), commands and their refusal."""

from __future__ import annotations

import msgspec
import pytest

from bachang.twins import Access, Command, RefusedError, UnknownPointError, Zone, replay
from tests.twins.zones import field, run, systems, white, zone


def eventful(world: Zone) -> list[str]:
    """Ninety seconds with a mains failure and commands; five hashes."""
    hashes = []
    run(world, 3.21)
    white(world, "grid.available", False)
    for part in range(5):
        run(world, 15.17)
        hashes.append(world.state_hash())
        if part == 2:
            field(world, "genset.manual", True)
            field(world, "ats.manual", True)
            field(world, "ats.open", True)
            white(world, "grid.available", True)
            white(world, "feeder.pump_demand_kw", 75)
    return hashes


def test_same_seed_and_commands_give_the_same_state() -> None:
    first, second = zone(), zone()
    assert eventful(first) == eventful(second)
    assert len(set(eventful(zone()))) == 5


def test_another_seed_gives_another_state() -> None:
    assert eventful(Zone(systems(), "other")) != eventful(zone())


def test_snapshot_and_restore_go_on_equally() -> None:
    for at_s in (2.0, 6.5, 20.0, 31.03, 40.0):
        world = zone()
        white(world, "grid.available", False)
        run(world, at_s)
        state = msgspec.json.decode(msgspec.json.encode(world.snapshot()))
        other = zone()
        other.restore(state)
        assert other.state_hash() == world.state_hash()
        run(world, 30)
        run(other, 30)
        assert other.state_hash() == world.state_hash()


def test_restore_refuses_a_foreign_state() -> None:
    state = zone().snapshot()
    state["twins"]["genset"]["state"].pop("wanted")
    with pytest.raises(ValueError, match="wanted"):
        zone().restore(state)


def test_replay_of_the_journal() -> None:
    world = zone()
    events = []
    run(world, 1)
    world.take_events()
    for step in range(4):
        white(world, "grid.available", step % 2 == 1)
        white(world, "feeder.lab_demand_kw", 50 + step)
        with pytest.raises(RefusedError):
            field(world, "genset.start", True)
        events += world.take_events() + run(world, 14.44)
    result = replay(systems(), "seed", events)
    assert result.equal
    assert result.checkpoints == 5
    changed = [event for event in events if event.data.get("value") != 52]
    assert len(changed) == len(events) - 1
    broken = replay(systems(), "seed", changed)
    assert broken.mismatches
    assert not broken.equal


def test_replay_from_a_snapshot() -> None:
    world = zone()
    run(world, 12)
    state = world.snapshot()
    white(world, "grid.available", False)
    events = world.take_events() + run(world, 30)
    assert replay(systems(), "seed", events, state=state).equal


def quiet(minutes: int) -> None:
    """Run without any attack: no alarm, nothing refused, balances closed."""
    world = zone()
    kinds = set()
    for _ in range(minutes):
        kinds |= {event.kind for event in run(world, 60)}
    assert kinds == {"points.sampled", "plant.checkpoint"}
    points = world.points()
    asked = 365 * minutes / 60
    assert points["feeder.demand_kwh"] == pytest.approx(asked, rel=1e-6)
    assert points["feeder.supplied_kwh"] == pytest.approx(asked, rel=1e-6)
    assert points["feeder.not_supplied_kwh"] == 0.0
    assert points["feeder.energy_kwh"] == pytest.approx(points["grid.energy_kwh"], rel=1e-4)
    assert points["genset.energy_kwh"] == 0.0


def test_thirty_quiet_minutes() -> None:
    quiet(30)


@pytest.mark.slow
def test_a_quiet_day() -> None:
    quiet(24 * 60)


@pytest.mark.parametrize(
    ("point", "value", "access", "message"),
    [
        ("genset.speed_rpm", 1.0, Access.WHITE, "not writable"),
        ("genset.warm_up_s", 1.0, Access.FIELD, "not writable"),
        ("genset.warm_up_s", -1.0, Access.OPERATOR, "below 0 s"),
        ("genset.warm_up_s", 1e9, Access.OPERATOR, "above 3600 s"),
        ("genset.warm_up_s", float("nan"), Access.OPERATOR, "not a number"),
        ("genset.start_attempts", 1.5, Access.OPERATOR, "whole"),
        ("genset.power_on_mode", "off", Access.OPERATOR, "not one of"),
        ("genset.remote_lock", 1, Access.OPERATOR, "not true or false"),
        ("grid.available", False, Access.OPERATOR, "not writable"),
    ],
)
def test_refusals_say_why_and_change_nothing(
    point: str, value: float | str, access: Access, message: str
) -> None:
    world = zone()
    before = world.state_hash()
    with pytest.raises(RefusedError, match=message) as caught:
        world.apply(Command(point=point, value=value, actor="x", access=access))
    assert set(caught.value.text) == {"en", "zh"}
    assert world.state_hash() == before
    event = world.take_events()[0]
    assert (event.kind, event.subject) == ("command.refused", point)
    assert event.data["reason"] == str(caught.value)


def test_unknown_points() -> None:
    for name in ("genset.speed", "nothing.speed_rpm", "genset", ""):
        with pytest.raises(UnknownPointError):
            white(zone(), name, True)


def test_commands_are_stamped_in_order() -> None:
    world = zone()
    run(world, 0.07)
    for _ in range(2):
        white(world, "genset.ambient_c", 30)
    run(world, 0.01)
    white(world, "genset.ambient_c", 31)
    stamps = [(e.data["tick"], e.data["order"]) for e in world.take_events()]
    assert stamps == [(7, 0), (7, 1), (8, 0)] or stamps[-1] == (8, 0)
    assert "genset.panel_password" not in world.sample()
