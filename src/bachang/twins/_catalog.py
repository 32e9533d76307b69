"""The types of field systems: what each has, for those who plan and check scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bachang.twins import ats, feeder, genset, grid
from bachang.twins._contract import Point
from bachang.twins._device import Device

if TYPE_CHECKING:
    from bachang.plan import FieldSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A place for a wire on a field system."""

    name: str
    accepts: tuple[str, ...]
    """Types of field systems that can stand at the other end."""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusProfile:
    """What a device answers on Modbus."""

    functions: frozenset[int]
    coils: int
    registers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDescription:
    """All that a scenario can say about a type."""

    key: str
    title: dict[str, str]
    points: tuple[Point, ...]
    terminals: tuple[Terminal, ...] = ()
    listeners: frozenset[str] = frozenset()
    """Purposes of listeners that it can serve."""
    protocol: ModbusProfile | None = None
    make: Callable[[str, Mapping[str, Any], str], Device] = field(repr=False)
    order: int = 0
    """Sources are stepped before what they feed."""

    @property
    def settings(self) -> dict[str, Point]:
        """Setting name to its point."""
        return {point.name: point for point in self.points if point.setting}


TYPES: dict[str, TypeDescription] = {
    description.key: description
    for description in (
        TypeDescription(
            key="grid",
            title={"en": "Mains", "zh": "市电"},
            points=grid.POINTS,
            listeners=frozenset({"screen"}),
            make=grid.Grid,
            order=1,
        ),
        TypeDescription(
            key="genset",
            title={"en": "Generating set", "zh": "柴油发电机组"},
            points=genset.POINTS,
            terminals=(
                Terminal(name="mains", accepts=("grid",), required=True),
                Terminal(name="transfer", accepts=("ats",)),
                Terminal(name="remote_start", accepts=("ats",)),
            ),
            listeners=frozenset({"modbus", "screen"}),
            protocol=ModbusProfile(
                functions=genset.FUNCTIONS, coils=genset.COILS, registers=genset.REGISTERS
            ),
            make=genset.Genset,
            order=2,
        ),
        TypeDescription(
            key="ats",
            title={"en": "Transfer switch", "zh": "双电源转换开关"},
            points=ats.POINTS,
            terminals=(
                Terminal(name="source_1", accepts=("grid", "genset"), required=True),
                Terminal(name="source_2", accepts=("grid", "genset"), required=True),
            ),
            listeners=frozenset({"modbus", "screen"}),
            protocol=ModbusProfile(
                functions=ats.FUNCTIONS, coils=ats.COILS, registers=ats.REGISTERS
            ),
            make=ats.Ats,
            order=3,
        ),
        TypeDescription(
            key="feeder",
            title={"en": "Feeder", "zh": "配电馈线"},
            points=feeder.POINTS,
            terminals=(Terminal(name="supply", accepts=("grid", "genset", "ats"), required=True),),
            listeners=frozenset({"screen"}),
            make=feeder.Feeder,
            order=4,
        ),
    )
}


def describe(key: str) -> TypeDescription:
    """A type by its key.

    Raises:
        KeyError: there is no such type; ``TYPES`` has them all.
    """
    return TYPES[key]


def system_faults(systems: Iterable[FieldSystem]) -> list[str]:
    """What is wrong with a plan's field systems: types, settings, wiring; empty if all is well."""
    by_name = {system.name: system for system in systems}
    faults: list[str] = []
    for system in by_name.values():
        description = TYPES.get(system.type)
        if description is None:
            known = ", ".join(sorted(TYPES))
            faults.append(f"{system.name}: no type {system.type!r}; there are {known}")
            continue
        faults += _setting_faults(system, description)
        faults += _wiring_faults(system, description, by_name)
    return faults


def _setting_faults(system: FieldSystem, description: TypeDescription) -> list[str]:
    faults = []
    for key, value in system.settings.items():
        point = description.settings.get(key)
        if point is None:
            faults.append(f"{system.name}: {system.type} has no setting {key!r}")
        elif problem := value_fault(point, value):
            faults.append(f"{system.name}.{key}: {problem}")
    return faults


def _wiring_faults(
    system: FieldSystem, description: TypeDescription, by_name: Mapping[str, FieldSystem]
) -> list[str]:
    terminals = {terminal.name: terminal for terminal in description.terminals}
    faults = [
        f"{system.name}: {system.type} has no terminal {name!r}; it has {', '.join(terminals)}"
        for name in system.wiring
        if name not in terminals
    ]
    for terminal in terminals.values():
        target = system.wiring.get(terminal.name)
        accepted = " or ".join(terminal.accepts)
        if target is None:
            if terminal.required:
                faults.append(f"{system.name}: terminal {terminal.name} needs a {accepted}")
        elif target not in by_name:
            faults.append(f"{system.name}.{terminal.name}: no field system {target!r}")
        elif by_name[target].type not in terminal.accepts:
            wrong = by_name[target].type
            faults.append(f"{system.name}.{terminal.name}: {target} is a {wrong}, not a {accepted}")
    return faults


def value_fault(point: Point, value: Any) -> str | None:
    """Why a value does not suit a point, or ``None``."""
    if point.type is bool:
        return None if isinstance(value, bool) else f"{value!r} is not true or false"
    if point.type is str:
        if isinstance(value, (list, tuple)):
            value = ",".join(str(item) for item in value)
        if not isinstance(value, str):
            return f"{value!r} is not a text"
        if point.choices and value not in point.choices:
            return f"{value!r} is not one of {', '.join(point.choices)}"
        return None if len(value) <= 200 else "longer than 200 characters"
    return _number_fault(point, value)


def _number_fault(point: Point, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return f"{value!r} is not a number"
    if point.type is int and value != int(value):
        return f"{value!r} is not a whole number"
    unit = f" {point.unit}" if point.unit else ""
    if point.low is not None and value < point.low:
        return f"{value:g} is below {point.low:g}{unit}"
    if point.high is not None and value > point.high:
        return f"{value:g} is above {point.high:g}{unit}"
    return None
