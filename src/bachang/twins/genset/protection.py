"""What guards the set: one row per protection, each with a threshold and a delay.

A shutdown latches until it is reset at rest; a warning goes with its cause. Protections of
oil, speed loss, low speed, low frequency and low voltage are armed once the safety-on
delay is over; overspeed, over-frequency, over-voltage and temperature always.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bachang.twins._monitor import EPSILON_S
from bachang.twins._supply import NOMINAL_HZ, NOMINAL_PHASE_V
from bachang.twins.genset.points import SHUTDOWNS, WARNINGS, Settings
from bachang.twins.genset.process import ENGINE_POWER_FACTOR, FIRING_PU, Plant

HEAT_LIMIT_S = 36.0
"""Overcurrent: ∫(i² - limit²) dt in s·pu²; 150 % for about half a minute."""
BATTERY_LOW_V, BATTERY_HIGH_V = 23.5, 33.0
CHARGE_FAILURE_V = 6.0
FUEL_EMPTY_PERCENT = 0.5
WARNING_MARGIN_C, WARNING_MARGIN_KPA = 3.0, 21.0


class Armed(enum.Enum):
    """When a protection watches."""

    ALWAYS = "always"
    TURNING = "turning"
    """The engine is meant to run or still turns."""
    SAFE = "safe"
    """The safety-on delay is over and no stop is under way."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One protection: it picks up while ``trips`` holds for its delay."""

    name: str
    armed: Armed
    trips: Callable[[Plant, Settings], bool]
    delay_s: Callable[[Settings], float]
    latches: bool = True


@dataclass(slots=True)
class Guard:
    """State of all protections."""

    elapsed_s: dict[str, float] = field(default_factory=dict)
    """Only those that have picked up."""
    active: dict[str, bool] = field(
        default_factory=lambda: {point.name: False for point in SHUTDOWNS + WARNINGS}
    )
    heat: float = 0.0

    def shutdown(self) -> bool:
        """Is any shutdown latched?"""
        return any(self.active[name] for name in SHUTDOWN_NAMES)

    def warning(self) -> bool:
        """Is any warning present?"""
        return any(self.active[name] for name in WARNING_NAMES)

    def judge(
        self, plant: Plant, settings: Settings, *, turning: bool, safe: bool, dt_s: float
    ) -> Iterator[tuple[str, bool]]:
        """Take one step's measurements; yield what was raised (true) or cleared (false)."""
        self._accumulate_heat(plant, settings, dt_s)
        watching = {Armed.ALWAYS: True, Armed.TURNING: turning, Armed.SAFE: safe}
        for rule in RULES:
            tripping = watching[rule.armed] and rule.trips(plant, settings)
            if self._changes(rule, tripping, settings, dt_s):
                yield rule.name, self.active[rule.name]
        overheated = self.heat >= HEAT_LIMIT_S
        if overheated and not self.active["overcurrent"]:
            self.active["overcurrent"] = True
            yield "overcurrent", True

    def _accumulate_heat(self, plant: Plant, settings: Settings, dt_s: float) -> None:
        limit = settings.overcurrent_percent * 0.01
        surplus = plant.current_pu * plant.current_pu - limit * limit
        self.heat = max(0.0, self.heat + surplus * dt_s)

    def _changes(self, rule: Rule, tripping: bool, settings: Settings, dt_s: float) -> bool:
        name = rule.name
        if not tripping:
            self.elapsed_s.pop(name, None)
            if self.active[name] and not rule.latches:
                self.active[name] = False
                return True
            return False
        if self.active[name]:
            return False
        self.elapsed_s[name] = elapsed = self.elapsed_s.get(name, 0.0) + dt_s
        if elapsed + EPSILON_S < rule.delay_s(settings):
            return False
        self.active[name] = True
        return True

    def latch(self, name: str) -> bool:
        """Raise an alarm that the controller itself found; false if it stands already."""
        was, self.active[name] = self.active[name], True
        return not was

    def reset(self) -> Iterator[str]:
        """Clear everything; yields what was cleared."""
        self.elapsed_s.clear()
        self.heat = 0.0
        for name, active in self.active.items():
            if active:
                self.active[name] = False
                yield name


SHUTDOWN_NAMES = tuple(point.name for point in SHUTDOWNS)
WARNING_NAMES = tuple(point.name for point in WARNINGS)


def _hertz(plant: Plant) -> float:
    """Frequency as the controller measures it: none without voltage."""
    return plant.quick[0] * NOMINAL_HZ if plant.voltage_pu > 0.05 else 0.0


def fuel_percent(plant: Plant, settings: Settings) -> float:
    """Level of the tank."""
    return min(100.0, 100.0 * plant.fuel_l / settings.tank_l)


def load_percent(plant: Plant) -> float:
    """Active power over the set's rated active power."""
    return 100.0 * plant.power_pu / ENGINE_POWER_FACTOR


def _reaches(value: float, limit: float) -> bool:
    """At or above a limit; rounding of the units does not count."""
    return value >= limit - 1e-9


def _fixed(seconds: float) -> Callable[[Settings], float]:
    return lambda _: seconds


RULES: tuple[Rule, ...] = (
    Rule("overspeed", Armed.TURNING, lambda p, s: _reaches(p.quick[0] * 100, s.overspeed_percent),
         lambda s: s.overspeed_delay_s),
    Rule("underspeed", Armed.SAFE, lambda p, s: p.quick[0] * 100 < s.underspeed_percent,
         lambda s: s.underspeed_delay_s),
    Rule("speed_signal_lost", Armed.SAFE, lambda p, s: p.quick[0] < FIRING_PU,
         lambda s: s.speed_loss_delay_s),
    Rule("overfrequency", Armed.TURNING, lambda p, s: _reaches(_hertz(p), s.overfrequency_hz),
         lambda s: s.overfrequency_delay_s),
    Rule("underfrequency", Armed.SAFE, lambda p, s: 0.0 < _hertz(p) < s.underfrequency_hz,
         lambda s: s.underfrequency_delay_s),
    Rule("no_frequency", Armed.SAFE, lambda p, s: _hertz(p) == 0.0, _fixed(5.0)),
    Rule("overvoltage", Armed.TURNING,
         lambda p, s: p.voltage_pu * NOMINAL_PHASE_V >= s.gen_overvoltage_v,
         lambda s: s.gen_abnormal_delay_s),
    Rule("undervoltage", Armed.SAFE,
         lambda p, s: p.voltage_pu * NOMINAL_PHASE_V < s.gen_undervoltage_v,
         lambda s: s.gen_abnormal_delay_s),
    Rule("high_temperature", Armed.TURNING, lambda p, s: p.coolant_c >= s.high_temperature_c,
         _fixed(2.0)),
    Rule("low_oil_pressure", Armed.SAFE, lambda p, s: p.oil_kpa <= s.low_oil_pressure_kpa,
         _fixed(2.0)),
    Rule("fuel_empty", Armed.SAFE, lambda p, s: fuel_percent(p, s) < FUEL_EMPTY_PERCENT,
         _fixed(10.0)),
    Rule("overpower", Armed.SAFE, lambda p, s: load_percent(p) >= s.overpower_percent + 10.0,
         _fixed(10.0)),
    Rule("overpower_warning", Armed.SAFE, lambda p, s: load_percent(p) >= s.overpower_percent,
         _fixed(5.0), latches=False),
    Rule("overcurrent_warning", Armed.SAFE,
         lambda p, s: p.current_pu * 100 >= s.overcurrent_percent, _fixed(5.0), latches=False),
    Rule("temperature_warning", Armed.TURNING,
         lambda p, s: p.coolant_c >= s.high_temperature_c - WARNING_MARGIN_C, _fixed(2.0),
         latches=False),
    Rule("oil_warning", Armed.SAFE,
         lambda p, s: p.oil_kpa <= s.low_oil_pressure_kpa + WARNING_MARGIN_KPA, _fixed(2.0),
         latches=False),
    Rule("low_fuel", Armed.ALWAYS, lambda p, s: fuel_percent(p, s) <= s.low_fuel_percent,
         _fixed(10.0), latches=False),
    Rule("charge_failure", Armed.SAFE, lambda p, s: charger_v(p) < CHARGE_FAILURE_V, _fixed(5.0),
         latches=False),
    Rule("battery_low", Armed.ALWAYS, lambda p, s: p.battery_v < BATTERY_LOW_V, _fixed(20.0),
         latches=False),
    Rule("battery_high", Armed.ALWAYS, lambda p, s: p.battery_v > BATTERY_HIGH_V, _fixed(60.0),
         latches=False),
)  # fmt: skip


def charger_v(plant: Plant) -> float:
    """Voltage of the belt-driven charger."""
    return 27.8 if plant.quick[0] > 0.6 else 0.0
