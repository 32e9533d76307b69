"""The transfer switch's operator screen."""

from __future__ import annotations

from bachang.twins._screen import (
    Group,
    ScreenDescription,
    Trend,
    breaker,
    load,
    source,
    text,
    value,
    wire,
)
from bachang.twins.ats.points import ALARMS

_ONE, _TWO = "source_1_closed&source_1_ua_v>50", "source_2_closed&source_2_ua_v>50"
_DIAGRAM = "".join((
    '<svg viewBox="0 0 640 380" role="img">',
    text(150, 30, "Source 1", "电源 1"),
    source(150, 72, "1", "source_1_ua_v>50"),
    value(200, 66, "source_1_ua_v", "start"),
    value(200, 90, "source_1_frequency_hz", "start", "reading small"),
    wire("M150 102V176", "source_1_ua_v>50"),
    breaker(150, 190, "source_1_closed"),
    wire("M150 204V280", _ONE),
    text(490, 30, "Source 2", "电源 2"),
    source(490, 72, "2", "source_2_ua_v>50"),
    value(440, 66, "source_2_ua_v", "end"),
    value(440, 90, "source_2_frequency_hz", "end", "reading small"),
    wire("M490 102V176", "source_2_ua_v>50"),
    breaker(490, 190, "source_2_closed"),
    wire("M490 204V280", _TWO),
    '<path class="interlock" d="M168 190H296M344 190H472M302 196L320 178L338 196z"/>',
    text(320, 222, "interlock", "机械联锁", "label small"),
    wire("M150 280H320", _ONE),
    wire("M490 280H320", _TWO),
    wire("M320 280V322", f"{_ONE}|{_TWO}"),
    load(320, 322, f"{_ONE}|{_TWO}"),
    text(320, 371, "Load", "负载"),
    value(352, 330, "power_kw", "start"),
    "</svg>",
))  # fmt: skip

SCREEN = ScreenDescription(
    model="ST600-like",
    diagram=_DIAGRAM,
    headline=("mode", "state"),
    values=(
        Group(title={"en": "Source 1", "zh": "电源 1"}, points=(
            "source_1_uab_v", "source_1_frequency_hz", "source_1_normal")),
        Group(title={"en": "Source 2", "zh": "电源 2"}, points=(
            "source_2_uab_v", "source_2_frequency_hz", "source_2_normal", "start_relay")),
        Group(title={"en": "Output", "zh": "输出"}, points=(
            "position", "output_v", "power_kw", "countdown_s")),
        Group(title={"en": "Records", "zh": "记录"}, points=(
            "transfers", "last_transfer_ms", "last_dark_s", "dark_min", "interlock_attempts")),
    ),
    trends=(
        Trend(title={"en": "Sources", "zh": "电源电压"}, unit="V",
              points=("source_1_ua_v", "source_2_ua_v"), low=0, high=280),
        Trend(title={"en": "Output", "zh": "输出电压"}, unit="V", points=("output_v",),
              low=0, high=280),
        Trend(title={"en": "Power", "zh": "功率"}, unit="kW", points=("power_kw",),
              low=0, high=450),
    ),
    buttons=("auto", "manual", "close_1", "close_2", "open", "alarm_reset"),
    dangerous=frozenset({"close_1", "close_2", "open"}),
    pressed={"auto": "in_auto", "manual": "in_manual", "close_1": "source_1_closed",
             "close_2": "source_2_closed"},
    alarms=tuple(point.name for point in ALARMS),
    warnings=("unlocked",),
    settings=(
        Group(title={"en": "Source 1", "zh": "电源 1"}, points=(
            "source_1_abnormal_delay_s", "source_1_normal_delay_s")),
        Group(title={"en": "Source 2", "zh": "电源 2"}, points=(
            "source_2_abnormal_delay_s", "source_2_normal_delay_s", "start_delay_s",
            "stop_delay_s")),
        Group(title={"en": "Transfer", "zh": "转换"}, points=(
            "transfer_interval_s", "priority", "auto_restore", "undervoltage_percent",
            "overvoltage_percent")),
        Group(title={"en": "Operation and access", "zh": "运行与权限"}, points=(
            "power_on_mode", "unlock_code", "remote_lock", "command_sources",
            "panel_password")),
    ),
)  # fmt: skip
