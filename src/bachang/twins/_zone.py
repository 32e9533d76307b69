"""The whole physical world of a sandbox: all twins on one tick, commands in, events out.

No clock and no sockets. A command is checked, stamped with the tick and its order in it,
and applied before the next step; one that is refused changes nothing. So the start systems
and the journal's applied commands give the same state again, tick by tick (see `replay`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from bachang.twins._catalog import TYPES, system_faults, value_fault
from bachang.twins._contract import Command, Point, PointValue, RefusedError
from bachang.twins._device import Device, coerced

if TYPE_CHECKING:
    from bachang.plan import FieldSystem

TICK_S = 0.01
TICKS_PER_SECOND = 100
CHECKPOINT_TICKS = 1000
_ENCODER = msgspec.json.Encoder(order="sorted")


class ZoneError(Exception):
    """Field systems that cannot be built as the plan says: for the scenario's author."""


class UnknownPointError(RefusedError):
    """There is no such field system or point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantEvent:
    """Something for the journal; the fields are those of `bachang.journal.Event`."""

    sandbox_time_s: float
    actor: str
    kind: str
    subject: str
    data: dict[str, Any] = field(default_factory=dict)


class Zone:
    """All field systems of a plan.

    Args:
        systems: the plan's field systems. seed: of the plant's own randomness.

    Raises:
        ZoneError: a type, setting or wire that cannot be; it lists all of them.
    """

    def __init__(self, systems: Iterable[FieldSystem], seed: str) -> None:
        systems = tuple(systems)
        if faults := system_faults(systems):
            raise ZoneError("; ".join(faults))
        self.systems = systems
        self.tick = 0
        self.events: list[PlantEvent] = []
        self._order = 0
        made = {
            system.name: TYPES[system.type].make(system.name, system.settings, seed)
            for system in systems
        }
        ordered = sorted(systems, key=lambda system: TYPES[system.type].order)
        self.twins: dict[str, Device] = {system.name: made[system.name] for system in ordered}
        self.types = {system.name: TYPES[system.type] for system in ordered}
        for system in ordered:
            for terminal, target in system.wiring.items():
                made[system.name].connect(terminal, made[target])
        self._recorded = [
            (f"{name}.{point.name}", twin, point)
            for name, twin in self.twins.items()
            for point in twin.points
            if point.recorded
        ]

    @property
    def time_s(self) -> float:
        """Sandbox time."""
        return self.tick * TICK_S

    # ---- time --------------------------------------------------------------------------

    def step(self) -> None:
        """Advance everything by one tick."""
        for twin in self.twins.values():
            twin.step(TICK_S)
        self.tick += 1
        self._order = 0
        for twin in self.twins.values():
            if twin.outbox:
                self._collect(twin, "system")
        if self.tick % TICKS_PER_SECOND == 0:
            self._emit("system", "points.sampled", "sandbox", self.sample())
            if self.tick % CHECKPOINT_TICKS == 0:
                data = {"tick": self.tick, "hash": self.state_hash()}
                self._emit("system", "plant.checkpoint", "sandbox", data)

    def _emit(self, actor: str, kind: str, subject: str, data: dict[str, Any]) -> None:
        self.events.append(
            PlantEvent(
                sandbox_time_s=self.time_s, actor=actor, kind=kind, subject=subject, data=data
            )
        )

    def _collect(self, twin: Device, actor: str) -> None:
        for note in twin.outbox:
            subject = f"{twin.name}.{note.subject}" if note.subject else twin.name
            self._emit(actor, note.kind, subject, note.data)
        twin.outbox.clear()

    def take_events(self) -> list[PlantEvent]:
        """What has happened since the last call."""
        events, self.events = self.events, []
        return events

    # ---- commands ----------------------------------------------------------------------

    def find(self, name: str) -> tuple[Device, Point]:
        """Twin and point of a full point name.

        Raises:
            UnknownPointError: there is none.
        """
        system, _, short = name.partition(".")
        twin = self.twins.get(system)
        if twin is None or short not in twin.by_name:
            raise UnknownPointError(f"there is no point {name}", f"没有点 {name}")
        return twin, twin.by_name[short]

    def apply(self, command: Command, *, host: str = "", protocol: str = "") -> int:
        """Check a command and apply it before the next step; returns its tick.

        Args:
            command: what to write. host, protocol: where it came from, for the journal.

        Raises:
            RefusedError: not writable through this door, a value out of its limits, or the
                device does not accept it; journalled, and nothing has changed.
        """
        data: dict[str, Any] = {
            "tick": self.tick,
            "order": self._order,
            "value": command.value,
            "source": command.source,
            "host": host,
            "protocol": protocol,
        }
        try:
            twin, point = self.find(command.point)
            self._check(twin, point, command)
            self.write(command.point, command.value)
        except RefusedError as refusal:
            data |= {"reason": str(refusal)}
            del data["order"]
            self._emit(command.actor, "command.refused", command.point, data)
            raise
        self._emit(command.actor, "command.applied", command.point, data)
        self._collect(twin, command.actor)
        return self.tick

    def write(self, point: str, value: PointValue) -> None:
        """Apply a command that was checked before, as `replay` does.

        Raises:
            RefusedError: the device does not accept it; nothing has changed.
        """
        twin, described = self.find(point)
        twin.write(described.name, coerced(described, value))
        self._order += 1

    @staticmethod
    def _check(twin: Device, point: Point, command: Command) -> None:
        if command.access not in point.writable_by:
            raise RefusedError(f"{command.point} is not writable", f"{command.point} 不可写")
        twin.permit(point, command.access, command.source)
        if problem := value_fault(point, command.value):
            raise RefusedError(problem, f"数值无效：{problem}")

    # ---- reading -----------------------------------------------------------------------

    def points(self) -> dict[str, PointValue]:
        """Every point by its full name."""
        return {
            f"{name}.{point.name}": twin.read(point.name)
            for name, twin in self.twins.items()
            for point in twin.points
            if not point.button
        }

    def sample(self) -> dict[str, PointValue]:
        """The recorded points, rounded to six significant digits."""
        return {name: _rounded(twin.read(point.name)) for name, twin, point in self._recorded}

    # ---- state -------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON values."""
        twins = {name: twin.snapshot() for name, twin in self.twins.items()}
        return {"tick": self.tick, "order": self._order, "twins": twins}

    def restore(self, state: dict[str, Any]) -> None:
        """Inverse of `snapshot`.

        Raises:
            ValueError: the state belongs to other systems or another version.
        """
        if set(state["twins"]) != set(self.twins):
            raise ValueError("the state belongs to other field systems")
        self.tick, self._order = state["tick"], state["order"]
        for name, twin in self.twins.items():
            twin.restore(state["twins"][name])

    def state_hash(self) -> str:
        """SHA-256 of the state as canonical JSON."""
        return hashlib.sha256(_ENCODER.encode(self.snapshot())).hexdigest()


def _rounded(value: PointValue) -> PointValue:
    if isinstance(value, float) and value:
        return round(value, 5 - math.floor(math.log10(abs(value))))
    return value
