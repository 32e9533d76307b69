"""What each of the genset controller's points shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from bachang.twins._contract import PointValue
from bachang.twins._supply import NOMINAL_HZ, NOMINAL_LINE_V, NOMINAL_PHASE_V
from bachang.twins.genset.controller import FUELLED, after
from bachang.twins.genset.points import SHUTDOWNS, WARNINGS
from bachang.twins.genset.protection import charger_v, fuel_percent, load_percent

if TYPE_CHECKING:
    from bachang.twins.genset.device import Genset

Readings = dict[str, Callable[[], PointValue]]
RATED_RPM = 1500.0
MAINTENANCE_S = 250 * 3600
PHASES = ("a", "b", "c")
LINES = ("ab", "bc", "ca")


def readings(genset: Genset) -> Readings:
    """Point name to a function of its value."""
    return {
        **_states(genset),
        **_bits(genset),
        **_electrical(genset),
        **_engine(genset),
        **_counters(genset),
    }


def _states(genset: Genset) -> Readings:
    state, settings = genset.state, genset.settings

    def countdown_s() -> float:
        lasts_s = settings.crank_s if state.state == "crank" else after(state.state, settings)[1]
        return 0.0 if math.isinf(lasts_s) else max(0.0, lasts_s - state.elapsed_s)

    def request_countdown_s() -> float:
        if state.request == "none":
            return 0.0
        delay_s = (
            settings.start_delay_s if state.request == "start_delay" else settings.stop_delay_s
        )
        return delay_s - state.request_s

    def transfer_state() -> str:
        position = genset.position()
        if position:
            return "mains_closed" if position == 1 else "generator_closed"
        return "transfer_rest" if state.close_mains or state.close_generator else "off_load"

    def mains_countdown_s() -> float:
        return state.mains.countdown_s(
            settings.mains_normal_delay_s, settings.mains_abnormal_delay_s
        )

    def transfer_countdown_s() -> float:
        if genset.transfer or transfer_state() != "transfer_rest":
            return 0.0
        return max(0.0, settings.transfer_rest_s - state.rest_s)

    return {
        "mode": lambda: state.mode,
        "state": lambda: state.state,
        "state_countdown_s": countdown_s,
        "request_state": lambda: state.request,
        "request_countdown_s": request_countdown_s,
        "transfer_state": transfer_state,
        "transfer_countdown_s": transfer_countdown_s,
        "mains_state": lambda: "normal" if state.mains.normal else "abnormal",
        "mains_countdown_s": mains_countdown_s,
    }


def _bits(genset: Genset) -> Readings:
    state, settings = genset.state, genset.settings
    mains_v = _volts(genset, "mains", NOMINAL_PHASE_V)
    return {
        "common_alarm": lambda: state.guard.shutdown() or state.guard.warning(),
        "common_warning": lambda: state.guard.warning(),
        "common_shutdown": lambda: state.guard.shutdown(),
        "remote_mode": lambda: not settings.remote_lock,
        "remote_locked": lambda: settings.remote_lock,
        "mains_on_load": lambda: genset.position() == 1,
        "gen_on_load": lambda: genset.position() == 2,
        **{f"in_{mode}": _equals(genset, mode) for mode in ("test", "auto", "manual", "stop")},
        "close_mains": lambda: state.close_mains,
        "close_generator": lambda: state.close_generator,
        "crank_relay": lambda: state.state == "crank",
        "fuel_relay": lambda: state.state in FUELLED,
        "mains_fault": lambda: not state.mains.normal,
        "mains_normal": lambda: state.mains.normal,
        "mains_overvoltage": lambda: mains_v() > settings.mains_overvoltage_v,
        "mains_undervoltage": lambda: mains_v() < settings.mains_undervoltage_v,
        "mains_phase_loss": lambda: False,
        "mains_blackout": lambda: mains_v() < 0.1 * NOMINAL_PHASE_V,
        "gen_normal": lambda: state.gen_normal,
        **{point.name: _alarm(genset, point.name) for point in SHUTDOWNS + WARNINGS},
    }


def _equals(genset: Genset, mode: str) -> Callable[[], PointValue]:
    return lambda: genset.state.mode == mode


def _alarm(genset: Genset, name: str) -> Callable[[], PointValue]:
    return lambda: genset.state.guard.active[name]


def _volts(genset: Genset, which: str, nominal_v: float) -> Callable[[], float]:
    """A balanced voltage of the mains or the alternator."""

    def read() -> float:
        supply = genset.mains if which == "mains" else genset.source
        return supply.voltage_pu * nominal_v if supply else 0.0

    return read


def _electrical(genset: Genset) -> Readings:
    plant, settings = genset.state.plant, genset.settings

    def amperes() -> float:
        return plant.current_pu * settings.rated_kva * 1000.0 / (math.sqrt(3.0) * NOMINAL_LINE_V)

    def power_factor() -> float:
        apparent = math.hypot(plant.power_pu, plant.reactive_pu)
        return plant.power_pu / apparent if apparent else 1.0

    def phase_kw() -> float:
        return plant.power_pu * settings.rated_kva / 3.0

    return {
        **{f"mains_u{name}_v": _volts(genset, "mains", NOMINAL_PHASE_V) for name in PHASES},
        **{f"mains_u{name}_v": _volts(genset, "mains", NOMINAL_LINE_V) for name in LINES},
        "mains_frequency_hz": lambda: genset.mains.frequency_hz if genset.mains else 0.0,
        **{f"gen_u{name}_v": _volts(genset, "gen", NOMINAL_PHASE_V) for name in PHASES},
        **{f"gen_u{name}_v": _volts(genset, "gen", NOMINAL_LINE_V) for name in LINES},
        "gen_frequency_hz": lambda: plant.speed_pu * NOMINAL_HZ if plant.voltage_pu > 0.05 else 0.0,
        **{f"current_{name}_a": amperes for name in PHASES},
        "power_kw": lambda: plant.power_pu * settings.rated_kva,
        "reactive_power_kvar": lambda: plant.reactive_pu * settings.rated_kva,
        "apparent_power_kva": lambda: (
            math.hypot(plant.power_pu, plant.reactive_pu) * settings.rated_kva
        ),
        "power_factor": power_factor,
        **{f"power_{name}_kw": phase_kw for name in PHASES},
        "load_percent": lambda: load_percent(plant),
    }


def _engine(genset: Genset) -> Readings:
    state, plant, settings = genset.state, genset.state.plant, genset.settings
    return {
        "coolant_temperature_c": lambda: plant.coolant_c,
        "coolant_sensor_ohm": lambda: 1450.0 * math.exp(-0.0345 * plant.coolant_c),
        "oil_pressure_kpa": lambda: plant.oil_kpa,
        "oil_sensor_ohm": lambda: 10.0 + 0.17 * plant.oil_kpa,
        "fuel_level_percent": lambda: fuel_percent(plant, settings),
        "fuel_sensor_ohm": lambda: 10.0 + 1.7 * fuel_percent(plant, settings),
        "speed_rpm": lambda: plant.speed_pu * RATED_RPM,
        "battery_v": lambda: plant.battery_v,
        "charger_v": lambda: charger_v(plant),
        "fuel_l": lambda: plant.fuel_l,
        "ambient_c": lambda: plant.ambient_c,
        "oil_wear_percent": lambda: plant.oil_wear_percent,
        "radiator_fouling_percent": lambda: plant.radiator_fouling_percent,
        "starter_failed": lambda: plant.starter_failed,
        "damage_s": lambda: plant.damage,
        "speed_reference_percent": lambda: state.speed_reference * 100.0,
        "voltage_reference_percent": lambda: state.voltage_reference * 100.0,
    }


def _counters(genset: Genset) -> Readings:
    state = genset.state

    def left_s() -> float:
        return max(0.0, MAINTENANCE_S - state.run_s)

    return {
        "maintenance_h": lambda: int(left_s() // 3600),
        "maintenance_min": lambda: int(left_s() % 3600 // 60),
        "run_h": lambda: int(state.run_s // 3600),
        "run_min": lambda: int(state.run_s % 3600 // 60),
        "starts": lambda: state.starts,
        "energy_kwh": lambda: state.energy_kws / 3600.0,
        "software_version": lambda: 1.2,
        "hardware_version": lambda: 1.0,
        "model": lambda: 6120,
    }
