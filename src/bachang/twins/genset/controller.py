"""The genset controller's own state: sixteen states of the set, mode, requests, contacts.

Pure bookkeeping; `bachang.twins.genset.device` gives it measurements and carries out what
it decides.

    standby → preheat → fuel_on → crank ⇄ crank_rest → safety_on → start_idle → warm_up
            → wait_load → running → cooling → stop_idle → ets → wait_stop → after_stop
            → standby                                        (wait_stop → fail_to_stop)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bachang.twins._monitor import EPSILON_S, Monitor
from bachang.twins._switchgear import InterlockedPair
from bachang.twins.genset.points import Settings
from bachang.twins.genset.process import Plant, at_rest
from bachang.twins.genset.protection import Guard

STARTING = ("preheat", "fuel_on", "crank", "crank_rest")
TURNING = ("safety_on", "start_idle", "warm_up", "wait_load", "running", "cooling", "stop_idle")
SAFE = ("start_idle", "warm_up", "wait_load", "running", "cooling")
STOPPING = ("cooling", "stop_idle", "ets", "wait_stop", "fail_to_stop", "after_stop")
FUELLED = ("fuel_on", "crank", *TURNING)


@dataclass(slots=True)
class State:
    """All that changes in a genset and its controller."""

    plant: Plant = field(default_factory=at_rest)
    guard: Guard = field(default_factory=Guard)
    mains: Monitor = field(default_factory=Monitor)
    pair: InterlockedPair = field(default_factory=InterlockedPair)
    mode: str = "auto"
    state: str = "standby"
    elapsed_s: float = 0.0
    """Time in the present state."""
    attempts: int = 0
    request: str = "none"
    request_s: float = 0.0
    wanted: bool = False
    """Should the set run?"""
    manual_run: bool = False
    """START was pressed in manual mode."""
    close_mains: bool = True
    close_generator: bool = False
    rest_s: float = 0.0
    speed_reference: float = 1.0
    voltage_reference: float = 1.0
    ticks: int = 0
    starts: int = 0
    run_s: float = 0.0
    energy_kws: float = 0.0
    gen_normal: bool = False
    p_kw: float = 0.0
    q_kvar: float = 0.0
    """Demand passed on to the mains by the set's own contactors."""


def after(state: str, settings: Settings) -> tuple[str, float]:
    """The state that follows when time is up, and how long ``state`` lasts in seconds.

    States that end by an event instead (crank, wait_load, running, …) last for ever.
    """
    return {
        "preheat": ("fuel_on", settings.preheat_s),
        "fuel_on": ("crank", settings.fuel_on_s),
        "crank_rest": ("preheat", settings.crank_rest_s),
        "safety_on": ("start_idle", settings.safety_on_s),
        "start_idle": ("warm_up", settings.start_idle_s),
        "warm_up": ("wait_load", settings.warm_up_s),
        "cooling": ("stop_idle", settings.cooling_s),
        "stop_idle": ("ets", settings.stop_idle_s),
        "ets": ("wait_stop", settings.ets_s),
        "after_stop": ("standby", 0.0),
    }.get(state, (state, float("inf")))


def next_state(state: State, settings: Settings) -> str:
    """The state that the set should be in now; the same one if nothing is due."""
    name, plant = state.state, state.plant
    if name in ("standby", "fail_to_stop"):
        return "preheat" if state.wanted and plant.speed_pu == 0.0 else name
    if not state.wanted and name in STARTING:
        return "ets"
    if not state.wanted and name in TURNING and name not in STOPPING:
        return "cooling" if name in ("wait_load", "running") else "ets"
    if name == "crank":
        return _cranking(state, settings)
    if name == "wait_load":
        return "running" if state.gen_normal else name
    if name in ("cooling", "stop_idle") and state.wanted:
        return "running"
    if name in ("ets", "wait_stop") and plant.speed_pu == 0.0:
        return "after_stop"
    if name == "wait_stop" and state.elapsed_s >= settings.wait_stop_s:
        return "fail_to_stop"
    following, lasts_s = after(name, settings)
    return following if state.elapsed_s + EPSILON_S >= lasts_s else name


def _cranking(state: State, settings: Settings) -> str:
    if state.plant.speed_pu * 100.0 >= settings.crank_disconnect_percent:
        return "safety_on"
    if state.elapsed_s + EPSILON_S < settings.crank_s:
        return "crank"
    return "crank_rest" if state.attempts < settings.start_attempts else "ets"
