"""The generating set's physics against ISO 8528-5 (acceptance A3, A4, A5) and common sense."""

from __future__ import annotations

import math

import pytest

from bachang.twins.genset import process
from bachang.twins.genset.process import Drive, Plant

RATED_PU = 0.8
"""Rated active power over rated apparent power."""


class Rig:
    """A running set on a load bank."""

    def __init__(self, step_s: float = 0.01) -> None:
        self.step_s = step_s
        self.plant = process.at_rest()
        self.drive = Drive(fuel=True, starter=True)
        self.speeds: list[float] = []
        self.volts: list[float] = []
        self.tick = 0

    def load(self, share: float, power_factor: float = 0.8) -> None:
        """Put a share of the rated power on."""
        p = share * RATED_PU
        q = p * math.tan(math.acos(power_factor))
        self.drive.load = share > 0
        if share:
            square = p * p + q * q
            self.drive.resistance, self.drive.reactance = p / square, q / square

    def run(self, seconds: float) -> Plant:
        """Step, recording afresh."""
        self.speeds, self.volts = [], []
        for _ in range(round(seconds / self.step_s)):
            self.tick += 1
            self.drive.starter = self.drive.starter and self.plant.speed_pu < 0.24
            process.step(self.plant, self.drive, 400.0, 250.0, self.tick, self.step_s)
            self.speeds.append(self.plant.speed_pu)
            self.volts.append(self.plant.voltage_pu)
        return self.plant

    def recovery_s(self, values: list[float], band: float) -> float:
        """When the values came into the band for good."""
        outside = [index for index, value in enumerate(values) if abs(value - 1.0) > band]
        return (outside[-1] + 1) * self.step_s if outside else 0.0


@pytest.fixture
def rig() -> Rig:
    running = Rig()
    running.run(30)
    return running


def test_start(rig: Rig) -> None:
    fresh = Rig()
    fresh.run(6)
    until_24 = next(i for i, w in enumerate(fresh.speeds) if w >= 0.24) * 0.01
    until_98 = next(i for i, w in enumerate(fresh.speeds) if w >= 0.98) * 0.01
    assert until_24 == pytest.approx(1.0, abs=0.1)
    assert 2.0 < until_98 < 3.0
    assert max(fresh.speeds) < 1.06
    assert rig.plant.speed_pu == pytest.approx(1.0, abs=1e-4)
    assert rig.plant.voltage_pu == pytest.approx(1.0, abs=1e-3)


def test_full_rejection_is_within_class_g3(rig: Rig) -> None:
    rig.load(1.0)
    rig.run(15)
    rig.load(0.0)
    rig.run(10)
    assert 1.05 < max(rig.speeds) <= 1.10
    assert 1.05 < max(rig.volts) <= 1.20
    assert rig.recovery_s(rig.speeds, 0.01) <= 3.0
    assert rig.recovery_s(rig.volts, 0.03) <= 4.0


def test_sixty_percent_step_is_within_class_g3(rig: Rig) -> None:
    rig.load(0.6)
    rig.run(10)
    assert 0.93 <= min(rig.speeds) < 0.98
    assert 0.85 <= min(rig.volts) < 0.98
    assert rig.recovery_s(rig.speeds, 0.01) <= 3.0
    assert rig.recovery_s(rig.volts, 0.03) <= 4.0


def test_full_step_is_not(rig: Rig) -> None:
    rig.load(1.0)
    rig.run(10)
    assert min(rig.speeds) < 0.90


def test_overload_drags_the_set_down_and_it_stays_there(rig: Rig) -> None:
    rig.load(365 / 200, 0.9)
    plant = rig.run(15)
    assert 0.70 < plant.speed_pu < 0.80
    assert plant.voltage_pu < 0.75


@pytest.mark.parametrize("before_after", [(0.0, 0.6), (1.0, 0.0)])
def test_halving_the_step_changes_next_to_nothing(before_after: tuple[float, float]) -> None:
    extremes = []
    for step_s in (0.01, 0.005):
        rig = Rig(step_s)
        rig.run(30)
        rig.load(before_after[0])
        rig.run(20)
        rig.load(before_after[1])
        rig.run(5)
        far = max if before_after[1] == 0.0 else min
        # Both on the same moments: else the finer one is nearer to the peak between two.
        same = slice(round(0.01 / step_s) - 1, None, round(0.01 / step_s))
        extremes.append((100 * far(rig.speeds[same]), 100 * far(rig.volts[same])))
    (speed, volts), (half_speed, half_volts) = extremes
    assert abs(speed - half_speed) < 0.01
    assert abs(volts - half_volts) < 0.02


def test_energy_of_the_fuel(rig: Rig) -> None:
    rig.load(1.0)
    rig.run(10)
    before_l = rig.plant.fuel_l
    rig.run(360)
    assert before_l - rig.plant.fuel_l == pytest.approx(20 * 0.25 + 0.25, rel=0.02)
    assert 80 < rig.run(1200).coolant_c < 92


def test_without_fuel_it_stops(rig: Rig) -> None:
    rig.drive.fuel = False
    plant = rig.run(20)
    assert plant.speed_pu == 0.0
    assert plant.voltage_pu == 0.0
