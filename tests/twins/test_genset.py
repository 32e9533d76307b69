"""The genset controller: automatic mains failure (A6), modes, toggles, protections (A7)."""

from __future__ import annotations

from typing import Any

import pytest

from bachang.plan import FieldSystem
from bachang.twins import RefusedError, Zone
from bachang.twins.genset import Settings
from bachang.twins.genset.process import at_rest
from bachang.twins.genset.protection import Guard
from tests.twins.zones import field, run, run_until, white, zone

TUNED = {"mains_abnormal_delay_s": 2.0, "safety_on_s": 5.0, "warm_up_s": 2.0}


def fail_mains(world: Zone) -> float:
    """Cut the mains; seconds until the load has power again."""
    run(world, 5)
    white(world, "grid.available", False)
    run(world, 0.1)
    run_until(world, "feeder.supplied", True)
    run(world, 0.1)
    return float(world.points()["feeder.last_dark_s"])


def test_mains_failure_takes_28_seconds_by_default() -> None:
    world = zone()
    assert fail_mains(world) == pytest.approx(28.3, abs=0.3)
    points = world.points()
    assert points["ats.last_dark_s"] == pytest.approx(28.3, abs=0.3)
    assert points["ats.position"] == 2
    assert points["genset.gen_on_load"] is True


def test_mains_failure_tuned_keeps_the_15_second_rule() -> None:
    assert 11.0 < fail_mains(zone(genset=TUNED)) <= 15.0


def test_own_contactors_have_the_same_timing_and_interlock() -> None:
    systems = (
        FieldSystem(name="grid", type="grid"),
        FieldSystem(name="genset", type="genset", wiring={"mains": "grid"}),
        FieldSystem(name="feeder", type="feeder", wiring={"supply": "genset"}),
    )
    world = Zone(systems, "seed")
    assert fail_mains(world) == pytest.approx(28.3, abs=0.3)
    white(world, "grid.available", True)
    run_until(world, "genset.mains_on_load", True)
    assert run_until(world, "genset.state", "standby") < 60


def test_mains_return_gives_the_load_back_and_stops_the_set() -> None:
    world = zone()
    fail_mains(world)
    white(world, "grid.available", True)
    assert run_until(world, "ats.position", 1) == pytest.approx(10 + 1 + 1.3, abs=0.1)
    assert run_until(world, "genset.state", "standby") < 60
    run(world, 20)
    points = world.points()
    assert points["feeder.shedding"] is False
    assert points["genset.speed_rpm"] == 0.0


def test_short_dip_does_not_start_it() -> None:
    world = zone()
    white(world, "grid.available", False)
    run(world, 4.9)
    white(world, "grid.available", True)
    run(world, 20)
    assert world.points()["genset.starts"] == 0


def test_manual_mode_never_starts_by_itself() -> None:
    world = zone()
    field(world, "genset.manual", True)
    white(world, "grid.available", False)
    run(world, 120)
    points = world.points()
    assert points["genset.state"] == "standby"
    assert points["feeder.supplied"] is False
    assert points["feeder.dark_min"] == pytest.approx(2.0, abs=0.01)
    field(world, "genset.auto", True)
    run_until(world, "feeder.supplied", True)


def test_mains_breaker_is_a_toggle() -> None:
    world = zone()
    with pytest.raises(RefusedError, match="manual"):
        field(world, "genset.mains_breaker", True)
    field(world, "genset.manual", True)
    field(world, "genset.mains_breaker", True)
    run(world, 2)
    assert world.points()["feeder.supplied"] is False
    field(world, "genset.mains_breaker", True)
    run(world, 2)
    assert world.points()["feeder.supplied"] is True


def test_state_checked_breaker_takes_levels() -> None:
    world = zone(genset={"state_checked_commands": True})
    field(world, "genset.manual", True)
    for _ in range(2):
        with pytest.raises(RefusedError, match="already"):
            field(world, "genset.mains_breaker", True)
    run(world, 2)
    assert world.points()["feeder.supplied"] is True
    field(world, "genset.mains_breaker", False)
    run(world, 2)
    assert world.points()["feeder.supplied"] is False


def test_generator_breaker_needs_a_ready_generator() -> None:
    world = zone()
    field(world, "genset.manual", True)
    with pytest.raises(RefusedError, match="not ready"):
        field(world, "genset.gen_breaker", True)
    field(world, "genset.start", True)
    run_until(world, "genset.state", "running")
    field(world, "genset.gen_breaker", True)
    run(world, 2)
    assert world.points()["ats.position"] == 2
    field(world, "genset.stop", True)
    run_until(world, "genset.state", "standby")
    assert world.points()["genset.mode"] == "stop"


@pytest.mark.parametrize(
    "settings",
    [{"remote_lock": True}, {"command_sources": ["10.0.0.1", "10.9.0.0/16"]}],
)
def test_network_commands_can_be_shut_out(settings: dict[str, Any]) -> None:
    world = zone(genset=settings)
    with pytest.raises(RefusedError):
        field(world, "genset.manual", True)
    assert world.points()["genset.mode"] == "auto"


def test_a_listed_source_may_command() -> None:
    world = zone(genset={"command_sources": "10.9.0.0/16"})
    field(world, "genset.manual", True, source="10.9.1.2:999")
    assert world.points()["genset.mode"] == "manual"


def test_three_attempts_then_failure() -> None:
    world = zone()
    white(world, "genset.starter_failed", True)
    white(world, "grid.available", False)
    kinds = [(event.kind, event.subject) for event in run(world, 90)]
    assert kinds.count(("alarm.raised", "genset.crank_failure")) == 1
    states = [subject for kind, subject in kinds if subject == "genset.state"]
    assert len(states) >= 3
    points = world.points()
    assert points["genset.common_shutdown"] is True
    assert points["genset.state"] == "standby"
    white(world, "genset.starter_failed", False)
    white(world, "genset.alarm_reset", True)
    run_until(world, "feeder.supplied", True)


def guard_after(seconds: float, name: str, **measured: float) -> bool:
    """Does a protection trip after so long under constant measurements?"""
    guard, plant, settings = Guard(), at_rest(), Settings()
    plant.quick[0], plant.voltage_pu, plant.oil_kpa, plant.coolant_c = 1.0, 1.0, 400.0, 80.0
    for key, value in measured.items():
        if key == "speed":
            plant.quick[0] = value
        else:
            setattr(plant, key, value)
    for _ in range(round(seconds * 100)):
        list(guard.judge(plant, settings, turning=True, safe=True, dt_s=0.01))
    return guard.active[name]


@pytest.mark.parametrize(
    ("name", "measured", "delay_s"),
    [
        ("overfrequency", {"speed": 1.14}, 2.0),
        ("overspeed", {"speed": 1.14}, 2.0),
        ("underspeed", {"speed": 0.79}, 3.0),
        ("underfrequency", {"speed": 0.85}, 10.0),
        ("overvoltage", {"voltage_pu": 1.21}, 10.0),
        ("undervoltage", {"voltage_pu": 0.79}, 10.0),
        ("high_temperature", {"coolant_c": 98.0}, 2.0),
        ("low_oil_pressure", {"oil_kpa": 103.0}, 2.0),
        ("speed_signal_lost", {"speed": 0.0}, 5.0),
    ],
)
def test_protections_wait_for_their_delay(
    name: str, measured: dict[str, float], delay_s: float
) -> None:
    assert not guard_after(delay_s - 0.1, name, **measured)
    assert guard_after(delay_s + 0.1, name, **measured)


def test_low_oil_only_counts_after_safety_on() -> None:
    guard, plant = Guard(), at_rest()
    for _ in range(1000):
        list(guard.judge(plant, Settings(), turning=True, safe=False, dt_s=0.01))
    assert not guard.active["low_oil_pressure"]


def test_low_oil_trips_a_worn_engine_after_safety_on() -> None:
    world = zone()
    white(world, "genset.oil_wear_percent", 90)
    white(world, "grid.available", False)
    run_until(world, "genset.state", "safety_on")
    run(world, 9.5)
    assert world.points()["genset.low_oil_pressure"] is False
    run(world, 3)
    assert world.points()["genset.low_oil_pressure"] is True


def test_a_raised_speed_reference_trips_in_two_and_a_half_seconds() -> None:
    world = zone()
    fail_mains(world)
    run(world, 20)
    white(world, "genset.speed_reference_percent", 116)
    took_s = run_until(world, "genset.overspeed", True)
    assert 2.0 < took_s < 3.0
    run(world, 1)
    assert world.points()["feeder.supplied"] is False


def test_without_shedding_the_whole_zone_goes_dark_again() -> None:
    world = zone(feeder={"shedding_enabled": False})
    fail_mains(world)
    run_until(world, "genset.underspeed", True, limit_s=20)
    run(world, 5)
    points = world.points()
    assert points["feeder.supplied"] is False
    assert points["feeder.outages"] == 2


def test_running_out_of_fuel_stops_it() -> None:
    world = zone()
    fail_mains(world)
    white(world, "genset.fuel_l", 0.05)
    events = run(world, 30)
    raised = [event.subject for event in events if event.kind == "alarm.raised"]
    assert "genset.low_fuel" in raised
    assert world.points()["feeder.supplied"] is False


def test_resetting_the_host_restores_settings_and_mode_not_physics() -> None:
    world = zone(genset={"warm_up_s": 3.0})
    fail_mains(world)
    white(world, "genset.warm_up_s", 500)
    field(world, "genset.manual", True)
    white(world, "genset.restore_settings", True)
    points = world.points()
    assert points["genset.warm_up_s"] == 3.0
    assert points["genset.mode"] == "auto"
    assert points["genset.speed_rpm"] > 1400  # type: ignore[operator]
