"""The transfer switch's points and its register map.

The map is the range's own (no maker's), in the style of common controllers: status bits by
function 01, values and settings by 03, commands by 05, settings by 16 once register 40
holds the unlock code. Times stand in tenths of a second.

(One file over 200 lines: it is one table.)
"""

from __future__ import annotations

from dataclasses import dataclass

from bachang.twins._contract import Point
from bachang.twins._points import (
    ANYONE,
    OPERATOR,
    RESTORE,
    SECURITY,
    button,
    choice,
    choice_setting,
    flag,
    lever,
    measure,
    push,
    register,
    setting,
    status,
    switch_setting,
)

MODES = ("auto", "manual")
STATES = (
    "ready",
    "closing_1",
    "opening_1",
    "closing_2",
    "opening_2",
    "transfer_rest",
    "on_1",
    "on_2",
    "off",
)
FUNCTIONS = frozenset({1, 3, 5, 6, 16})
COILS = 16
REGISTERS = 41

ALARMS = (
    flag("fail_to_close", "Fail to close", "合闸失败", status(9)),
    flag("fail_to_open", "Fail to open", "分闸失败", status(10)),
    flag("fail_to_transfer", "Fail to transfer", "转换失败", status(11)),
)

_SOURCES = tuple(
    point
    for number, first in ((1, 0), (2, 7))
    for point in (
        *(
            measure(
                f"source_{number}_u{phase}_v",
                "V",
                f"S{number} U{phase}",
                f"电源{number} U{phase}",
                register(first + index),
            )
            for index, phase in enumerate(("a", "b", "c", "ab", "bc", "ca"))
        ),
        measure(
            f"source_{number}_frequency_hz",
            "Hz",
            f"S{number} frequency",
            f"电源{number}频率",
            register(first + 6, 0.01),
        ),
    )
)

_SETTINGS = (
    setting(
        "source_1_abnormal_delay_s",
        "s",
        0,
        6000,
        "S1 abnormal delay",
        "电源1异常延时",
        register(20, 0.1, write=True),
        by=ANYONE,
    ),
    setting(
        "source_1_normal_delay_s",
        "s",
        0,
        6000,
        "S1 normal delay",
        "电源1正常延时",
        register(21, 0.1, write=True),
        by=ANYONE,
    ),
    setting(
        "transfer_interval_s",
        "s",
        0,
        6000,
        "Transfer interval",
        "转换间隔",
        register(22, 0.1, write=True),
        by=ANYONE,
    ),
    setting(
        "priority",
        "",
        0,
        2,
        "Priority source (0: none)",
        "优先电源（0：无）",
        register(23, write=True),
        by=ANYONE,
        kind=int,
    ),
    setting(
        "undervoltage_percent",
        "%",
        50,
        100,
        "Under-voltage",
        "欠压阈值",
        register(24, write=True),
        by=ANYONE,
    ),
    setting(
        "overvoltage_percent",
        "%",
        100,
        150,
        "Over-voltage",
        "过压阈值",
        register(25, write=True),
        by=ANYONE,
    ),
    setting(
        "stop_delay_s",
        "s",
        0,
        6000,
        "Generator stop delay",
        "停机延时",
        register(26, 0.1, write=True),
        by=ANYONE,
    ),
    switch_setting(
        "auto_restore", "Automatic return", "自动恢复", register(27, write=True), by=ANYONE
    ),
    setting(
        "source_2_abnormal_delay_s",
        "s",
        0,
        6000,
        "S2 abnormal delay",
        "电源2异常延时",
        register(28, 0.1, write=True),
        by=ANYONE,
    ),
    setting(
        "source_2_normal_delay_s",
        "s",
        0,
        6000,
        "S2 normal delay",
        "电源2正常延时",
        register(29, 0.1, write=True),
        by=ANYONE,
    ),
    setting(
        "start_delay_s",
        "s",
        0,
        6000,
        "Generator start delay",
        "启动延时",
        register(30, 0.1, write=True),
        by=ANYONE,
    ),
    choice_setting("power_on_mode", MODES, "Mode at power-on", "上电模式"),
    Point(
        name="unlock_code",
        type=int,
        low=0,
        high=65535,
        writable_by=OPERATOR,
        setting=True,
        recorded=False,
        secret=True,
        title={"en": "Unlock code", "zh": "解锁码"},
    ),
    *SECURITY,
)

POINTS: tuple[Point, ...] = (
    choice("mode", MODES, "Mode", "模式"),
    choice("state", STATES, "State", "状态", register(14)),
    measure(
        "position", "", "Connected source (0: none)", "接通电源（0：无）", kind=int, recorded=True
    ),
    measure("countdown_s", "s", "Countdown", "倒计时", register(15)),
    flag("alarm", "Common alarm", "公共报警", status(0)),
    flag("warning", "Common warning", "公共预警", status(1)),
    flag("source_1_normal", "S1 normal", "电源1正常", status(2), recorded=True),
    flag("source_2_normal", "S2 normal", "电源2正常", status(3), recorded=True),
    flag("source_1_closed", "S1 closed", "电源1合闸", status(4), recorded=True),
    flag("source_2_closed", "S2 closed", "电源2合闸", status(5), recorded=True),
    flag("in_auto", "Auto mode", "自动模式", status(6)),
    flag("in_manual", "Manual mode", "手动模式", status(7)),
    flag("start_relay", "Generator start relay", "启动继电器", status(8)),
    *ALARMS,
    flag("phase_sequence_wrong", "Wrong phase sequence", "相序错误", status(12)),
    flag("remote_locked", "Remote lock", "远程锁定", status(13)),
    flag("unlocked", "Settings unlocked", "设置已解锁", status(14)),
    *_SOURCES,
    measure("transfers", "", "Transfers", "转换次数", register(16), kind=int, recorded=True),
    measure("last_transfer_ms", "ms", "Last transfer", "上次转换时间", register(17), kind=int),
    measure(
        "interlock_attempts",
        "",
        "Attempts against the interlock",
        "违反联锁次数",
        register(18),
        kind=int,
        recorded=True,
    ),
    measure("output_v", "V", "Output voltage", "输出电压", recorded=True),
    measure("power_kw", "kW", "Power through", "通过功率", recorded=True),
    measure("dark_s", "s", "Output dead for", "本次停电时长"),
    measure("last_dark_s", "s", "Last dead interval", "上次停电时长", recorded=True),
    measure("dark_min", "min", "Output dead in all", "累计停电", recorded=True),
    lever("breaker_1_stuck", "S1 breaker stuck", "电源1断路器卡涩"),
    lever("breaker_2_stuck", "S2 breaker stuck", "电源2断路器卡涩"),
    button("auto", "Auto", "自动", push(0)),
    button("manual", "Manual", "手动", push(1)),
    button("close_1", "Close S1", "合电源1", push(2)),
    button("close_2", "Close S2", "合电源2", push(3)),
    button("open", "Open", "分闸", push(4)),
    button("alarm_reset", "Reset alarms", "复位报警", push(5)),
    Point(
        name="unlock",
        type=int,
        low=0,
        high=65535,
        addresses=(register(40, write=True),),
        writable_by=ANYONE,
        recorded=False,
        secret=True,
        title={"en": "Unlock", "zh": "解锁"},
    ),
    *_SETTINGS,
    RESTORE,
)

PROTECTED = frozenset(point.name for point in _SETTINGS if any(a.write for a in point.addresses))
"""Settings that the field protocol may write only while unlocked."""


@dataclass(slots=True)
class Settings:
    """Factory values. The password and the code are the range's own, from its manual."""

    source_1_abnormal_delay_s: float = 5.0
    source_1_normal_delay_s: float = 10.0
    source_2_abnormal_delay_s: float = 5.0
    source_2_normal_delay_s: float = 10.0
    transfer_interval_s: float = 1.0
    priority: int = 1
    undervoltage_percent: float = 80.0
    overvoltage_percent: float = 120.0
    start_delay_s: float = 1.0
    stop_delay_s: float = 90.0
    auto_restore: bool = True
    power_on_mode: str = "auto"
    unlock_code: int = 6001
    panel_password: str = "0600"  # noqa: S105 - the range's own factory default
    remote_lock: bool = False
    command_sources: str = ""
