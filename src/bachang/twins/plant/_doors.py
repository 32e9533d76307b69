"""How commands from a network reach the zone: each door knows what it lets through."""

from __future__ import annotations

from typing import Any, Protocol

from bachang.twins import Access, Command, PointValue, RefusedError
from bachang.twins.plant._pace import Pace

REPORTS_PER_S = 20
"""Malformed frames of one door that are reported in one sandbox second; more only count."""


class Owner(Protocol):
    """What a door needs of the plant."""

    zone: Any

    def keep_up(self) -> None:
        """Step what is due by now."""

    def command(self, command: Command, protocol: str) -> int:
        """Apply and journal a command."""

    def report(self, actor: str, kind: str, subject: str, data: dict[str, Any]) -> None:
        """Journal an event."""

    def host_of(self, source: str) -> str:
        """The host behind an address."""

    def congested(self) -> bool:
        """Should the network wait?"""

    pace: Pace


class _Door:
    def __init__(self, plant: Owner, system: str) -> None:
        self._plant = plant
        self._system = system

    def keep_up(self) -> None:
        """Bring the system to this moment, before it is looked at or commanded."""
        self._plant.keep_up()


class FieldDoor(_Door):
    """The field protocol of one system."""

    def __init__(self, plant: Owner, system: str) -> None:
        super().__init__(plant, system)
        self._second = -1
        self._reports = 0

    def write(self, point: str, value: PointValue, source: str) -> None:
        """Apply a command as anyone on the network may; raises `RefusedError`."""
        command = Command(
            point=f"{self._system}.{point}",
            value=value,
            actor="network",
            access=Access.FIELD,
            source=source,
        )
        self._plant.pace.spend(source)
        self._plant.command(command, "modbus")

    def malformed(self, source: str, reason: str) -> None:
        """Journal a connection that sent no Modbus, not more often than is of use."""
        second = int(self._plant.zone.time_s)
        if second != self._second:
            self._second, self._reports = second, 0
        self._reports += 1
        if self._reports <= REPORTS_PER_S:
            data = {"source": source, "host": self._plant.host_of(source), "reason": reason}
            self._plant.report("network", "protocol.malformed", self._system, data)

    def congested(self, source: str) -> bool:
        """Should this client wait?"""
        return self._plant.congested() or self._plant.pace.spent(source)


class ScreenDoor(_Door):
    """The operator screen of one system."""

    def write(self, point: str, value: PointValue, source: str) -> None:
        """Apply a logged-in operator's command; raises `RefusedError`."""
        if self._plant.pace.spent(source):
            raise RefusedError("too many commands at once: wait", "命令过于频繁：请稍候")
        self._plant.pace.spend(source)
        command = Command(
            point=f"{self._system}.{point}",
            value=value,
            actor="network/operator",
            access=Access.OPERATOR,
            source=source,
        )
        self._plant.command(command, "screen")

    def login(self, source: str, *, accepted: bool) -> None:
        """Journal an attempt to log in."""
        kind = "login.accepted" if accepted else "login.refused"
        data = {"source": source, "host": self._plant.host_of(source), "protocol": "screen"}
        self._plant.report("network", kind, self._system, data)
