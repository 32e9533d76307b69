"""The zone's low-voltage feeder: five loads, who may be shed, what the outage costs."""

from __future__ import annotations

from dataclasses import dataclass

from bachang.twins._contract import Point
from bachang.twins._points import (
    OPERATOR,
    RESTORE,
    WHITE,
    button,
    flag,
    knob,
    measure,
    setting,
    switch_setting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadKind:
    """One outgoing circuit."""

    name: str
    demand_kw: float
    power_factor: float
    priority: int
    """1 is never shed; the highest number goes first."""
    motors: int = 0
    """Equal motors, started one after another; 0 for loads without inrush."""
    en: str = ""
    zh: str = ""


LOADS = (
    LoadKind(name="server", demand_kw=120.0, power_factor=0.95, priority=1,
             en="F1 server room", zh="F1 机房"),
    LoadKind(name="traffic", demand_kw=15.0, power_factor=0.95, priority=1,
             en="F2 traffic signals", zh="F2 交通信号"),
    LoadKind(name="pump", demand_kw=60.0, power_factor=0.85, priority=2, motors=4,
             en="F3 pumps", zh="F3 水泵"),
    LoadKind(name="sorting", demand_kw=90.0, power_factor=0.85, priority=3,
             en="F4 waste sorting", zh="F4 垃圾分选"),
    LoadKind(name="lab", demand_kw=80.0, power_factor=0.90, priority=4,
             en="F5 laboratory and campus", zh="F5 实验室与校园"),
)  # fmt: skip

_LOAD_POINTS = tuple(
    point
    for load in LOADS
    for point in (
        knob(f"{load.name}_demand_kw", "kW", 0, 1000, f"{load.en}, demand", f"{load.zh} 需求",
             recorded=True),
        flag(f"{load.name}_connected", f"{load.en}, connected", f"{load.zh} 已接通"),
        flag(f"{load.name}_supplied", f"{load.en}, supplied", f"{load.zh} 有电", recorded=True),
        measure(f"{load.name}_power_kw", "kW", f"{load.en}, power", f"{load.zh} 功率"),
        measure(f"{load.name}_not_supplied_kwh", "kWh", f"{load.en}, not supplied",
                f"{load.zh} 欠供电量"),
    )
)  # fmt: skip

POINTS: tuple[Point, ...] = (
    measure("voltage_v", "V", "Bus voltage", "母线电压", recorded=True),
    measure("frequency_hz", "Hz", "Bus frequency", "母线频率", recorded=True),
    measure("demand_kw", "kW", "Demand", "总需求", recorded=True),
    measure("power_kw", "kW", "Power", "总功率", recorded=True),
    measure("reactive_power_kvar", "kvar", "Reactive power", "无功功率"),
    flag("supplied", "Bus supplied", "母线有电", recorded=True),
    flag("on_generator", "On generator", "由发电机供电", recorded=True),
    flag("shedding", "Loads shed", "已减载", recorded=True),
    measure("not_supplied_kwh", "kWh", "Energy not supplied", "欠供电量", recorded=True),
    measure("critical_not_supplied_kwh", "kWh", "of it critical", "其中重要负荷", recorded=True),
    measure("supplied_kwh", "kWh", "Energy supplied", "已供电量", recorded=True),
    measure("demand_kwh", "kWh", "Energy asked for", "需求电量"),
    measure("energy_kwh", "kWh", "Energy taken", "实际用电量"),
    measure("dark_s", "s", "Dark for", "本次停电时长", recorded=True),
    measure("dark_min", "min", "Dark in all", "累计停电", recorded=True),
    measure("last_dark_s", "s", "Last dark interval", "上次停电时长", recorded=True),
    measure("outages", "", "Outages", "停电次数", kind=int, recorded=True),
    *_LOAD_POINTS,
    switch_setting("shedding_enabled", "Load shedding", "减载功能"),
    setting("generator_limit_kw", "kW", 0, 5000, "Limit on generator", "发电机供电限值"),
    setting("reconnect_interval_s", "s", 0, 600, "Reconnect interval", "恢复间隔"),
    setting("motor_inrush", "", 1, 10, "Motor inrush (times rated)", "电机启动电流倍数", by=WHITE),
    button("reconnect", "Reconnect all", "全部恢复", by=OPERATOR),
    RESTORE,
)


@dataclass(slots=True)
class Settings:
    """Factory values."""

    shedding_enabled: bool = True
    generator_limit_kw: float = 200.0
    reconnect_interval_s: float = 5.0
    motor_inrush: float = 6.0
