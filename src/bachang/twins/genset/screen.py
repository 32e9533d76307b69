"""The genset controller's operator screen."""

from __future__ import annotations

from bachang.twins._screen import (
    Group,
    ScreenDescription,
    Trend,
    breaker,
    live,
    load,
    source,
    text,
    value,
    wire,
)
from bachang.twins.genset.points import SHUTDOWNS, WARNINGS

_DIAGRAM = "".join((
    '<svg viewBox="0 0 640 380" role="img">',
    text(90, 30, "Mains", "市电"),
    source(90, 72, "~", "mains_ua_v>50"),
    value(132, 66, "mains_ua_v", "start"),
    value(132, 90, "mains_frequency_hz", "start", "reading small"),
    wire("M90 102V176", "mains_ua_v>50"),
    breaker(90, 190, "mains_on_load"),
    wire("M90 204V280", "mains_on_load&mains_ua_v>50"),
    text(550, 30, "Generator", "发电机组"),
    source(550, 72, "G", "gen_ua_v>50"),
    value(508, 66, "gen_ua_v", "end"),
    value(508, 90, "gen_frequency_hz", "end", "reading small"),
    wire("M550 102V176", "gen_ua_v>50"),
    breaker(550, 190, "gen_on_load"),
    wire("M550 204V280", "gen_on_load&gen_ua_v>50"),
    value(524, 196, "power_kw", "end"),
    wire("M90 280H320", "mains_on_load&mains_ua_v>50"),
    wire("M550 280H320", "gen_on_load&gen_ua_v>50"),
    wire("M320 280V322", "mains_on_load&mains_ua_v>50|gen_on_load&gen_ua_v>50"),
    load(320, 322, "mains_on_load&mains_ua_v>50|gen_on_load&gen_ua_v>50"),
    text(320, 371, "Load", "负载"),
    f'<g class="engine" {live("speed_rpm>50")} transform="translate(320 120)">'
    '<rect x="-76" y="-54" width="152" height="108" rx="16"/></g>',
    text(320, 92, "Engine", "发动机", "label small"),
    value(320, 126, "speed_rpm", "middle", "reading big"),
    value(320, 154, "oil_pressure_kpa", "middle", "reading small"),
    wire("M396 120H500Q528 120 532 96", "speed_rpm>50"),
    "</svg>",
))  # fmt: skip

SCREEN = ScreenDescription(
    model="SG6120-like",
    diagram=_DIAGRAM,
    headline=("mode", "state", "mains_state"),
    values=(
        Group(title={"en": "Generator", "zh": "发电"}, points=(
            "gen_uab_v", "gen_frequency_hz", "current_a_a", "power_kw", "reactive_power_kvar",
            "power_factor", "load_percent")),
        Group(title={"en": "Engine", "zh": "发动机"}, points=(
            "speed_rpm", "coolant_temperature_c", "oil_pressure_kpa", "fuel_level_percent",
            "battery_v", "charger_v")),
        Group(title={"en": "Mains", "zh": "市电"}, points=(
            "mains_uab_v", "mains_frequency_hz", "mains_state", "mains_countdown_s")),
        Group(title={"en": "Counters", "zh": "统计"}, points=(
            "starts", "run_h", "energy_kwh", "maintenance_h")),
    ),
    trends=(
        Trend(title={"en": "Speed", "zh": "转速"}, unit="rpm", points=("speed_rpm",),
              low=0, high=1800),
        Trend(title={"en": "Power", "zh": "功率"}, unit="kW", points=("power_kw",),
              low=0, high=240),
        Trend(title={"en": "Frequency", "zh": "频率"}, unit="Hz",
              points=("mains_frequency_hz", "gen_frequency_hz"), low=44, high=56),
        Trend(title={"en": "Voltage", "zh": "电压"}, unit="V",
              points=("mains_ua_v", "gen_ua_v"), low=0, high=280),
    ),
    buttons=("auto", "manual", "test", "stop", "start", "mains_breaker", "gen_breaker",
             "alarm_reset", "emergency_stop"),
    dangerous=frozenset({"stop", "mains_breaker", "gen_breaker", "emergency_stop"}),
    pressed={"auto": "in_auto", "manual": "in_manual", "test": "in_test", "stop": "in_stop",
             "mains_breaker": "mains_on_load", "gen_breaker": "gen_on_load"},
    alarms=tuple(point.name for point in SHUTDOWNS),
    warnings=tuple(point.name for point in WARNINGS),
    settings=(
        Group(title={"en": "Mains and transfer", "zh": "市电与切换"}, points=(
            "mains_abnormal_delay_s", "mains_normal_delay_s", "mains_undervoltage_v",
            "mains_overvoltage_v", "transfer_rest_s")),
        Group(title={"en": "Start and stop", "zh": "启动与停机"}, points=(
            "start_delay_s", "stop_delay_s", "start_attempts", "preheat_s", "fuel_on_s",
            "crank_s", "crank_rest_s", "crank_disconnect_percent", "safety_on_s",
            "start_idle_s", "warm_up_s", "cooling_s", "stop_idle_s", "ets_s", "wait_stop_s")),
        Group(title={"en": "Generator protection", "zh": "发电保护"}, points=(
            "gen_undervoltage_v", "gen_overvoltage_v", "gen_abnormal_delay_s",
            "underfrequency_hz", "underfrequency_delay_s", "overfrequency_hz",
            "overfrequency_delay_s", "overcurrent_percent", "overpower_percent")),
        Group(title={"en": "Engine protection", "zh": "发动机保护"}, points=(
            "overspeed_percent", "overspeed_delay_s", "underspeed_percent",
            "underspeed_delay_s", "speed_loss_delay_s", "high_temperature_c",
            "low_oil_pressure_kpa", "low_fuel_percent")),
        Group(title={"en": "Operation and access", "zh": "运行与权限"}, points=(
            "power_on_mode", "test_on_load", "state_checked_commands", "remote_lock",
            "command_sources", "panel_password")),
    ),
)  # fmt: skip
