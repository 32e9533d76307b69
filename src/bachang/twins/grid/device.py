"""The mains: a stiff source behind a transformer that can fail, sag and drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bachang.twins._chance import Chance
from bachang.twins._device import Device, Note
from bachang.twins._supply import NOMINAL_HZ, NOMINAL_PHASE_V, Supply
from bachang.twins.grid.points import POINTS, Settings

RESISTANCE_PU = 0.010
REACTANCE_PU = 0.044
"""Short-circuit impedance of a distribution transformer of uk = 4.5 % on its own rating."""
WANDER_PERIOD_TICKS = 100
WANDER_MEMORY = 0.95
FREQUENCY_WANDER_HZ = 0.008


@dataclass(slots=True)
class State:
    """All that changes."""

    available: bool = True
    set_voltage_percent: float = 100.0
    set_frequency_hz: float = NOMINAL_HZ
    voltage_pu: float = 1.0
    p_kw: float = 0.0
    q_kvar: float = 0.0
    energy_kws: float = 0.0
    voltage_wander: float = 0.0
    frequency_wander: float = 0.0
    ticks: int = 0
    chance: Chance = field(default_factory=Chance)


class Grid(Device):
    """The mains as one supply; ``source`` and ``output`` are the same outlet."""

    def __init__(self, name: str, planned: Mapping[str, Any], seed: str) -> None:
        self.settings = Settings()
        self.state = State(chance=Chance.of(seed, name))
        super().__init__(name, POINTS, self.settings, planned, self.state)
        self.source = self.output = Supply()
        state = self.state
        self._readings = {
            "available": lambda: state.available,
            "set_voltage_percent": lambda: state.set_voltage_percent,
            "set_frequency_hz": lambda: state.set_frequency_hz,
            "voltage_v": lambda: state.voltage_pu * NOMINAL_PHASE_V,
            "frequency_hz": lambda: self.source.frequency_hz,
            "power_kw": lambda: state.p_kw,
            "reactive_power_kvar": lambda: state.q_kvar,
            "energy_kwh": lambda: state.energy_kws / 3600.0,
        }
        self._writers = {
            "available": self._set_available,
            "set_voltage_percent": lambda value: setattr(
                state, "set_voltage_percent", float(value)
            ),
            "set_frequency_hz": lambda value: setattr(state, "set_frequency_hz", float(value)),
            "restore_settings": lambda _: self.restore_settings(),
        }
        self.publish()

    def _set_available(self, value: bool) -> None:
        if value is not self.state.available:
            self.state.available = bool(value)
            self.outbox.append(Note("point.changed", "available", {"value": bool(value)}))

    def step(self, dt_s: float) -> None:
        """Feed what the taps ask for; drift a little once a second."""
        state = self.state
        p_kw, q_kvar = self.source.demand()
        state.ticks += 1
        if state.ticks % WANDER_PERIOD_TICKS == 0:
            self._wander()
        base = self.settings.transformer_kva
        drop = (RESISTANCE_PU * p_kw + REACTANCE_PU * q_kvar) / base
        open_pu = state.set_voltage_percent * 0.01 + state.voltage_wander
        voltage_pu = max(0.0, open_pu - drop) if state.available else 0.0
        state.voltage_pu = voltage_pu
        square = voltage_pu * voltage_pu
        state.p_kw = p_kw * square
        state.q_kvar = q_kvar * square
        state.energy_kws += state.p_kw * dt_s
        self.publish()

    def _wander(self) -> None:
        state = self.state
        spread = (1.0 - WANDER_MEMORY**2) ** 0.5
        size = self.settings.wander_percent * 0.01
        state.voltage_wander = (
            WANDER_MEMORY * state.voltage_wander + spread * size * state.chance.normal()
        )
        state.frequency_wander = (
            WANDER_MEMORY * state.frequency_wander
            + spread * FREQUENCY_WANDER_HZ * state.chance.normal()
        )

    def publish(self) -> None:
        """Voltage and frequency on the outlet."""
        state = self.state
        self.source.voltage_pu = state.voltage_pu if state.available else 0.0
        live = self.source.voltage_pu > 0.0
        self.source.frequency_hz = state.set_frequency_hz + state.frequency_wander if live else 0.0
