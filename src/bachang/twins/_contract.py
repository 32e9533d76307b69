"""What a field system is made of: points, commands, a fixed step, a whole state.

A twin has three parts that are kept apart: ``process`` (physics, pure), ``device`` (the
controller: points, commands, protections) and interfaces (protocol servers and the
operator screen, generated from the same point table). Nothing here reads a clock, sleeps
or opens a socket; `step` is given a fixed time.
"""

from __future__ import annotations

import abc
import enum
from dataclasses import dataclass, field
from typing import Any

PointValue = bool | int | float | str


class RefusedError(Exception):
    """A command that a device does not accept; it has changed nothing.

    Args:
        en: why, for people, in English. zh: the same in Chinese.
    """

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = {"en": en, "zh": zh}


class Access(enum.StrEnum):
    """Who may write a point."""

    FIELD = "field"
    """Anyone who reaches the device's field protocol."""
    OPERATOR = "operator"
    """Whoever is logged in to the operator screen."""
    WHITE = "white"
    """Exercise control."""


class Table(enum.StrEnum):
    """The four address spaces of Modbus."""

    COIL = "coil"
    DISCRETE_INPUT = "discrete_input"
    HOLDING_REGISTER = "holding_register"
    INPUT_REGISTER = "input_register"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusAddress:
    """Where and how a point stands in a Modbus map. 32-bit values: high word first.

    A device may read and write different things at one address: a status bit and a push
    button, say. So an address is either for reading, for writing, or for both.
    """

    table: Table
    address: int
    scale: float = 1.0
    """Point value = raw × scale."""
    signed: bool = False
    words: int = 1
    read: bool = True
    write: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One named quantity of a twin."""

    name: str
    unit: str = ""
    """SI or the device's own (kPa, rpm, %); empty for states and switches."""
    type: type = float
    """``bool``, ``int``, ``float`` or ``str`` (an enumeration's value)."""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    addresses: tuple[ModbusAddress, ...] = ()
    writable_by: frozenset[Access] = frozenset()
    setting: bool = False
    """Kept by the device and put back to the plan's value when its host is reset."""
    recorded: bool = True
    """Part of the points that are sampled into the journal once a second."""
    button: bool = False
    """A push button: writing ``True`` presses it; it reads as ``False``."""
    secret: bool = False
    """A password or code: never shown on a screen and never sampled."""
    title: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A write to a point, the only way to change a twin from outside its physics."""

    point: str
    """Full name, ``system.point``."""
    value: PointValue
    actor: str
    """As `bachang.journal.Event.actor`."""
    access: Access
    source: str = ""
    """For commands from a network: ``address:port`` of the sender."""


class Twin(abc.ABC):
    """One field system. Built by its type from name, settings and wiring."""

    name: str
    points: tuple[Point, ...]

    @abc.abstractmethod
    def read(self, point: str) -> PointValue:
        """The value of a point (its short name) now."""

    @abc.abstractmethod
    def write(self, point: str, value: PointValue) -> None:
        """Apply a command that the plant has already checked for access and limits.

        Raises:
            RefusedError: the device does not accept it now; nothing has changed.
        """

    @abc.abstractmethod
    def step(self, dt_s: float) -> None:
        """Advance the twin by one fixed step."""

    @abc.abstractmethod
    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON values."""

    @abc.abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Inverse of `snapshot`."""
