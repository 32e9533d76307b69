"""A device on Modbus: its point table is its register map.

Reads and writes go through the same table as the screen and the scoring, so a scale factor
exists once. Requests and answers are messages of the codec; no bytes and no sockets here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bachang.twins._catalog import ModbusProfile
from bachang.twins._contract import ModbusAddress, Point, PointValue, RefusedError, Table
from bachang.twins._device import Device
from bachang.twins.codecs.modbus import (
    BitsRead,
    ExceptionCode,
    Failure,
    Function,
    Read,
    RegistersRead,
    Request,
    Response,
    UnknownFunction,
    WriteBits,
    WriteOne,
    WriteRegisters,
    Written,
)

NO_DATA = 32766
"""Raw value of a register of the map that has no quantity behind it."""
COIL_ON = (0xFF00, 0xFFFF)
"""FFFFh is a quirk: some makers' papers ask for it."""
COIL_OFF = 0x0000

Write = Callable[[str, PointValue], None]
"""Applies a command to a point (short name); raises `RefusedError`."""


@dataclass(frozen=True, slots=True)
class _Entry:
    point: Point
    address: ModbusAddress
    word: int = 0
    """Which word of a quantity of several, 0 the highest."""


class ModbusDevice:
    """Answers requests for one twin.

    Args:
        twin: the device. protocol: which functions it knows and how large its map is.
    """

    def __init__(self, twin: Device, protocol: ModbusProfile) -> None:
        self._twin = twin
        self._protocol = protocol
        self._readable: dict[tuple[Table, int], _Entry] = {}
        self._writable: dict[tuple[Table, int], _Entry] = {}
        for point in twin.points:
            for address in point.addresses:
                for word in range(address.words):
                    key = (address.table, address.address + word)
                    if address.read:
                        self._readable[key] = _Entry(point, address, word)
                    if address.write:
                        self._writable[key] = _Entry(point, address, word)

    def answer(self, request: Request | Failure, write: Write) -> Response:
        """The device's answer to a request; commands go through ``write``."""
        if isinstance(request, Failure):
            known = request.code in self._protocol.functions
            return request if known else _fail(request.code, ExceptionCode.ILLEGAL_FUNCTION)
        if isinstance(request, UnknownFunction):
            return _fail(request.code, ExceptionCode.ILLEGAL_FUNCTION)
        function = _function(request)
        if function not in self._protocol.functions:
            return _fail(function, ExceptionCode.ILLEGAL_FUNCTION)
        match request:
            case Read():
                return self._read(request)
            case WriteOne():
                return self._write_one(request, write)
            case WriteBits() | WriteRegisters():
                return self._write_many(request, write)

    def _read(self, request: Read) -> Response:
        table = _TABLES[request.function]
        bits = table in (Table.COIL, Table.DISCRETE_INPUT)
        size = self._protocol.coils if bits else self._protocol.registers
        end = request.address + request.count
        if end > size:
            return _fail(request.function, ExceptionCode.ILLEGAL_ADDRESS)
        raw = [self._raw(table, address) for address in range(request.address, end)]
        if bits:
            values = tuple(bool(value) and value != NO_DATA for value in raw)
            return BitsRead(function=request.function, values=values)
        return RegistersRead(function=request.function, values=tuple(raw))

    def _raw(self, table: Table, address: int) -> int:
        entry = self._readable.get((table, address))
        if entry is None:
            return NO_DATA
        return encode(entry.point, entry.address, self._twin.read(entry.point.name), entry.word)

    def _write_one(self, request: WriteOne, write: Write) -> Response:
        coil = request.function is Function.WRITE_COIL
        table = Table.COIL if coil else Table.HOLDING_REGISTER
        if coil and request.value not in (*COIL_ON, COIL_OFF):
            return _fail(request.function, ExceptionCode.ILLEGAL_VALUE)
        value = int(request.value in COIL_ON) if coil else request.value
        failure = self._write(request.function, table, request.address, (value,), write)
        return failure or request

    def _write_many(self, request: WriteBits | WriteRegisters, write: Write) -> Response:
        bits = isinstance(request, WriteBits)
        function = Function.WRITE_COILS if bits else Function.WRITE_REGISTERS
        table = Table.COIL if bits else Table.HOLDING_REGISTER
        values = tuple(int(value) for value in request.values)
        failure = self._write(function, table, request.address, values, write)
        written = Written(function=function, address=request.address, count=len(values))
        return failure or written

    def _write(
        self, function: int, table: Table, first: int, raw: tuple[int, ...], write: Write
    ) -> Failure | None:
        """Write from the first address on; stops at the first that is refused."""
        entries = [self._writable.get((table, first + index)) for index in range(len(raw))]
        if any(entry is None or entry.address.words > 1 for entry in entries):
            return _fail(function, ExceptionCode.ILLEGAL_ADDRESS)
        for entry, value in zip(entries, raw, strict=True):
            if entry is None:
                continue
            try:
                write(entry.point.name, decode(entry.point, entry.address, value))
            except RefusedError:
                if entry.point.button:
                    continue
                return _fail(function, ExceptionCode.ILLEGAL_VALUE)
            except ValueError:
                return _fail(function, ExceptionCode.ILLEGAL_VALUE)
        return None


def encode(point: Point, address: ModbusAddress, value: PointValue, word: int = 0) -> int:
    """A point's value as one raw word, clamped to what the register can hold."""
    if point.choices:
        return point.choices.index(str(value))
    if isinstance(value, (bool, str)):
        return int(value is True)
    bits = 16 * address.words
    raw = round(value / address.scale)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if address.signed else (0, (1 << bits) - 1)
    raw = min(max(raw, low), high)
    return raw >> 16 * (address.words - 1 - word) & 0xFFFF


def decode(point: Point, address: ModbusAddress, raw: int) -> PointValue:
    """A raw word as the point's value.

    Raises:
        ValueError: the word stands for no value of the point.
    """
    if point.choices:
        if raw >= len(point.choices):
            raise ValueError(f"{point.name}: no choice {raw}")
        return point.choices[raw]
    if point.type is bool:
        if raw > 1:
            raise ValueError(f"{point.name}: {raw} is neither 0 nor 1")
        return raw == 1
    if address.signed and raw >= 1 << 15:
        raw -= 1 << 16
    return raw if point.type is int else round(raw * address.scale, 9)


def _function(request: Read | WriteOne | WriteBits | WriteRegisters) -> Function:
    match request:
        case Read() | WriteOne():
            return request.function
        case WriteBits():
            return Function.WRITE_COILS
        case WriteRegisters():
            return Function.WRITE_REGISTERS


def _fail(code: int, exception: ExceptionCode) -> Failure:
    return Failure(code=code, exception=exception)


_TABLES = {
    Function.READ_COILS: Table.COIL,
    Function.READ_DISCRETE_INPUTS: Table.DISCRETE_INPUT,
    Function.READ_HOLDING_REGISTERS: Table.HOLDING_REGISTER,
    Function.READ_INPUT_REGISTERS: Table.INPUT_REGISTER,
}
