"""The feeder's screen: who has power, and what the outage costs."""

from __future__ import annotations

from bachang.twins._screen import Group, ScreenDescription, Trend, breaker, load, text, value, wire
from bachang.twins.feeder.points import LOADS


def _circuit(index: int) -> str:
    """One outgoing circuit of the diagram."""
    kind = LOADS[index]
    x = 80 + 120 * index
    code_en, _, name_en = kind.en.partition(" ")
    _, _, name_zh = kind.zh.partition(" ")
    return "".join((
        wire(f"M{x} 110V156", "voltage_v>50"),
        breaker(x, 170, f"{kind.name}_connected"),
        wire(f"M{x} 184V240", f"{kind.name}_supplied"),
        load(x, 240, f"{kind.name}_supplied"),
        text(x, 294, code_en, code_en),
        text(x, 314, name_en, name_zh, "label small"),
        value(x, 344, f"{kind.name}_power_kw", kind="reading small"),
    ))  # fmt: skip


_DIAGRAM = "".join((
    '<svg viewBox="0 0 640 380" role="img">',
    value(320, 34, "voltage_v"),
    wire("M320 46V110", "voltage_v>50"),
    value(334, 82, "frequency_hz", "start", "reading small"),
    wire("M40 110H600", "voltage_v>50"),
    *(_circuit(index) for index in range(len(LOADS))),
    "</svg>",
))  # fmt: skip

SCREEN = ScreenDescription(
    model="Feeder",
    diagram=_DIAGRAM,
    headline=("supplied", "on_generator", "shedding"),
    values=(
        Group(title={"en": "Bus", "zh": "母线"}, points=(
            "voltage_v", "frequency_hz", "demand_kw", "power_kw", "reactive_power_kvar")),
        Group(title={"en": "Consequences", "zh": "后果"}, points=(
            "not_supplied_kwh", "critical_not_supplied_kwh", "dark_s", "last_dark_s",
            "dark_min", "outages")),
        Group(title={"en": "Energy", "zh": "电量"}, points=(
            "demand_kwh", "supplied_kwh", "energy_kwh")),
    ),
    trends=(
        Trend(title={"en": "Demand and power", "zh": "需求与功率"}, unit="kW",
              points=("demand_kw", "power_kw"), low=0, high=450),
        Trend(title={"en": "Voltage", "zh": "电压"}, unit="V", points=("voltage_v",),
              low=0, high=280),
        Trend(title={"en": "Not supplied", "zh": "欠供电量"}, unit="kWh",
              points=("not_supplied_kwh",), low=0, high=5),
    ),
)  # fmt: skip
