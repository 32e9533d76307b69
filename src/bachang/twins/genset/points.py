"""The genset controller's points and its register map (an SG6120-like device).

Functions 01 (status bits), 03 (values), 05 (commands); nothing else. Commands and status
bits share the coil addresses: writing coil 3 presses AUTO, reading it shows remote mode.
A register of the map without a quantity reads 32766, "no data". Two-register quantities
stand high word first. (One file over 200 lines: it is one table.)
"""

from __future__ import annotations

from dataclasses import dataclass

from bachang.twins._contract import Point
from bachang.twins._points import (
    RESTORE,
    SECURITY,
    WHITE,
    button,
    choice,
    choice_setting,
    flag,
    knob,
    lever,
    measure,
    push,
    register,
    setting,
    status,
    switch_setting,
)

FUNCTIONS = frozenset({1, 3, 5})
COILS = 80
REGISTERS = 113

MODES = ("stop", "auto", "manual", "test")
STATES = (
    "standby",
    "preheat",
    "fuel_on",
    "crank",
    "crank_rest",
    "safety_on",
    "start_idle",
    "warm_up",
    "wait_load",
    "running",
    "cooling",
    "stop_idle",
    "ets",
    "wait_stop",
    "fail_to_stop",
    "after_stop",
)
REQUESTS = ("none", "start_delay", "stop_delay")
TRANSFER_STATES = ("off_load", "transfer_rest", "mains_closed", "generator_closed")
MAINS_STATES = ("normal", "abnormal", "no_delay")

SHUTDOWNS = (
    flag("emergency_stop_alarm", "Emergency stop", "紧急停机", status(8)),
    flag("overspeed", "Overspeed", "超速停机", status(9)),
    flag("underspeed", "Underspeed", "欠速停机", status(10)),
    flag("speed_signal_lost", "Speed signal lost", "速度信号丢失", status(11)),
    flag("overfrequency", "Over-frequency", "过频停机", status(12)),
    flag("underfrequency", "Under-frequency", "欠频停机", status(13)),
    flag("overvoltage", "Over-voltage", "过压停机", status(14)),
    flag("undervoltage", "Under-voltage", "欠压停机", status(15)),
    flag("overcurrent", "Over-current", "过流停机", status(16)),
    flag("crank_failure", "Failed to start", "启动失败", status(17)),
    flag("high_temperature", "High coolant temperature", "水温高停机", status(18)),
    flag("low_oil_pressure", "Low oil pressure", "油压低停机", status(19)),
    flag("no_frequency", "No frequency", "无频率", status(20)),
    flag("fuel_empty", "Fuel exhausted", "燃油耗尽", status(22)),
    flag("overpower", "Overpower", "过功率停机", status(47)),
)
WARNINGS = (
    flag("temperature_warning", "Coolant temperature", "水温预警", status(24)),
    flag("oil_warning", "Oil pressure", "油压预警", status(25)),
    flag("overcurrent_warning", "Over-current", "过流预警", status(26)),
    flag("stop_failure", "Failed to stop", "停机失败", status(27)),
    flag("low_fuel", "Low fuel", "燃油低", status(28)),
    flag("charge_failure", "Charging failure", "充电失败", status(29)),
    flag("battery_low", "Battery low", "电池欠压", status(30)),
    flag("battery_high", "Battery high", "电池过压", status(31)),
    flag("maintenance_due", "Maintenance due", "保养到期", status(37)),
    flag("overpower_warning", "Overpower", "过功率预警", status(39)),
)

_MAINS = (
    *(
        measure(f"mains_u{phase}_v", "V", f"Mains U{phase}", f"市电 U{phase}", register(index))
        for index, phase in enumerate(("a", "b", "c", "ab", "bc", "ca"))
    ),
    measure("mains_frequency_hz", "Hz", "Mains frequency", "市电频率", register(6, 0.01)),
)
_GENERATOR = (
    *(
        measure(
            f"gen_u{phase}_v",
            "V",
            f"Generator U{phase}",
            f"发电 U{phase}",
            register(index),
            recorded=phase == "a",
        )
        for index, phase in enumerate(("a", "b", "c", "ab", "bc", "ca"), 7)
    ),
    measure(
        "gen_frequency_hz",
        "Hz",
        "Generator frequency",
        "发电频率",
        register(13, 0.01),
        recorded=True,
    ),
    *(
        measure(
            f"current_{phase}_a",
            "A",
            f"Current {phase.upper()}",
            f"{phase.upper()} 相电流",
            register(index, 0.1),
        )
        for index, phase in enumerate(("a", "b", "c"), 14)
    ),
    measure("power_kw", "kW", "Active power", "有功功率", register(26, signed=True), recorded=True),
    measure("reactive_power_kvar", "kvar", "Reactive power", "无功功率", register(27, signed=True)),
    measure("apparent_power_kva", "kVA", "Apparent power", "视在功率", register(28, signed=True)),
    measure("power_factor", "", "Power factor", "功率因数", register(29, 0.01, signed=True)),
    *(
        measure(
            f"power_{phase}_kw",
            "kW",
            f"Power {phase.upper()}",
            f"{phase.upper()} 相功率",
            register(index, signed=True),
        )
        for index, phase in enumerate(("a", "b", "c"), 52)
    ),
    measure("load_percent", "%", "Load", "负载率", register(55), recorded=True),
)
_ENGINE = (
    measure(
        "coolant_temperature_c",
        "°C",
        "Coolant temperature",
        "水温",
        register(17, signed=True),
        recorded=True,
    ),
    measure("coolant_sensor_ohm", "Ω", "Coolant sensor", "水温传感器", register(18, 0.1)),
    measure("oil_pressure_kpa", "kPa", "Oil pressure", "油压", register(19), recorded=True),
    measure("oil_sensor_ohm", "Ω", "Oil sensor", "油压传感器", register(20, 0.1)),
    measure("fuel_level_percent", "%", "Fuel level", "燃油位", register(21), recorded=True),
    measure("fuel_sensor_ohm", "Ω", "Fuel sensor", "燃油传感器", register(22, 0.1)),
    measure("speed_rpm", "rpm", "Engine speed", "转速", register(23), recorded=True),
    measure("battery_v", "V", "Starter battery", "蓄电池", register(24, 0.1), recorded=True),
    measure("charger_v", "V", "Charger D+", "充电机 D+", register(25, 0.1)),
)
_STATES = (
    choice("mode", MODES, "Mode", "模式"),
    choice("state", STATES, "State", "状态", register(34)),
    measure("state_countdown_s", "s", "Countdown", "倒计时", register(35)),
    choice("request_state", REQUESTS, "Start request", "开机请求", register(36)),
    measure("request_countdown_s", "s", "Request countdown", "请求倒计时", register(37)),
    choice("transfer_state", TRANSFER_STATES, "Transfer", "切换状态", register(38)),
    measure("transfer_countdown_s", "s", "Transfer countdown", "切换倒计时", register(39)),
    choice("mains_state", MAINS_STATES, "Mains state", "市电状态", register(40)),
    measure("mains_countdown_s", "s", "Mains countdown", "市电倒计时", register(41)),
)
_COUNTERS = (
    measure("maintenance_h", "h", "Hours to maintenance", "距保养", register(30), kind=int),
    measure(
        "maintenance_min", "min", "Minutes to maintenance", "距保养分钟", register(31), kind=int
    ),
    measure("run_h", "h", "Hours run", "累计运行", register(42, words=2), kind=int),
    measure("run_min", "min", "Minutes run", "累计运行分钟", register(44), kind=int),
    measure("starts", "", "Starts", "开机次数", register(46, words=2), kind=int, recorded=True),
    measure(
        "energy_kwh", "kWh", "Energy delivered", "累计电能", register(48, words=2), recorded=True
    ),
    measure("software_version", "", "Software", "软件版本", register(50, 0.1)),
    measure("hardware_version", "", "Hardware", "硬件版本", register(51, 0.1)),
    measure("model", "", "Model", "型号", register(71), kind=int),
)
_BITS = (
    flag("common_alarm", "Common alarm", "公共报警", status(0), recorded=True),
    flag("common_warning", "Common warning", "公共预警", status(1), recorded=True),
    flag("common_shutdown", "Common shutdown", "公共停机", status(2), recorded=True),
    flag("remote_mode", "Remote mode", "远程模式", status(3)),
    flag("remote_locked", "Remote lock", "远程锁定", status(4)),
    flag("mains_on_load", "Mains on load", "市电带载", status(6), recorded=True),
    flag("gen_on_load", "Generator on load", "发电带载", status(7), recorded=True),
    flag("close_mains", "Contact: mains on load", "输出触点：市电合闸"),
    flag("close_generator", "Contact: generator on load", "输出触点：发电合闸"),
    flag("in_test", "Test mode", "试机模式", status(40)),
    flag("in_auto", "Auto mode", "自动模式", status(41)),
    flag("in_manual", "Manual mode", "手动模式", status(42)),
    flag("in_stop", "Stop mode", "停机模式", status(43)),
    flag("crank_relay", "Crank relay", "起动继电器", status(56)),
    flag("fuel_relay", "Fuel relay", "燃油继电器", status(57)),
    flag("mains_fault", "Mains fault", "市电异常", status(64)),
    flag("mains_normal", "Mains normal", "市电正常", status(65), recorded=True),
    flag("mains_overvoltage", "Mains over-voltage", "市电过压", status(66)),
    flag("mains_undervoltage", "Mains under-voltage", "市电欠压", status(67)),
    flag("mains_phase_loss", "Mains phase loss", "市电缺相", status(68)),
    flag("mains_blackout", "Mains blackout", "市电停电", status(69)),
    flag("gen_normal", "Generator normal", "发电正常", status(72), recorded=True),
)
_BUTTONS = (
    button("start", "Start", "启动", push(0)),
    button("stop", "Stop", "停机", push(1)),
    button("test", "Test", "试机", push(2)),
    button("auto", "Auto", "自动", push(3)),
    button("manual", "Manual", "手动", push(4)),
    button("gen_breaker", "Generator breaker", "发电合/分闸", push(5)),
    button("mains_breaker", "Mains breaker", "市电合/分闸", push(6)),
    button("alarm_reset", "Reset alarms", "复位报警", by=SECURITY[0].writable_by),
    button("emergency_stop", "Emergency stop", "紧急停机", by=SECURITY[0].writable_by),
)
_WORLD = (
    knob("fuel_l", "L", 0, 5000, "Fuel in the tank", "油箱燃油"),
    knob("ambient_c", "°C", -40, 60, "Ambient temperature", "环境温度"),
    knob("oil_wear_percent", "%", 0, 100, "Wear of the oil circuit", "机油回路磨损"),
    knob("radiator_fouling_percent", "%", 0, 100, "Fouled radiator", "散热器堵塞"),
    knob("speed_reference_percent", "%", 50, 130, "Speed reference", "转速给定"),
    knob("voltage_reference_percent", "%", 50, 130, "Voltage reference", "电压给定"),
    lever("starter_failed", "Starter failed", "起动机故障"),
    measure("damage_s", "s", "Overspeed damage", "超速损伤"),
)
_SETTINGS = (
    setting("mains_abnormal_delay_s", "s", 0, 3600, "Mains abnormal delay", "市电异常延时"),
    setting("mains_normal_delay_s", "s", 0, 3600, "Mains normal delay", "市电正常延时"),
    setting("mains_undervoltage_v", "V", 30, 300, "Mains under-voltage", "市电欠压阈值"),
    setting("mains_overvoltage_v", "V", 200, 360, "Mains over-voltage", "市电过压阈值"),
    setting("transfer_rest_s", "s", 0, 99, "Transfer rest", "转换间隔"),
    setting("start_delay_s", "s", 0, 3600, "Start delay", "开机延时"),
    setting("stop_delay_s", "s", 0, 3600, "Stop delay", "停机延时"),
    setting("start_attempts", "", 1, 10, "Start attempts", "启动次数", kind=int),
    setting("preheat_s", "s", 0, 300, "Preheat", "预热时间"),
    setting("fuel_on_s", "s", 0, 10, "Fuel before cranking", "预供油时间"),
    setting("crank_s", "s", 3, 60, "Crank time", "起动时间"),
    setting("crank_rest_s", "s", 3, 60, "Crank rest", "起动间隔"),
    setting("safety_on_s", "s", 0, 60, "Safety-on delay", "安全运行时间"),
    setting("start_idle_s", "s", 0, 3600, "Start idle", "开机怠速"),
    setting("warm_up_s", "s", 0, 3600, "Warm-up", "暖机时间"),
    setting("cooling_s", "s", 0, 3600, "Cooling", "散热时间"),
    setting("stop_idle_s", "s", 0, 3600, "Stop idle", "停机怠速"),
    setting("ets_s", "s", 0, 120, "Energise to stop", "得电停机时间"),
    setting("wait_stop_s", "s", 0, 120, "Wait for stop", "等待停稳时间"),
    setting("crank_disconnect_percent", "%", 10, 60, "Crank disconnect speed", "起动成功转速"),
    setting("gen_undervoltage_v", "V", 30, 300, "Generator under-voltage", "发电欠压阈值"),
    setting("gen_overvoltage_v", "V", 200, 360, "Generator over-voltage", "发电过压阈值"),
    setting("gen_abnormal_delay_s", "s", 0, 60, "Generator abnormal delay", "发电异常延时"),
    setting("underfrequency_hz", "Hz", 30, 60, "Under-frequency", "欠频阈值"),
    setting("underfrequency_delay_s", "s", 0, 60, "Under-frequency delay", "欠频延时"),
    setting("overfrequency_hz", "Hz", 45, 75, "Over-frequency", "过频阈值"),
    setting("overfrequency_delay_s", "s", 0, 60, "Over-frequency delay", "过频延时"),
    setting("overspeed_percent", "%", 100, 130, "Overspeed", "超速阈值"),
    setting("overspeed_delay_s", "s", 0, 60, "Overspeed delay", "超速延时"),
    setting("underspeed_percent", "%", 20, 100, "Underspeed", "欠速阈值"),
    setting("underspeed_delay_s", "s", 0, 60, "Underspeed delay", "欠速延时"),
    setting("speed_loss_delay_s", "s", 0, 20, "Speed signal loss delay", "速度丢失延时"),
    setting("high_temperature_c", "°C", 80, 140, "High temperature", "水温高阈值"),
    setting("low_oil_pressure_kpa", "kPa", 0, 400, "Low oil pressure", "油压低阈值"),
    setting("low_fuel_percent", "%", 0, 100, "Low fuel", "燃油低阈值"),
    setting("overcurrent_percent", "%", 50, 200, "Over-current", "过流阈值"),
    setting("overpower_percent", "%", 50, 200, "Overpower", "过功率阈值"),
    switch_setting("test_on_load", "Test on load", "带载试机"),
    switch_setting(
        "state_checked_commands", "State-checked breaker commands", "断路器命令状态校验"
    ),
    choice_setting("power_on_mode", MODES, "Mode at power-on", "上电模式"),
    setting("rated_kva", "kVA", 10, 3000, "Rated power", "额定容量", by=WHITE),
    setting("tank_l", "L", 10, 20000, "Tank", "油箱容量", by=WHITE),
    *SECURITY,
)

POINTS: tuple[Point, ...] = (
    *_STATES, *_BITS, *SHUTDOWNS, *WARNINGS, *_GENERATOR, *_ENGINE, *_MAINS, *_COUNTERS,
    *_BUTTONS, *_WORLD, *_SETTINGS, RESTORE,
)  # fmt: skip


@dataclass(slots=True)
class Settings:
    """Factory values. The password is the range's own, printed in its manual."""

    mains_abnormal_delay_s: float = 5.0
    mains_normal_delay_s: float = 10.0
    mains_undervoltage_v: float = 184.0
    mains_overvoltage_v: float = 276.0
    transfer_rest_s: float = 1.0
    start_delay_s: float = 1.0
    stop_delay_s: float = 1.0
    start_attempts: int = 3
    preheat_s: float = 0.0
    fuel_on_s: float = 0.0
    crank_s: float = 8.0
    crank_rest_s: float = 10.0
    safety_on_s: float = 10.0
    start_idle_s: float = 0.0
    warm_up_s: float = 10.0
    cooling_s: float = 10.0
    stop_idle_s: float = 0.0
    ets_s: float = 20.0
    wait_stop_s: float = 30.0
    crank_disconnect_percent: float = 24.0
    gen_undervoltage_v: float = 184.0
    gen_overvoltage_v: float = 276.0
    gen_abnormal_delay_s: float = 10.0
    underfrequency_hz: float = 45.0
    underfrequency_delay_s: float = 10.0
    overfrequency_hz: float = 57.0
    overfrequency_delay_s: float = 2.0
    overspeed_percent: float = 114.0
    overspeed_delay_s: float = 2.0
    underspeed_percent: float = 80.0
    underspeed_delay_s: float = 3.0
    speed_loss_delay_s: float = 5.0
    high_temperature_c: float = 98.0
    low_oil_pressure_kpa: float = 103.0
    low_fuel_percent: float = 10.0
    overcurrent_percent: float = 110.0
    overpower_percent: float = 110.0
    test_on_load: bool = False
    state_checked_commands: bool = False
    power_on_mode: str = "auto"
    rated_kva: float = 250.0
    tank_l: float = 400.0
    panel_password: str = "SG6120"  # noqa: S105 - the range's own factory default
    remote_lock: bool = False
    command_sources: str = ""
