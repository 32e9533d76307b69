"""The incoming mains' screen: a meter to look at."""

from __future__ import annotations

from bachang.twins._screen import (
    Group,
    ScreenDescription,
    Trend,
    live,
    load,
    source,
    text,
    value,
    wire,
)

_DIAGRAM = "".join((
    '<svg viewBox="0 0 640 380" role="img">',
    text(320, 30, "10 kV network", "10 kV 电网"),
    source(320, 76, "~", "voltage_v>50"),
    wire("M320 106V150", "voltage_v>50"),
    f'<g class="source" {live("voltage_v>50")}><circle cx="320" cy="176" r="26"/>'
    '<circle cx="320" cy="210" r="26"/></g>',
    text(370, 198, "10/0.4 kV", "10/0.4 kV", "label small", "start"),
    wire("M320 236V300", "voltage_v>50"),
    value(340, 262, "voltage_v", "start"),
    value(340, 286, "frequency_hz", "start", "reading small"),
    load(320, 300, "voltage_v>50"),
    value(320, 356, "power_kw"),
    "</svg>",
))  # fmt: skip

SCREEN = ScreenDescription(
    model="Incomer",
    diagram=_DIAGRAM,
    headline=("available",),
    values=(
        Group(title={"en": "Mains", "zh": "市电"}, points=(
            "voltage_v", "frequency_hz", "power_kw", "reactive_power_kvar", "energy_kwh")),
    ),
    trends=(
        Trend(title={"en": "Voltage", "zh": "电压"}, unit="V", points=("voltage_v",),
              low=0, high=280),
        Trend(title={"en": "Frequency", "zh": "频率"}, unit="Hz", points=("frequency_hz",),
              low=49, high=51),
        Trend(title={"en": "Power", "zh": "功率"}, unit="kW", points=("power_kw",),
              low=0, high=450),
    ),
)  # fmt: skip
