"""Field systems of the zone: working models of its devices on one clock.

`Zone` is the whole world, pure; `describe` tells planners what a type has; `replay` proves
a journal; `bachang.twins.plant` is the process that runs a zone on a clock, with sockets.
"""

from bachang.twins._catalog import (
    TYPES,
    ModbusProfile,
    Terminal,
    TypeDescription,
    describe,
    system_faults,
)
from bachang.twins._contract import (
    Access,
    Command,
    ModbusAddress,
    Point,
    PointValue,
    RefusedError,
    Table,
    Twin,
)
from bachang.twins._modbus import ModbusDevice
from bachang.twins._replay import ReplayResult, replay
from bachang.twins._zone import TICK_S, PlantEvent, UnknownPointError, Zone, ZoneError

__all__ = [
    "TICK_S",
    "TYPES",
    "Access",
    "Command",
    "ModbusAddress",
    "ModbusDevice",
    "ModbusProfile",
    "PlantEvent",
    "Point",
    "PointValue",
    "RefusedError",
    "ReplayResult",
    "Table",
    "Terminal",
    "Twin",
    "TypeDescription",
    "UnknownPointError",
    "Zone",
    "ZoneError",
    "describe",
    "replay",
    "system_faults",
]
