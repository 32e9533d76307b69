"""The genset controller at work: modes, automatic mains failure, commands, contacts.

In automatic mode it watches the mains: abnormal for its delay, start delay, start, warm-up,
then its two output contacts give the load to the generator; back when the mains have been
normal for their delay. The contacts drive a transfer switch that is wired to it, or its
own pair of contactors with the same timing and the same interlock.

(One file over 200 lines: one device, all of whose parts share its state.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bachang.twins._chance import Chance
from bachang.twins._contract import RefusedError
from bachang.twins._device import Device, Note
from bachang.twins._monitor import EPSILON_S, Monitor
from bachang.twins._supply import NOMINAL_HZ, NOMINAL_PHASE_V, Supply, Tap
from bachang.twins.ats import Ats
from bachang.twins.genset import process
from bachang.twins.genset.controller import FUELLED, SAFE, STARTING, TURNING, State, next_state
from bachang.twins.genset.points import POINTS, Settings
from bachang.twins.genset.protection import SHUTDOWN_NAMES
from bachang.twins.genset.readings import readings

BACKLASH_V = 10.0
QUIET_TICKS = 10
"""At rest the protections are judged once in so many ticks."""


class Genset(Device):
    """A diesel generating set with its automatic controller.

    ``source`` is the alternator's outlet; ``output`` lies behind the own contactors, for a
    load that is wired to the set without a transfer switch.
    """

    def __init__(self, name: str, planned: Mapping[str, Any], seed: str) -> None:
        self.settings = Settings()
        self.state = State()
        super().__init__(name, POINTS, self.settings, planned, self.state)
        state = self.state
        state.mode = self.settings.power_on_mode
        state.plant.fuel_l = 0.95 * self.settings.tank_l
        state.pair.chance = Chance.of(seed, name)
        first = state.pair.breakers[0]
        first.closed = first.auxiliary = True
        self.drive = process.Drive()
        self.source = Supply(generator=True)
        self.output = Supply()
        self.mains: Supply | None = None
        self._mains_tap: Tap | None = None
        self.transfer: Ats | None = None
        self.remote_start: Ats | None = None
        self._readings = readings(self)
        self._writers = {
            "start": lambda _: self._start(),
            "stop": lambda _: self._stop(),
            "test": lambda _: self._set_mode("test"),
            "auto": lambda _: self._set_mode("auto"),
            "manual": lambda _: self._set_mode("manual"),
            "gen_breaker": self._gen_breaker,
            "mains_breaker": self._mains_breaker,
            "alarm_reset": lambda _: self._reset_alarms(),
            "emergency_stop": lambda _: self._alarm("emergency_stop_alarm"),
            "restore_settings": lambda _: self.restore_settings(),
            "speed_reference_percent": lambda v: setattr(state, "speed_reference", v / 100.0),
            "voltage_reference_percent": lambda v: setattr(state, "voltage_reference", v / 100.0),
            **{
                key: _setter(state.plant, key)
                for key in ("fuel_l", "ambient_c", "oil_wear_percent", "radiator_fouling_percent")
            },
            "starter_failed": lambda value: setattr(state.plant, "starter_failed", bool(value)),
        }

    # ---- wiring ------------------------------------------------------------------------

    def connect(self, terminal: str, other: Device) -> None:
        """``mains`` senses and takes a source, ``transfer`` drives a transfer switch,
        ``remote_start`` obeys a transfer switch's start relay."""
        if terminal == "mains":
            self.mains = other.source  # type: ignore[attr-defined]
            self._mains_tap = self.mains.tap()
            live = self.mains.voltage_pu > 0.5
            self.state.mains = Monitor(normal=live, good=live)
        elif isinstance(other, Ats) and terminal == "transfer":
            self.transfer, other.contacts = other, self
        elif isinstance(other, Ats):
            self.remote_start = other

    @property
    def close_mains(self) -> bool:
        """The output contact that asks for the mains on load."""
        return self.state.close_mains

    @property
    def close_generator(self) -> bool:
        """The output contact that asks for the generator on load."""
        return self.state.close_generator

    def position(self) -> int:
        """What carries the load: 1 mains, 2 generator, 0 nothing."""
        return (self.transfer.state.pair if self.transfer else self.state.pair).position()

    # ---- commands ----------------------------------------------------------------------

    def _set_mode(self, mode: str) -> None:
        state = self.state
        if state.mode == mode:
            return
        state.mode = mode
        state.manual_run = (
            mode == "manual" and state.state in (*STARTING, *TURNING) and state.wanted
        )
        state.request, state.request_s = "none", 0.0
        self.outbox.append(Note("point.changed", "mode", {"value": mode}))

    def _start(self) -> None:
        if self.state.mode != "manual":
            raise RefusedError("START works in manual mode only", "启动命令仅在手动模式有效")
        if self.state.guard.shutdown():
            raise RefusedError("a shutdown alarm is latched: reset it first", "停机报警未复位")
        self.state.manual_run = True

    def _stop(self) -> None:
        self._set_mode("stop")
        if self.state.plant.speed_pu == 0.0:
            self._reset_alarms()

    def _gen_breaker(self, value: bool) -> None:
        state = self.state
        on = self._breaker_goal(value, on=state.close_generator)
        if on and not state.gen_normal:
            raise RefusedError("the generator is not ready", "发电未就绪")
        self._contacts(mains=state.close_mains and not on, generator=on)

    def _mains_breaker(self, value: bool) -> None:
        state = self.state
        on = self._breaker_goal(value, on=state.close_mains)
        self._contacts(mains=on, generator=state.close_generator and not on)

    def _breaker_goal(self, value: bool, *, on: bool) -> bool:
        """What a breaker command means: a toggle, or with state check a level."""
        if self.state.mode != "manual":
            raise RefusedError(
                "breakers obey commands in manual mode only", "断路器命令仅在手动模式有效"
            )
        if not self.settings.state_checked_commands:
            if not value:
                raise RefusedError(
                    "this device only knows the command ON (a toggle)",
                    "本设备只识别 ON（翻转）命令",
                )
            return not on
        if bool(value) is on:
            raise RefusedError("the breaker is already so", "断路器已处于该状态")
        return bool(value)

    def _contacts(self, *, mains: bool, generator: bool) -> None:
        state = self.state
        for name, old, new in (
            ("close_mains", state.close_mains, mains),
            ("close_generator", state.close_generator, generator),
        ):
            if old is not new:
                self.outbox.append(Note("point.changed", name, {"value": new}))
        state.close_mains, state.close_generator = mains, generator

    def _alarm(self, name: str) -> None:
        if self.state.guard.latch(name):
            self.outbox.append(Note("alarm.raised", name))
        if name in SHUTDOWN_NAMES:
            self._shut_down()

    def _reset_alarms(self) -> None:
        for name in self.state.guard.reset():
            self.outbox.append(Note("alarm.cleared", name))

    def restore_settings(self) -> None:
        """Also back to the power-on mode, without latched alarms."""
        super().restore_settings()
        self._set_mode(self.settings.power_on_mode)
        self._reset_alarms()

    # ---- time --------------------------------------------------------------------------

    def step(self, dt_s: float) -> None:
        """Decide, then let the physics move."""
        state = self.state
        state.ticks += 1
        self._watch_mains(dt_s)
        self._decide_run(dt_s)
        self._advance_state(dt_s)
        self._decide_contacts()
        if not self.transfer:
            self._move_contactors(dt_s)
        self._move_engine(dt_s)
        self._protect(dt_s)
        self.publish()

    def _watch_mains(self, dt_s: float) -> None:
        if self.mains is None:
            return
        settings, volts = self.settings, self.mains.voltage_pu * NOMINAL_PHASE_V
        low, high = settings.mains_undervoltage_v, settings.mains_overvoltage_v
        if self.state.mains.watch(
            low <= volts <= high,
            low + BACKLASH_V <= volts <= high - BACKLASH_V,
            settings.mains_normal_delay_s,
            settings.mains_abnormal_delay_s,
            dt_s,
        ):
            normal = self.state.mains.normal
            self.outbox.append(Note("point.changed", "mains_normal", {"value": normal}))

    def _demanded(self) -> bool:
        """Does something ask an automatic set to run?"""
        asked = self.remote_start is not None and self.remote_start.state.start_relay
        return asked or (self.mains is not None and not self.state.mains.normal)

    def _decide_run(self, dt_s: float) -> None:
        """From mode, demand and the two delays: should the set run?"""
        state = self.state
        if state.guard.shutdown() or state.mode == "stop":
            state.wanted = False
        elif state.mode == "manual":
            state.wanted = state.manual_run
        elif state.mode == "test":
            state.wanted = True
        elif self._demanded() is state.wanted:
            state.request, state.request_s = "none", 0.0
        else:
            self._count_request(dt_s)

    def _count_request(self, dt_s: float) -> None:
        state, settings = self.state, self.settings
        starting = not state.wanted
        request = "start_delay" if starting else "stop_delay"
        if state.request != request:
            state.request, state.request_s = request, 0.0
        state.request_s += dt_s
        delay_s = settings.start_delay_s if starting else settings.stop_delay_s
        if state.request_s + EPSILON_S >= delay_s:
            state.wanted = starting
            state.request, state.request_s = "none", 0.0

    def _advance_state(self, dt_s: float) -> None:
        """Count time in the state; pass through states whose time is up, several if 0 s long."""
        state = self.state
        state.elapsed_s += dt_s
        following = next_state(state, self.settings)
        while following != state.state:
            self._enter(following)
            following = next_state(state, self.settings)

    def _enter(self, name: str) -> None:
        state = self.state
        if state.state == "crank" and name == "ets" and state.wanted:
            self._alarm("crank_failure")
        if state.state == "standby" or name == "standby":
            state.attempts = 0
        if name == "crank":
            state.attempts += 1
        if name == "safety_on":
            state.starts += 1
        if name == "fail_to_stop":
            self._alarm("stop_failure")
        state.state, state.elapsed_s = name, 0.0
        self.outbox.append(Note("point.changed", "state", {"value": name}))

    def _shut_down(self) -> None:
        """Off load and off fuel at once."""
        state = self.state
        state.wanted = state.manual_run = False
        self._contacts(mains=state.close_mains, generator=False)
        if state.state in (*STARTING, *TURNING):
            self._enter("ets")

    def _decide_contacts(self) -> None:
        """Automatic and test mode: who carries the load? Manual leaves it as it is."""
        state = self.state
        if state.state not in ("running", "cooling") and state.close_generator:
            self._contacts(mains=state.close_mains, generator=False)
        if state.mode == "manual":
            return
        mains_good = self.mains is not None and state.mains.normal
        on_load = state.mode == "test" and self.settings.test_on_load
        if state.state == "running" and state.gen_normal and (not mains_good or on_load):
            if state.wanted and not state.close_generator:
                self._contacts(mains=False, generator=True)
        elif mains_good and not state.close_mains and (not state.wanted or state.mode == "test"):
            self._contacts(mains=True, generator=False)

    def _move_contactors(self, dt_s: float) -> None:
        """The own pair: open, rest, close."""
        state, pair = self.state, self.state.pair
        pair.step(dt_s)
        target = 2 if state.close_generator else 1 if state.close_mains else 0
        if pair.position() or any(breaker.motion for breaker in pair.breakers):
            state.rest_s = 0.0
        else:
            state.rest_s += dt_s
        for index, breaker in enumerate(pair.breakers):
            if breaker.closed and index + 1 != target:
                pair.open(index)
        if (
            target
            and not pair.position()
            and state.rest_s + EPSILON_S >= self.settings.transfer_rest_s
        ):
            pair.close(target - 1)

    def _move_engine(self, dt_s: float) -> None:
        state, drive, plant = self.state, self.drive, self.state.plant
        drive.fuel = state.state in FUELLED
        drive.starter = state.state == "crank"
        drive.speed_reference = state.speed_reference
        drive.voltage_reference = state.voltage_reference
        self._take_load()
        process.step(plant, drive, self.settings.tank_l, self.settings.rated_kva, state.ticks, dt_s)
        if plant.speed_pu > process.FIRING_PU:
            state.run_s += dt_s
            state.energy_kws += plant.power_pu * self.settings.rated_kva * dt_s
        settings, volts = self.settings, plant.voltage_pu * NOMINAL_PHASE_V
        state.gen_normal = (
            settings.gen_undervoltage_v <= volts <= settings.gen_overvoltage_v
            and settings.underfrequency_hz
            <= plant.speed_pu * NOMINAL_HZ
            <= settings.overfrequency_hz
        )

    def _take_load(self) -> None:
        """The taps' demand as a series impedance in per unit of the set's rating."""
        p_kw, q_kvar = self.source.demand()
        if self.state.pair.breakers[1].closed:
            more_p_kw, more_q_kvar = self.output.demand()
            p_kw, q_kvar = p_kw + more_p_kw, q_kvar + more_q_kvar
        drive = self.drive
        drive.load = p_kw > 0.0 or q_kvar > 0.0
        if drive.load:
            p, q = p_kw / self.settings.rated_kva, q_kvar / self.settings.rated_kva
            square = p * p + q * q
            drive.resistance, drive.reactance = p / square, q / square

    def _protect(self, dt_s: float) -> None:
        state = self.state
        turning = state.state != "standby" or state.plant.speed_pu > 0.0
        if not turning:
            if state.ticks % QUIET_TICKS:
                return
            dt_s *= QUIET_TICKS
        for name, raised in state.guard.judge(
            state.plant,
            self.settings,
            turning=turning,
            safe=state.state in SAFE,
            dt_s=dt_s,
        ):
            self.outbox.append(Note("alarm.raised" if raised else "alarm.cleared", name))
            if raised and name in SHUTDOWN_NAMES:
                self._shut_down()

    def publish(self) -> None:
        """Alternator's outlet, the own contactors' outlet, and what the mains then carry."""
        state, output = self.state, self.output
        self.source.voltage_pu = state.plant.voltage_pu
        self.source.frequency_hz = state.plant.speed_pu * NOMINAL_HZ
        position = state.pair.position()
        feeding = self.mains if position == 1 else self.source if position == 2 else None
        output.voltage_pu = feeding.voltage_pu if feeding else 0.0
        output.frequency_hz = feeding.frequency_hz if feeding else 0.0
        output.generator = position == 2
        if self._mains_tap is not None:
            p_kw, q_kvar = self.output.demand() if position == 1 else (0.0, 0.0)
            self._mains_tap.p_kw, self._mains_tap.q_kvar = p_kw, q_kvar


def _setter(plant: process.Plant, key: str) -> Any:
    return lambda value: setattr(plant, key, float(value))
