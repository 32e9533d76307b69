"""The generating set's physics: engine, rotor, governor, alternator, voltage regulator.

Per unit on the alternator's rating; torque 1 is the engine's rated torque. Ten quick states
go through Runge-Kutta steps, four slow ones (coolant, oil, fuel, battery) through exact
exponentials once in ten ticks.

    rotor     2H dw/dt = Tg q + Ts - Pe/w - Pl w - D (w - 1)
    engine    Te dq/dt = a - q;  Ta da/dt = u - a;  Tt db/dt = a - b
    governor  u = Kp e + Ki ∫e - Kd dw/dt, e = wref - w, 0 <= u <= umax(b)
    machine   Td0' dE/dt = Ef - E - (xd - x'd) Id; emf w E behind x'd on R + jwX
    exciter   Tx dEf/dt = Kpa ev + Kia ∫ev - Kda dV/dt - Ef, ev = Vref f(w) - V

Machine equations: Kundur, Power System Stability and Control, 5.1 (one-axis model). Start:
the starter's torque falls with speed, the engine fires above `FIRING_PU` and is held to a
starting rack until it nears its speed.

(One file over 200 lines: one system of equations.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bachang.twins._solver import Vector, rk4

INERTIA_S = 0.35
TORQUE_GAIN = 0.86
FRICTION = 0.045
DAMPING = 0.02
ACTUATOR_S = 0.05
COMBUSTION_S = 0.03
TURBO_S = 0.8
UNBOOSTED_TORQUE = 0.65
MAXIMUM_TORQUE = 1.15
BOOST_FULL = 0.85
KP, KI, KD = 12.0, 18.0, 0.8
REACTANCE, TRANSIENT_REACTANCE = 2.6, 0.14
FIELD_S = 1.9
EXCITER_S = 0.05
"""With 0.08 s and x'd 0.16 the set would leave class G3 at full rejection (+22 % V)."""
KPA, KIA, KDA = 18.0, 14.0, 0.9
MAXIMUM_FIELD = 6.0
RESIDUAL_FIELD = 0.03
FILTER_S = 0.03
EXCITATION_FROM_PU = 0.4
STARTER_TORQUE, STARTER_FREE_PU = 0.175, 0.30
FIRING_PU = 0.12
STARTING_RACK = 0.45
STARTED_PU = 0.95
REST_PU = 0.005
ENGINE_POWER_FACTOR = 0.8
"""Rated active over rated apparent power."""
FUEL_L_PER_KWH = 0.25
FUEL_IDLE_L_PER_H = 2.5
SLOW_TICKS = 10
DRY_FRICTION = 0.015
PUMPING = 0.05
"""Torque that an engine without combustion takes to turn."""
HEATER_C = 40.0
THERMOSTAT_C, THERMOSTAT_SPAN_C = 78.0, 14.0

AT_REST: Vector = (0.0,) * 10
W, Q, A, B, GOVERNOR, W_FILTERED, FIELD, REGULATOR, V_FILTERED, EMF = range(10)


@dataclass(slots=True)
class Drive:
    """What the controller and the load do to the set during one step."""

    fuel: bool = False
    starter: bool = False
    load: bool = False
    resistance: float = 0.0
    reactance: float = 0.0
    """Series impedance of the load, per unit."""
    speed_reference: float = 1.0
    voltage_reference: float = 1.0


@dataclass(slots=True)
class Plant:
    """State of the set. ``quick`` is the vector of the ten quick states."""

    quick: list[float]
    voltage_pu: float = 0.0
    current_pu: float = 0.0
    power_pu: float = 0.0
    reactive_pu: float = 0.0
    coolant_c: float = 40.0
    oil_kpa: float = 0.0
    fuel_l: float = 380.0
    battery_v: float = 27.2
    started: bool = False
    """Has it come to its speed since the last rest? Ends the starting rack."""
    ambient_c: float = 25.0
    oil_wear_percent: float = 0.0
    radiator_fouling_percent: float = 0.0
    starter_failed: bool = False
    damage: float = 0.0
    """Seconds at 120 % speed, in the sense of ∫(w/1.2)⁸ dt above 115 %."""

    @property
    def speed_pu(self) -> float:
        """Speed over rated speed."""
        return self.quick[W]


def at_rest() -> Plant:
    """A set that stands still, warm by its heater."""
    return Plant(quick=list(AT_REST))


def step(plant: Plant, drive: Drive, tank_l: float, rated_kva: float, tick: int, dt: float) -> None:
    """Advance by one step of ``dt`` seconds; ``tick`` decides when the slow states move."""
    if plant.quick[W] > 0.0 or drive.starter:
        _turn(plant, drive, dt)
    if tick % SLOW_TICKS == 0:
        _warm(plant, drive, tank_l, rated_kva, dt * SLOW_TICKS)


def _turn(plant: Plant, drive: Drive, dt: float) -> None:
    fires = drive.fuel and plant.fuel_l > 0.0
    cranks = drive.starter and not plant.starter_failed
    rack = MAXIMUM_TORQUE if plant.started else STARTING_RACK
    quick = rk4(_slopes(drive, fires, cranks, rack), tuple(plant.quick), dt)
    speed = quick[W]
    if speed < REST_PU and not cranks:
        plant.quick = list(AT_REST)
        plant.voltage_pu = plant.current_pu = plant.power_pu = plant.reactive_pu = 0.0
        plant.started = False
        return
    plant.quick = list(quick)
    plant.started = plant.started or speed > STARTED_PU
    if speed > 1.15:
        plant.damage += dt * (speed / 1.2) ** 8
    current, _, voltage, power = _machine(speed, quick[EMF], drive)
    plant.voltage_pu, plant.current_pu, plant.power_pu = voltage, current, power
    plant.reactive_pu = current * current * speed * drive.reactance if drive.load else 0.0


def _machine(speed: float, emf: float, drive: Drive) -> tuple[float, float, float, float]:
    """Current, its direct part, terminal voltage, active power; all per unit."""
    emf = speed * emf
    if not drive.load:
        return 0.0, 0.0, emf, 0.0
    r, x = drive.resistance, speed * drive.reactance
    total_x = x + speed * TRANSIENT_REACTANCE
    square = r * r + total_x * total_x
    current = emf / math.sqrt(square)
    return (
        current,
        emf * total_x / square,
        current * math.sqrt(r * r + x * x),
        current * current * r,
    )


def _slopes(drive: Drive, fires: bool, cranks: bool, rack: float) -> Callable[[Vector], Vector]:
    """The right-hand side for one step's constant inputs."""

    def slopes(y: Vector) -> Vector:
        w, q, a, b, governor, w_filtered, field, regulator, v_filtered, emf = y
        _, direct, volts, power = _machine(w, emf, drive)
        w_slope = (w - w_filtered) / FILTER_S
        v_slope = (volts - v_filtered) / FILTER_S
        u = governor_slope = 0.0
        if fires and w >= FIRING_PU:
            error = drive.speed_reference - w
            wanted = KP * error + KI * governor - KD * w_slope
            u, governor_slope = _limited(wanted, error, min(rack, _boosted(b)))
        target, regulator_slope = _excitation(w, volts, regulator, v_slope, drive)
        return (
            _torque(w, q, power, fires, cranks) / (2.0 * INERTIA_S),
            (a - q) / COMBUSTION_S,
            (u - a) / ACTUATOR_S,
            (a - b) / TURBO_S,
            governor_slope,
            w_slope,
            (target - field) / EXCITER_S,
            regulator_slope,
            v_slope,
            (field - emf - (REACTANCE - TRANSIENT_REACTANCE) * direct) / FIELD_S,
        )

    return slopes


def _limited(wanted: float, error: float, high: float) -> tuple[float, float]:
    """Output between 0 and ``high``, and the integrator's slope (held against a limit)."""
    if wanted > high:
        return high, 0.0 if error > 0.0 else error
    if wanted < 0.0:
        return 0.0, 0.0 if error < 0.0 else error
    return wanted, error


def _boosted(b: float) -> float:
    """The most torque that the turbocharger's air allows now."""
    share = b / BOOST_FULL
    return UNBOOSTED_TORQUE + (MAXIMUM_TORQUE - UNBOOSTED_TORQUE) * (share if share < 1.0 else 1.0)


def _torque(w: float, q: float, power: float, fires: bool, cranks: bool) -> float:
    """Net torque on the shaft."""
    driving = TORQUE_GAIN * q if w > FIRING_PU else 0.0
    if cranks and w < STARTER_FREE_PU:
        driving += STARTER_TORQUE * (1.0 - w / STARTER_FREE_PU)
    braking = power / (w if w > 0.05 else 0.05) + FRICTION * w + DRY_FRICTION
    if not fires:
        braking += PUMPING
    if w > 0.5:
        braking += DAMPING * (w - 1.0)
    return driving - braking


def _excitation(
    w: float, volts: float, regulator: float, v_slope: float, drive: Drive
) -> tuple[float, float]:
    """Field that the voltage regulator asks for, and its integrator's slope.

    Below 96 % speed the reference falls with frequency, so that the engine can recover.
    """
    if w < EXCITATION_FROM_PU:
        return RESIDUAL_FIELD, -5.0 * regulator
    relief = 1.0 - min(0.5, max(0.0, 1.7 * (0.96 - w)))
    error = drive.voltage_reference * relief - volts
    return _limited(KPA * error + KIA * regulator - KDA * v_slope, error, MAXIMUM_FIELD)


def _warm(plant: Plant, drive: Drive, tank_l: float, rated_kva: float, dt: float) -> None:
    """Coolant, oil pressure, fuel, battery over ``dt`` seconds."""
    speed, torque = plant.quick[W], plant.quick[Q]
    heat = 0.15 * torque * speed + 0.03 * speed
    if speed == 0.0 and plant.coolant_c < HEATER_C:
        heat = 0.02
    opening = min(1.0, max(0.0, (plant.coolant_c - THERMOSTAT_C) / THERMOSTAT_SPAN_C))
    rate = (
        5.45e-4
        * (0.1 + 0.9 * min(1.0, speed))
        * (1.0 + 9.0 * opening * (1.0 - 0.01 * plant.radiator_fouling_percent))
    )
    goal = plant.ambient_c + heat / rate
    plant.coolant_c = goal + (plant.coolant_c - goal) * math.exp(-rate * dt)
    pressure = 430.0 * min(1.1, math.sqrt(speed)) * (1.15 - 0.0025 * (plant.coolant_c - 40.0))
    pressure *= 1.0 - 0.01 * plant.oil_wear_percent
    plant.oil_kpa += (pressure - plant.oil_kpa) * (1.0 - math.exp(-dt / 0.4))
    if drive.fuel and speed > FIRING_PU:
        litres_per_h = FUEL_IDLE_L_PER_H + FUEL_L_PER_KWH * plant.power_pu * rated_kva
        plant.fuel_l = max(0.0, min(tank_l, plant.fuel_l) - litres_per_h / 3600.0 * dt)
    volts = 20.5 if drive.starter and not plant.starter_failed else 27.8 if speed > 0.6 else 27.2
    plant.battery_v += (volts - plant.battery_v) * (1.0 - math.exp(-dt / 0.3))
