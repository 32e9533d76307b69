"""The transfer switch: times (A10), the interlock (A9), judgement, failures."""

from __future__ import annotations

import contextlib
import random

import pytest

from bachang.plan import FieldSystem
from bachang.twins import RefusedError, Zone
from bachang.twins.ats import Ats
from bachang.twins.grid import Grid
from tests.twins.zones import field, run, run_until, white, zone


def two_mains(**settings: float) -> Zone:
    """A stand-alone transfer switch between two mains."""
    wiring = {"source_1": "one", "source_2": "two"}
    return Zone(
        (
            FieldSystem(name="one", type="grid"),
            FieldSystem(name="two", type="grid"),
            FieldSystem(name="ats", type="ats", wiring=wiring, settings=settings),
            FieldSystem(name="feeder", type="feeder", wiring={"supply": "ats"}),
        ),
        "seed",
    )


@pytest.mark.parametrize(
    ("settings", "expected_s"),
    [({}, 6.3), ({"source_1_abnormal_delay_s": 0.5, "transfer_interval_s": 0.5}, 1.3)],
)
def test_transfer_time(settings: dict[str, float], expected_s: float) -> None:
    world = two_mains(**settings)
    run(world, 1)
    white(world, "one.available", False)
    assert run_until(world, "ats.position", 2) == pytest.approx(expected_s, abs=0.0101)
    run(world, 0.1)
    points = world.points()
    assert points["ats.last_dark_s"] == pytest.approx(expected_s, abs=0.0101)
    interval_s = settings.get("transfer_interval_s", 1.0)
    assert points["ats.last_transfer_ms"] == pytest.approx(1000 * (interval_s + 0.2), abs=21)
    white(world, "one.available", True)
    assert run_until(world, "ats.position", 1) == pytest.approx(10 + interval_s + 0.3, abs=0.03)


def test_auxiliary_contact_lags() -> None:
    world = two_mains()
    field(world, "ats.manual", True)
    field(world, "ats.open", True)
    run(world, 0.1)
    assert world.points()["ats.position"] == 0
    assert world.points()["ats.source_1_closed"] is True
    run(world, 0.03)
    assert world.points()["ats.source_1_closed"] is False


def test_hysteresis_of_the_voltage_limits() -> None:
    world = two_mains()
    white(world, "one.set_voltage_percent", 79)
    run(world, 10)
    assert world.points()["ats.source_1_normal"] is False
    white(world, "one.set_voltage_percent", 84)
    run(world, 20)
    assert world.points()["ats.source_1_normal"] is False
    white(world, "one.set_voltage_percent", 90)
    run(world, 11)
    assert world.points()["ats.source_1_normal"] is True


def test_no_return_where_it_is_switched_off() -> None:
    world = two_mains(auto_restore=False)
    white(world, "one.available", False)
    run_until(world, "ats.position", 2)
    white(world, "one.available", True)
    run(world, 60)
    assert world.points()["ats.position"] == 2


def test_interlock_stops_and_counts() -> None:
    world = two_mains()
    field(world, "ats.manual", True)
    world.take_events()
    field(world, "ats.close_2", True)
    events = {event.kind: event for event in world.take_events()}
    assert events["interlock.refused"].subject == "ats"
    assert "alarm.raised" in events
    run(world, 2)
    points = world.points()
    assert points["ats.interlock_attempts"] == 1
    assert points["ats.position"] == 1


def test_breaker_commands_only_in_manual_mode() -> None:
    with pytest.raises(RefusedError, match="manual"):
        field(two_mains(), "ats.open", True)


def test_a_stuck_breaker_is_reported() -> None:
    world = two_mains()
    white(world, "ats.breaker_1_stuck", True)
    white(world, "one.available", False)
    raised = {event.subject for event in run(world, 20) if event.kind == "alarm.raised"}
    assert raised == {"ats.fail_to_open", "ats.fail_to_transfer"}


def test_start_relay_drives_a_genset_without_own_judgement() -> None:
    systems = (
        FieldSystem(name="grid", type="grid"),
        FieldSystem(name="other", type="grid"),
        FieldSystem(
            name="genset", type="genset", wiring={"mains": "other", "remote_start": "ats"}
        ),
        FieldSystem(
            name="ats", type="ats", wiring={"source_1": "grid", "source_2": "genset"},
            settings={"stop_delay_s": 5.0},
        ),
    )  # fmt: skip
    world = Zone(systems, "seed")
    white(world, "grid.available", False)
    run_until(world, "ats.position", 2)
    white(world, "grid.available", True)
    run_until(world, "ats.position", 1)
    run_until(world, "genset.state", "standby")


def hammer(commands: int, seed: int) -> Ats:
    """Random commands, steps, power failures and restores; never both breakers closed."""
    grids = [Grid("one", {}, "s"), Grid("two", {}, "s")]
    ats = Ats("ats", {}, "s")
    ats.connect("source_1", grids[0])
    ats.connect("source_2", grids[1])
    draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
    buttons = ("auto", "manual", "close_1", "close_2", "open", "alarm_reset")
    pair = ats.state.pair
    for _ in range(commands):
        choice = draw.random()
        if choice < 0.97:
            with contextlib.suppress(RefusedError):
                ats.write(draw.choice(buttons), True)
        elif choice < 0.99:
            source = grids[draw.randrange(2)].source
            source.voltage_pu = draw.choice((0.0, 0.7, 1.0))
        else:
            ats.write(draw.choice(("breaker_1_stuck", "breaker_2_stuck")), draw.random() < 0.2)
        if draw.random() < 0.5:
            ats.step(0.01)
        first, second = pair.breakers
        assert not (first.closed and second.closed)
        assert not (first.motion > 0 and second.motion > 0)
        ats.outbox.clear()
    return ats


def test_interlock_under_random_commands() -> None:
    ats = hammer(100_000, 1)
    assert ats.state.pair.refused > 100
    assert ats.state.transfers > 10


@pytest.mark.slow
def test_interlock_under_a_million_random_commands() -> None:
    ats = hammer(1_000_000, 2)
    assert ats.state.pair.refused > 1000


def test_unlock_code_can_be_changed() -> None:
    world = zone(ats={"unlock_code": 41235})
    with pytest.raises(RefusedError, match="wrong"):
        field(world, "ats.unlock", 6001)
    field(world, "ats.unlock", 41235)
    field(world, "ats.transfer_interval_s", 3)
    white(world, "ats.restore_settings", True)
    assert world.points()["ats.transfer_interval_s"] == 1.0
    assert world.points()["ats.unlocked"] is False
