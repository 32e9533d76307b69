"""What all devices share: settings, readings, buttons, who may write, a whole state.

A device is built from its point table, a dataclass of settings with the factory's values,
and a dataclass with everything that changes. What it wants the journal to know it puts
into its ``outbox``.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bachang.twins._contract import Access, Point, PointValue, RefusedError, Twin
from bachang.twins._state import dump_state, load_state

_REMOTE_LOCKED = ("remote control is locked at the device", "设备已锁定远程控制")
_SOURCE_REFUSED = (
    "the sender is not on the device's list of command sources",
    "发送方不在设备的命令来源名单中",
)


@dataclasses.dataclass(slots=True)
class Note:
    """Something for the journal; ``subject`` is a point's short name or empty (the system)."""

    kind: str
    subject: str = ""
    data: dict[str, Any] = dataclasses.field(default_factory=dict)


class Device(Twin):
    """Base of all twins.

    Args:
        name: the field system's name. table: its points.
        settings: a dataclass instance with factory values; one field per setting point.
        planned: the plan's values, already checked (see `setting_faults`).
        state: a dataclass instance with all that changes, settings excepted.
    """

    def __init__(
        self,
        name: str,
        table: Iterable[Point],
        settings: Any,
        planned: Mapping[str, Any],
        state: Any,
    ) -> None:
        self.name = name
        self.points = tuple(table)
        self.by_name = {point.name: point for point in self.points}
        self.outbox: list[Note] = []
        self._settings = settings
        self._state = state
        for key, value in planned.items():
            setattr(settings, key, coerced(self.by_name[key], value))
        self._planned = dump_state(settings)
        self._readings: dict[str, Callable[[], PointValue]] = {}
        self._writers: dict[str, Callable[[Any], None]] = {}

    def read(self, point: str) -> PointValue:
        """The value of a point now."""
        reading = self._readings.get(point)
        if reading is not None:
            return reading()
        if self.by_name[point].button:
            return False
        value: PointValue = getattr(self._settings, point)
        return value

    def write(self, point: str, value: PointValue) -> None:
        """Press a button, set a value, or change a setting."""
        writer = self._writers.get(point)
        if writer is not None:
            writer(value)
        else:
            setattr(self._settings, point, coerced(self.by_name[point], value))

    def permit(self, point: Point, access: Access, source: str) -> None:
        """May a command through this door be applied now?

        Raises:
            RefusedError: no, and why.
        """
        if access is not Access.FIELD:
            return
        if getattr(self._settings, "remote_lock", False):
            raise RefusedError(*_REMOTE_LOCKED)
        allowed = getattr(self._settings, "command_sources", "")
        if allowed and not source_listed(source, allowed):
            raise RefusedError(*_SOURCE_REFUSED)

    def restore_settings(self) -> None:
        """Put every setting back to the plan's value: the device's host was reset."""
        load_state(self._settings, self._planned)

    def snapshot(self) -> dict[str, Any]:
        """Settings and state."""
        return {"settings": dump_state(self._settings), "state": dump_state(self._state)}

    def restore(self, state: dict[str, Any]) -> None:
        """Inverse of `snapshot`."""
        load_state(self._settings, state["settings"])
        load_state(self._state, state["state"])
        self.publish()

    def connect(self, terminal: str, other: Device) -> None:
        """Wire a terminal to another system; only called for terminals that the type has."""
        raise NotImplementedError(terminal)

    def publish(self) -> None:
        """Put on the supplies what follows from the state; after each step and restore."""


def coerced(point: Point, value: Any) -> PointValue:
    """A value in the point's own type; lists (of addresses, say) become one text."""
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    converted: PointValue = point.type(value)
    return converted


def source_listed(source: str, allowed: str) -> bool:
    """Is ``address:port`` within the comma-separated addresses and prefixes?"""
    try:
        address = ipaddress.ip_address(source.rpartition(":")[0])
        return any(
            address in ipaddress.ip_network(item.strip(), strict=False)
            for item in allowed.split(",")
            if item.strip()
        )
    except ValueError:
        return False
