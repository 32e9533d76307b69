"""The feeder at work: loads that come back in order, shedding, and the ledgers.

When the bus dies, every load that may be shed drops out; when it returns they come back
one by one in order of priority, and on a generator only as far as its limit allows. While
a generator carries the bus, a frequency below `SHED_HZ` or a demand above the limit drops
the least important load. Motors restart one after another and draw their inrush.

(One file over 200 lines: one device, all of whose parts share its state.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bachang.twins._contract import PointValue
from bachang.twins._device import Device, Note
from bachang.twins._monitor import EPSILON_S
from bachang.twins._supply import NOMINAL_PHASE_V, Supply, Tap
from bachang.twins.feeder.points import LOADS, POINTS, LoadKind, Settings

DEAD_PU = 0.5
SHED_HZ = 47.5
SHED_DELAY_S = 0.5
MOTOR_INTERVAL_S = 3.0
INRUSH_DECAY_S = 0.7
INRUSH_POWER_FACTOR = 0.35


@dataclass(slots=True)
class Load:
    """One outgoing circuit now."""

    demand_kw: float = 0.0
    connected: bool = True
    motors_running: int = 0
    motor_s: float = 0.0
    """Since the last motor of this load started."""
    inrush: float = 0.0
    """Inrush current over rated current of one motor, beyond 1."""
    not_supplied_kws: float = 0.0


@dataclass(slots=True)
class State:
    """All that changes."""

    loads: list[Load] = field(
        default_factory=lambda: [
            Load(demand_kw=kind.demand_kw, motors_running=kind.motors) for kind in LOADS
        ]
    )
    supplied: bool = True
    on_generator: bool = False
    steady_s: float = 0.0
    """Since the last load was connected or the bus came back."""
    strain_s: float = 0.0
    """For how long the generator has been overloaded."""
    p_kw: float = 0.0
    q_kvar: float = 0.0
    voltage_pu: float = 1.0
    demand_kws: float = 0.0
    supplied_kws: float = 0.0
    energy_kws: float = 0.0
    dark_s: float = 0.0
    total_dark_s: float = 0.0
    last_dark_s: float = 0.0
    outages: int = 0


class Feeder(Device):
    """The zone's loads on one bus."""

    def __init__(self, name: str, planned: Mapping[str, Any], seed: str) -> None:
        self.settings = Settings()
        self.state = State()
        super().__init__(name, POINTS, self.settings, planned, self.state)
        self.supply: Supply | None = None
        self._tap: Tap | None = None
        self._readings = self._make_readings()
        self._writers = {
            "reconnect": lambda _: self._connect_all(),
            "restore_settings": lambda _: self.restore_settings(),
            **{
                f"{kind.name}_demand_kw": _demand_setter(load)
                for kind, load in zip(LOADS, self.state.loads, strict=True)
            },
        }

    def connect(self, terminal: str, other: Device) -> None:
        """``supply`` takes another system's output."""
        self.supply = other.output  # type: ignore[attr-defined]
        self._tap = self.supply.tap()
        self._sum_loads()
        self.publish()

    def _make_readings(self) -> dict[str, Any]:
        state = self.state
        plain: dict[str, Any] = {
            "voltage_v": lambda: state.voltage_pu * NOMINAL_PHASE_V,
            "frequency_hz": lambda: self.supply.frequency_hz if self.supply else 0.0,
            "demand_kw": lambda: sum(load.demand_kw for load in state.loads),
            "power_kw": lambda: state.p_kw * state.voltage_pu**2,
            "reactive_power_kvar": lambda: state.q_kvar * state.voltage_pu**2,
            "supplied": lambda: state.supplied,
            "on_generator": lambda: state.on_generator,
            "shedding": lambda: not all(load.connected for load in state.loads),
            "not_supplied_kwh": lambda: sum(load.not_supplied_kws for load in state.loads) / 3600,
            "critical_not_supplied_kwh": lambda: (
                sum(
                    load.not_supplied_kws
                    for kind, load in zip(LOADS, state.loads, strict=True)
                    if kind.priority == 1
                )
                / 3600
            ),
            "supplied_kwh": lambda: state.supplied_kws / 3600,
            "demand_kwh": lambda: state.demand_kws / 3600,
            "energy_kwh": lambda: state.energy_kws / 3600,
            "dark_s": lambda: state.dark_s,
            "dark_min": lambda: state.total_dark_s / 60,
            "last_dark_s": lambda: state.last_dark_s,
            "outages": lambda: state.outages,
        }
        for kind, load in zip(LOADS, state.loads, strict=True):
            plain |= self._load_readings(kind, load)
        return plain

    def _load_readings(self, kind: LoadKind, load: Load) -> dict[str, Any]:
        state = self.state

        def power_kw() -> PointValue:
            return _drawn(kind, load)[0] * state.voltage_pu**2 if load.connected else 0.0

        return {
            f"{kind.name}_demand_kw": lambda: load.demand_kw,
            f"{kind.name}_connected": lambda: load.connected,
            f"{kind.name}_supplied": lambda: load.connected and state.supplied,
            f"{kind.name}_power_kw": power_kw,
            f"{kind.name}_not_supplied_kwh": lambda: load.not_supplied_kws / 3600,
        }

    # ---- time --------------------------------------------------------------------------

    def step(self, dt_s: float) -> None:
        """Read the bus, shed or reconnect, start motors, keep the ledgers."""
        state = self.state
        self._read_bus(dt_s)
        if state.supplied:
            state.steady_s += dt_s
            if state.on_generator:
                self._relieve(dt_s)
            self._reconnect()
            self._start_motors(dt_s)
        self._sum_loads()
        self._keep_ledgers(dt_s)
        self.publish()

    def _read_bus(self, dt_s: float) -> None:
        state, supply = self.state, self.supply
        state.voltage_pu = supply.voltage_pu if supply else 0.0
        state.on_generator = supply.generator if supply else False
        supplied = state.voltage_pu >= DEAD_PU
        if supplied is state.supplied:
            return
        state.supplied = supplied
        self.outbox.append(Note("point.changed", "supplied", {"value": supplied}))
        if supplied:
            state.last_dark_s, state.dark_s = state.dark_s, 0.0
            state.steady_s = 0.0
            self._restart_motors()
        else:
            state.outages += 1
            self._drop_all()

    def _drop_all(self) -> None:
        """Under-voltage release; without shedding everything stays connected."""
        for kind, load in zip(LOADS, self.state.loads, strict=True):
            load.motors_running, load.inrush = 0, 0.0
            if self.settings.shedding_enabled and kind.priority > 1:
                self._switch(kind, load, on=False)

    def _restart_motors(self) -> None:
        for load in self.state.loads:
            load.motor_s = MOTOR_INTERVAL_S

    def _switch(self, kind: LoadKind, load: Load, *, on: bool) -> None:
        if load.connected is on:
            return
        load.connected = on
        load.motors_running, load.inrush = 0, 0.0
        load.motor_s = MOTOR_INTERVAL_S
        name = f"{kind.name}_connected"
        self.outbox.append(Note("point.changed", name, {"value": on}))

    def _relieve(self, dt_s: float) -> None:
        """Drop the least important load while a generator is overloaded."""
        state, supply = self.state, self.supply
        if not self.settings.shedding_enabled or supply is None:
            return
        overloaded = (
            supply.frequency_hz < SHED_HZ or self._planned_kw() > self.settings.generator_limit_kw
        )
        state.strain_s = state.strain_s + dt_s if overloaded else 0.0
        if state.strain_s + EPSILON_S < SHED_DELAY_S:
            return
        state.strain_s = 0.0
        sheddable = [
            (kind, load)
            for kind, load in zip(LOADS, state.loads, strict=True)
            if load.connected and kind.priority > 1
        ]
        if sheddable:
            self._switch(*max(sheddable, key=lambda pair: pair[0].priority), on=False)
            state.steady_s = 0.0

    def _planned_kw(self) -> float:
        """Demand of all connected loads, motors that are yet to start included."""
        return sum([load.demand_kw for load in self.state.loads if load.connected])

    def _reconnect(self) -> None:
        """The most important waiting load comes back if its time has come and it fits."""
        state, settings = self.state, self.settings
        if state.steady_s + EPSILON_S < settings.reconnect_interval_s:
            return
        waiting = [
            (kind, load)
            for kind, load in zip(LOADS, state.loads, strict=True)
            if not load.connected
        ]
        if not waiting:
            return
        kind, load = min(waiting, key=lambda pair: pair[0].priority)
        room_kw = settings.generator_limit_kw - self._planned_kw() - load.demand_kw
        if not state.on_generator or room_kw >= 0.0 or not settings.shedding_enabled:
            self._switch(kind, load, on=True)
            state.steady_s = 0.0

    def _connect_all(self) -> None:
        for kind, load in zip(LOADS, self.state.loads, strict=True):
            self._switch(kind, load, on=True)

    def _start_motors(self, dt_s: float) -> None:
        inrush = self.settings.motor_inrush - 1.0
        for kind, load in zip(LOADS, self.state.loads, strict=True):
            if not kind.motors or not load.connected:
                continue
            if load.inrush:
                decayed = load.inrush * math.exp(-dt_s / INRUSH_DECAY_S)
                load.inrush = decayed if decayed > 0.01 else 0.0
            load.motor_s = min(MOTOR_INTERVAL_S, load.motor_s + dt_s)
            if load.motors_running < kind.motors and load.motor_s + EPSILON_S >= MOTOR_INTERVAL_S:
                load.motors_running += 1
                load.motor_s = 0.0
                load.inrush = inrush

    def _sum_loads(self) -> None:
        """Demand on the supply at nominal voltage."""
        p_kw = q_kvar = 0.0
        for kind, load in zip(LOADS, self.state.loads, strict=True):
            if load.connected:
                p, q = _drawn(kind, load)
                p_kw += p
                q_kvar += q
        self.state.p_kw, self.state.q_kvar = p_kw, q_kvar

    def _keep_ledgers(self, dt_s: float) -> None:
        state = self.state
        for load in state.loads:
            state.demand_kws += load.demand_kw * dt_s
            if state.supplied and load.connected:
                state.supplied_kws += load.demand_kw * dt_s
            else:
                load.not_supplied_kws += load.demand_kw * dt_s
        state.energy_kws += state.p_kw * state.voltage_pu**2 * dt_s
        if not state.supplied:
            state.dark_s += dt_s
            state.total_dark_s += dt_s

    def publish(self) -> None:
        """Put the demand on the tap."""
        if self._tap is not None:
            self._tap.p_kw, self._tap.q_kvar = self.state.p_kw, self.state.q_kvar


def _drawn(kind: LoadKind, load: Load) -> tuple[float, float]:
    """kW and kvar that a connected load draws at nominal voltage."""
    p_kw = load.demand_kw
    if kind.motors:
        p_kw *= load.motors_running / kind.motors
    q_kvar = p_kw * REACTIVE[kind.power_factor]
    if load.inrush:
        kva = load.demand_kw / kind.motors / kind.power_factor * load.inrush
        p_kw += kva * INRUSH_POWER_FACTOR
        q_kvar += kva * math.sqrt(1.0 - INRUSH_POWER_FACTOR**2)
    return p_kw, q_kvar


REACTIVE = {kind.power_factor: math.tan(math.acos(kind.power_factor)) for kind in LOADS}


def _demand_setter(load: Load) -> Any:
    return lambda value: setattr(load, "demand_kw", float(value))
