"""What each of the transfer switch's points shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bachang.twins._contract import PointValue
from bachang.twins._supply import NOMINAL_LINE_V, NOMINAL_PHASE_V

if TYPE_CHECKING:
    from bachang.twins.ats.device import Ats

Readings = dict[str, Callable[[], PointValue]]


def readings(ats: Ats) -> Readings:
    """Point name to a function of its value."""
    state, settings = ats.state, ats.settings
    pair = state.pair
    return {
        "mode": lambda: state.mode,
        "state": lambda: state.state,
        "position": pair.position,
        "countdown_s": ats.countdown_s,
        "alarm": lambda: any(state.alarms.values()),
        "warning": lambda: not state.monitors[0].normal,
        "source_1_normal": lambda: state.monitors[0].normal,
        "source_2_normal": lambda: state.monitors[1].normal,
        "source_1_closed": lambda: pair.breakers[0].auxiliary,
        "source_2_closed": lambda: pair.breakers[1].auxiliary,
        "in_auto": lambda: state.mode == "auto",
        "in_manual": lambda: state.mode == "manual",
        "start_relay": lambda: state.start_relay,
        "phase_sequence_wrong": lambda: False,
        "remote_locked": lambda: settings.remote_lock,
        "unlocked": lambda: state.unlock_left_s > 0.0,
        "transfers": lambda: state.transfers,
        "last_transfer_ms": lambda: state.last_transfer_ms,
        "interlock_attempts": lambda: pair.refused,
        "output_v": lambda: ats.output.voltage_pu * NOMINAL_PHASE_V,
        "power_kw": lambda: state.p_kw * ats.output.voltage_pu**2,
        "dark_s": lambda: state.dark_s,
        "last_dark_s": lambda: state.last_dark_s,
        "dark_min": lambda: state.total_dark_s / 60.0,
        "breaker_1_stuck": lambda: pair.breakers[0].stuck,
        "breaker_2_stuck": lambda: pair.breakers[1].stuck,
        "unlock": lambda: 0,
        **{alarm: _alarm(ats, alarm) for alarm in state.alarms},
        **_source_readings(ats, 0),
        **_source_readings(ats, 1),
    }


def _alarm(ats: Ats, name: str) -> Callable[[], PointValue]:
    return lambda: ats.state.alarms[name]


def _source_readings(ats: Ats, index: int) -> Readings:
    """Balanced voltages and the frequency of one source; an unwired one shows zeros."""

    def volts(nominal_v: float) -> Callable[[], PointValue]:
        def read() -> float:
            source = ats.sources[index]
            return source.voltage_pu * nominal_v if source else 0.0

        return read

    def hertz() -> float:
        source = ats.sources[index]
        return source.frequency_hz if source else 0.0

    prefix = f"source_{index + 1}"
    phase = {f"{prefix}_u{name}_v": volts(NOMINAL_PHASE_V) for name in ("a", "b", "c")}
    line = {f"{prefix}_u{name}_v": volts(NOMINAL_LINE_V) for name in ("ab", "bc", "ca")}
    return {**phase, **line, f"{prefix}_frequency_hz": hertz}
