"""What the mains show, and what exercise control can do to them."""

from __future__ import annotations

from dataclasses import dataclass

from bachang.twins._contract import Point
from bachang.twins._points import RESTORE, WHITE, knob, measure, setting

POINTS: tuple[Point, ...] = (
    Point(
        name="available",
        type=bool,
        writable_by=WHITE,
        title={"en": "Mains available", "zh": "市电可用"},
    ),
    knob("set_voltage_percent", "%", 0, 140, "Voltage set", "电压给定"),
    knob("set_frequency_hz", "Hz", 40, 60, "Frequency set", "频率给定"),
    measure("voltage_v", "V", "Phase voltage", "相电压", recorded=True),
    measure("frequency_hz", "Hz", "Frequency", "频率", recorded=True),
    measure("power_kw", "kW", "Active power", "有功功率", recorded=True),
    measure("reactive_power_kvar", "kvar", "Reactive power", "无功功率"),
    measure("energy_kwh", "kWh", "Energy delivered", "供电量", recorded=True),
    setting("transformer_kva", "kVA", 50, 5000, "Transformer", "变压器容量", by=WHITE),
    setting("wander_percent", "%", 0, 5, "Voltage wander", "电压波动", by=WHITE),
    RESTORE,
)


@dataclass(slots=True)
class Settings:
    """Factory values."""

    transformer_kva: float = 630.0
    wander_percent: float = 0.3
