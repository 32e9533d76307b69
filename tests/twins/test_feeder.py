"""The feeder: order of shedding and return, inrush, ledgers."""

from __future__ import annotations

import pytest

from tests.twins.zones import run, run_until, white, zone


def test_sheddable_loads_stay_off_on_the_generator() -> None:
    world = zone()
    white(world, "grid.available", False)
    run(world, 1)
    run_until(world, "feeder.supplied", True)
    run(world, 60)
    points = world.points()
    connected = [name for name in ("server", "traffic", "pump", "sorting", "lab")
                 if points[f"feeder.{name}_connected"]]  # fmt: skip
    assert connected == ["server", "traffic", "pump"]
    assert points["genset.power_kw"] == pytest.approx(195, abs=2)
    assert points["feeder.server_power_kw"] == pytest.approx(120, rel=0.01)
    assert points["feeder.lab_power_kw"] == 0.0


def test_a_load_step_beyond_the_generator_is_shed() -> None:
    world = zone()
    white(world, "grid.available", False)
    run(world, 1)
    run_until(world, "feeder.supplied", True)
    run(world, 30)
    white(world, "feeder.pump_demand_kw", 90)
    run(world, 5)
    points = world.points()
    assert points["feeder.pump_connected"] is False
    assert points["feeder.supplied"] is True
    assert points["genset.common_shutdown"] is False


def test_motor_inrush_dips_the_generator_s_voltage() -> None:
    world = zone()
    white(world, "grid.available", False)
    run(world, 1)
    run_until(world, "feeder.supplied", True)
    run(world, 4)
    run_until(world, "feeder.pump_connected", True)
    lowest = 230.0
    for _ in range(300):
        world.step()
        lowest = min(lowest, float(world.twins["genset"].read("gen_ua_v")))
    assert 0.75 * 230 < lowest < 0.97 * 230


def test_ledgers_balance() -> None:
    world = zone()
    run(world, 30)
    white(world, "grid.available", False)
    run(world, 120)
    white(world, "grid.available", True)
    run(world, 120)
    points = {name: float(value) for name, value in world.points().items()
              if name.endswith("_kwh")}  # fmt: skip
    asked = points["feeder.demand_kwh"]
    assert asked == pytest.approx(365 * 270 / 3600, rel=1e-9)
    assert points["feeder.supplied_kwh"] + points["feeder.not_supplied_kwh"] == pytest.approx(
        asked, rel=1e-9
    )
    delivered = points["grid.energy_kwh"] + points["genset.energy_kwh"]
    assert points["feeder.energy_kwh"] == pytest.approx(delivered, rel=1e-3)
    assert points["feeder.critical_not_supplied_kwh"] < points["feeder.not_supplied_kwh"]
