"""The transfer switch's controller: judges two sources, drives two breakers.

In automatic mode it follows its own judgement, or the two contacts of a generating set's
controller that is wired to it (which then does the judging). Order of a transfer: open,
rest for the interval, close. In manual mode a command goes straight to the drive, and only
the interlock of the hardware stands between.

(One file over 200 lines: one device, all of whose parts share its state.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bachang.twins._chance import Chance
from bachang.twins._contract import Access, Point, RefusedError
from bachang.twins._device import Device, Note
from bachang.twins._monitor import EPSILON_S, Monitor
from bachang.twins._supply import Supply, Tap
from bachang.twins._switchgear import InterlockedPair
from bachang.twins.ats.points import ALARMS, POINTS, PROTECTED, Settings
from bachang.twins.ats.readings import readings

HYSTERESIS_PU = 0.05
LOW_HZ, HIGH_HZ = 45.0, 55.0
LOW_RETURN_HZ, HIGH_RETURN_HZ = 48.0, 52.0
FAIL_DELAY_S = 5.0
UNLOCK_LASTS_S = 60.0
DEAD_PU = 0.5


class Contacts(Protocol):
    """What a generating set's controller tells a transfer switch over two wires."""

    @property
    def close_mains(self) -> bool:
        """The mains belong on load."""

    @property
    def close_generator(self) -> bool:
        """The generator belongs on load."""


@dataclass(slots=True)
class State:
    """All that changes."""

    mode: str = "auto"
    pair: InterlockedPair = field(default_factory=InterlockedPair)
    monitors: list[Monitor] = field(default_factory=lambda: [Monitor(), Monitor()])
    rest_s: float = 0.0
    """Seconds since both breakers came to rest open."""
    wait_s: float = 0.0
    """Seconds that an automatic opening or closing has been outstanding."""
    moving_to: int = 0
    alarms: dict[str, bool] = field(default_factory=lambda: {point.name: False for point in ALARMS})
    start_relay: bool = False
    relay_s: float = 0.0
    unlock_left_s: float = 0.0
    transfers: int = 0
    transfer_s: float = 0.0
    """Seconds since the load was last connected."""
    last_source: int = 1
    last_transfer_ms: int = 0
    dark_s: float = 0.0
    last_dark_s: float = 0.0
    total_dark_s: float = 0.0
    state: str = "on_1"
    p_kw: float = 0.0
    q_kvar: float = 0.0


class Ats(Device):
    """A dual-source automatic transfer switch with its controller."""

    def __init__(self, name: str, planned: Mapping[str, Any], seed: str) -> None:
        self.settings = Settings()
        self.state = State()
        super().__init__(name, POINTS, self.settings, planned, self.state)
        self.state.mode = self.settings.power_on_mode
        self.state.pair.chance = Chance.of(seed, name)
        first = self.state.pair.breakers[0]
        first.closed = first.auxiliary = True
        self.output = Supply()
        self.sources: list[Supply | None] = [None, None]
        self._taps: list[Tap | None] = [None, None]
        self.contacts: Contacts | None = None
        self._readings = readings(self)
        self._writers = {
            "auto": lambda _: self._set_mode("auto"),
            "manual": lambda _: self._set_mode("manual"),
            "close_1": lambda _: self._manual_close(0),
            "close_2": lambda _: self._manual_close(1),
            "open": lambda _: self._manual_open(),
            "alarm_reset": lambda _: self._reset_alarms(),
            "unlock": self._unlock,
            "breaker_1_stuck": lambda value: self._stick(0, value),
            "breaker_2_stuck": lambda value: self._stick(1, value),
            "restore_settings": lambda _: self.restore_settings(),
        }

    def connect(self, terminal: str, other: Device) -> None:
        """``source_1`` and ``source_2`` take another system's source."""
        index = 0 if terminal == "source_1" else 1
        source: Supply = other.source  # type: ignore[attr-defined]
        self.sources[index] = source
        self._taps[index] = source.tap()
        live = source.voltage_pu > DEAD_PU
        self.state.monitors[index] = Monitor(normal=live, good=live)
        self.publish()

    # ---- commands ----------------------------------------------------------------------

    def permit(self, point: Point, access: Access, source: str) -> None:
        """Settings need the unlock code when they come over the field protocol."""
        super().permit(point, access, source)
        if access is Access.FIELD and point.name in PROTECTED and not self.state.unlock_left_s:
            raise RefusedError(
                "settings are locked: write the code to register 40 first",
                "设置已锁定：请先向寄存器 40 写入解锁码",
            )

    def _unlock(self, code: int) -> None:
        if code != self.settings.unlock_code:
            raise RefusedError("wrong unlock code", "解锁码错误")
        self.state.unlock_left_s = UNLOCK_LASTS_S

    def _set_mode(self, mode: str) -> None:
        if self.state.mode != mode:
            self.state.mode = mode
            self.state.wait_s = 0.0
            self.outbox.append(Note("point.changed", "mode", {"value": mode}))

    def _manual(self) -> None:
        if self.state.mode != "manual":
            raise RefusedError("only in manual mode", "仅手动模式有效")

    def _manual_close(self, index: int) -> None:
        self._manual()
        self._close(index)

    def _manual_open(self) -> None:
        self._manual()
        self.state.pair.open(0)
        self.state.pair.open(1)

    def _close(self, index: int) -> None:
        if not self.state.pair.close(index):
            self.outbox.append(
                Note(
                    "interlock.refused",
                    "",
                    {"breaker": f"source_{index + 1}", "attempts": self.state.pair.refused},
                )
            )
            self._raise("fail_to_transfer")

    def _stick(self, index: int, value: bool) -> None:
        self.state.pair.breakers[index].stuck = bool(value)

    def _raise(self, alarm: str) -> None:
        if not self.state.alarms[alarm]:
            self.state.alarms[alarm] = True
            self.outbox.append(Note("alarm.raised", alarm))

    def _reset_alarms(self) -> None:
        for alarm, raised in self.state.alarms.items():
            if raised:
                self.state.alarms[alarm] = False
                self.outbox.append(Note("alarm.cleared", alarm))
        self.state.wait_s = 0.0

    def restore_settings(self) -> None:
        """Also back to the power-on mode, locked, without latched alarms."""
        super().restore_settings()
        self.state.unlock_left_s = 0.0
        self._set_mode(self.settings.power_on_mode)
        self._reset_alarms()

    # ---- time --------------------------------------------------------------------------

    def step(self, dt_s: float) -> None:
        """Watch the sources, move the breakers, keep the ledgers."""
        state = self.state
        self._watch(0, dt_s)
        self._watch(1, dt_s)
        if state.unlock_left_s:
            state.unlock_left_s = max(0.0, state.unlock_left_s - dt_s)
        if self.contacts is None:
            self._drive_start_relay(dt_s)
        state.pair.step(dt_s)
        if state.mode == "auto":
            self._transfer(dt_s)
        self._follow_position(dt_s)
        self.publish()

    def _watch(self, index: int, dt_s: float) -> None:
        source = self.sources[index]
        if source is None:
            return
        settings = self.settings
        volts, hertz = source.voltage_pu, source.frequency_hz
        low, high = settings.undervoltage_percent * 0.01, settings.overvoltage_percent * 0.01
        monitor = self.state.monitors[index]
        delays = self._delays(index)
        if monitor.watch(
            low <= volts <= high and LOW_HZ <= hertz <= HIGH_HZ,
            low + HYSTERESIS_PU <= volts <= high - HYSTERESIS_PU
            and LOW_RETURN_HZ <= hertz <= HIGH_RETURN_HZ,
            *delays,
            dt_s,
        ):
            point = f"source_{index + 1}_normal"
            self.outbox.append(Note("point.changed", point, {"value": monitor.normal}))

    def _delays(self, index: int) -> tuple[float, float]:
        """Normal and abnormal delay of a source, seconds."""
        settings = self.settings
        if index == 0:
            return settings.source_1_normal_delay_s, settings.source_1_abnormal_delay_s
        return settings.source_2_normal_delay_s, settings.source_2_abnormal_delay_s

    def _drive_start_relay(self, dt_s: float) -> None:
        """Ask a generating set on source 2 to run while source 1 is abnormal."""
        state = self.state
        wanted = not state.monitors[0].normal
        if wanted is state.start_relay:
            state.relay_s = 0.0
            return
        state.relay_s += dt_s
        delay_s = self.settings.start_delay_s if wanted else self.settings.stop_delay_s
        if state.relay_s + EPSILON_S >= delay_s:
            state.start_relay = wanted
            state.relay_s = 0.0
            self.outbox.append(Note("point.changed", "start_relay", {"value": wanted}))

    def _target(self) -> int:
        """The source that the load belongs on in automatic mode: 1, 2, 0 for none."""
        if self.contacts is not None:
            return 2 if self.contacts.close_generator else 1 if self.contacts.close_mains else 0
        first, second = (monitor.normal for monitor in self.state.monitors)
        position = self.state.pair.position() or self.state.last_source
        here_is_normal = first if position == 1 else second
        preferred = self.settings.priority or position
        if not self.settings.auto_restore and here_is_normal:
            return position
        if first and second:
            return preferred
        return 1 if first else 2 if second else position

    def _transfer(self, dt_s: float) -> None:
        """One tick of open, rest, close towards the target."""
        state, pair = self.state, self.state.pair
        target = self._target()
        if any(breaker.motion for breaker in pair.breakers):
            return
        wrong = [i for i, breaker in enumerate(pair.breakers) if breaker.closed and i + 1 != target]
        if wrong:
            pair.open(wrong[0])
            state.moving_to = target
            self._wait("fail_to_open", dt_s)
        elif target and not pair.breakers[target - 1].closed:
            if state.rest_s + EPSILON_S >= self.settings.transfer_interval_s:
                self._close(target - 1)
                state.moving_to = target
                self._wait("fail_to_close", dt_s)
        else:
            state.wait_s = 0.0

    def _wait(self, alarm: str, dt_s: float) -> None:
        """Count what does not move; a drive in motion does not come here."""
        self.state.wait_s += dt_s
        if self.state.wait_s > FAIL_DELAY_S:
            self._raise(alarm)
            self._raise("fail_to_transfer")

    def _follow_position(self, dt_s: float) -> None:
        """State name, transfer time, dark time; what flows through."""
        state = self.state
        position = state.pair.position()
        state.state = self._state_name(position)
        self._count_transfer(position, dt_s)
        source = self.sources[position - 1] if position else None
        volts = source.voltage_pu if source else 0.0
        if volts < DEAD_PU:
            state.dark_s += dt_s
            state.total_dark_s += dt_s
        elif state.dark_s:
            state.last_dark_s = state.dark_s
            state.dark_s = 0.0
        state.p_kw, state.q_kvar = self.output.demand()

    def _count_transfer(self, position: int, dt_s: float) -> None:
        state = self.state
        if position:
            if position != state.last_source:
                state.transfers += 1
                state.last_transfer_ms = round(1000 * (state.transfer_s + dt_s))
                state.last_source = position
                self.outbox.append(Note("point.changed", "position", {"value": position}))
            elif state.transfer_s:
                self.outbox.append(Note("point.changed", "position", {"value": position}))
            state.transfer_s = 0.0
            state.rest_s = 0.0
            return
        if not state.transfer_s:
            self.outbox.append(Note("point.changed", "position", {"value": 0}))
        state.transfer_s += dt_s
        state.rest_s += dt_s

    def _state_name(self, position: int) -> str:
        for number, breaker in enumerate(self.state.pair.breakers, 1):
            if breaker.motion:
                return f"{'closing' if breaker.motion > 0 else 'opening'}_{number}"
        if position:
            return f"on_{position}"
        return "transfer_rest" if self.state.mode == "auto" and self._target() else "off"

    def publish(self) -> None:
        """Pass the connected source to the output and the load to that source."""
        state = self.state
        position = state.pair.position()
        source = self.sources[position - 1] if position else None
        output = self.output
        output.voltage_pu = source.voltage_pu if source else 0.0
        output.frequency_hz = source.frequency_hz if source else 0.0
        output.generator = source.generator if source else False
        for number, tap in enumerate(self._taps, 1):
            if tap is not None:
                tap.p_kw, tap.q_kvar = (
                    (state.p_kw, state.q_kvar) if number == position else (0.0, 0.0)
                )

    def countdown_s(self) -> float:
        """Seconds of the delay that runs now, 0 if none does."""
        if self.state.state == "transfer_rest":
            return max(0.0, self.settings.transfer_interval_s - self.state.rest_s)
        return max(
            monitor.countdown_s(*self._delays(index))
            for index, monitor in enumerate(self.state.monitors)
        )
