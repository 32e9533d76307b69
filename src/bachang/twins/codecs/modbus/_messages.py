"""Modbus messages and their protocol data units (function code and data, no framing).

Requests decode to `Read`, `WriteOne`, `WriteBits`, `WriteRegisters` or `UnknownFunction`;
a request whose quantity or byte count is wrong decodes to the `Failure` that a device must
answer it with, since a wrong quantity is an answerable mistake and a cut frame is not.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

MAX_REGISTERS = 125
MAX_BITS = 2000
MAX_WRITE_REGISTERS = 123
MAX_WRITE_BITS = 1968


class Function(enum.IntEnum):
    """Function codes that this codec knows."""

    READ_COILS = 1
    READ_DISCRETE_INPUTS = 2
    READ_HOLDING_REGISTERS = 3
    READ_INPUT_REGISTERS = 4
    WRITE_COIL = 5
    WRITE_REGISTER = 6
    WRITE_COILS = 15
    WRITE_REGISTERS = 16


class ExceptionCode(enum.IntEnum):
    """Why a device does not do what it was asked."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Read ``count`` bits (functions 1, 2) or registers (3, 4)."""

    function: Function
    address: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOne:
    """Write one coil (5) or register (6); the answer echoes ``value`` as it was sent.

    For a coil the standard knows FF00h (on) and 0000h (off); some devices take FFFFh too.
    """

    function: Function
    address: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBits:
    """Write several coils (15)."""

    address: int
    values: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRegisters:
    """Write several registers (16)."""

    address: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFunction:
    """A function code that this codec does not know; ``data`` is what followed it."""

    code: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class BitsRead:
    """Answer to 1 and 2. Off the wire the bits are padded to a multiple of eight."""

    function: Function
    values: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistersRead:
    """Answer to 3 and 4: raw words, 0 to 65535."""

    function: Function
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Answer to 15 and 16."""

    function: Function
    address: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An exception answer to function ``code``."""

    code: int
    exception: ExceptionCode


Request = Read | WriteOne | WriteBits | WriteRegisters | UnknownFunction
Response = BitsRead | RegistersRead | WriteOne | Written | Failure

_READS_BITS = (Function.READ_COILS, Function.READ_DISCRETE_INPUTS)
_READS_REGISTERS = (Function.READ_HOLDING_REGISTERS, Function.READ_INPUT_REGISTERS)
_WRITES_ONE = (Function.WRITE_COIL, Function.WRITE_REGISTER)
_WRITES_MANY = (Function.WRITE_COILS, Function.WRITE_REGISTERS)
_KNOWN = frozenset(Function)


def pack_bits(values: tuple[bool, ...]) -> bytes:
    """Bits to bytes, lowest address in the lowest bit of the first byte."""
    number = sum(1 << index for index, value in enumerate(values) if value)
    return number.to_bytes((len(values) + 7) // 8, "little")


def unpack_bits(data: bytes, count: int) -> tuple[bool, ...]:
    """The first ``count`` bits of `pack_bits`'s bytes."""
    number = int.from_bytes(data, "little")
    return tuple(bool(number >> index & 1) for index in range(count))


def encode_request(request: Request) -> bytes:
    """A request's protocol data unit."""
    match request:
        case Read():
            return struct.pack(">BHH", request.function, request.address, request.count)
        case WriteOne():
            return struct.pack(">BHH", request.function, request.address, request.value)
        case WriteBits():
            data = pack_bits(request.values)
            head = (Function.WRITE_COILS, request.address, len(request.values), len(data))
            return struct.pack(">BHHB", *head) + data
        case WriteRegisters():
            count = len(request.values)
            head = (Function.WRITE_REGISTERS, request.address, count, 2 * count)
            return struct.pack(f">BHHB{count}H", *head, *request.values)
        case UnknownFunction():
            return bytes([request.code]) + request.data


def decode_request(pdu: bytes) -> Request | Failure:
    """A request from its whole protocol data unit (at least one byte).

    Returns:
        The request, or the `Failure` that must answer it: quantity out of its limits, a
        byte count that does not fit, or a unit of the wrong length.
    """
    code = pdu[0]
    if code not in _KNOWN:
        return UnknownFunction(code=code, data=pdu[1:])
    function = Function(code)
    if function in _WRITES_MANY:
        return _decode_write_many(function, pdu)
    if len(pdu) != 5:
        return _wrong_value(code)
    address, number = struct.unpack_from(">HH", pdu, 1)
    if function in _WRITES_ONE:
        return WriteOne(function=function, address=address, value=number)
    limit = MAX_BITS if function in _READS_BITS else MAX_REGISTERS
    if not 1 <= number <= limit:
        return _wrong_value(code)
    return Read(function=function, address=address, count=number)


def _decode_write_many(function: Function, pdu: bytes) -> Request | Failure:
    if len(pdu) < 6:
        return _wrong_value(function)
    address, count, size = struct.unpack_from(">HHB", pdu, 1)
    data = pdu[6:]
    bits = function is Function.WRITE_COILS
    expected = (count + 7) // 8 if bits else 2 * count
    limit = MAX_WRITE_BITS if bits else MAX_WRITE_REGISTERS
    if not 1 <= count <= limit or size != expected or len(data) != size:
        return _wrong_value(function)
    if bits:
        return WriteBits(address=address, values=unpack_bits(data, count))
    return WriteRegisters(address=address, values=struct.unpack(f">{count}H", data))


def _wrong_value(code: int) -> Failure:
    return Failure(code=code, exception=ExceptionCode.ILLEGAL_VALUE)


def encode_response(response: Response) -> bytes:
    """A response's protocol data unit."""
    match response:
        case BitsRead():
            data = pack_bits(response.values)
            return bytes([response.function, len(data)]) + data
        case RegistersRead():
            count = len(response.values)
            return struct.pack(f">BB{count}H", response.function, 2 * count, *response.values)
        case WriteOne():
            return struct.pack(">BHH", response.function, response.address, response.value)
        case Written():
            return struct.pack(">BHH", response.function, response.address, response.count)
        case Failure():
            return bytes([response.code | 0x80, response.exception])


def decode_response(pdu: bytes) -> Response:
    """A response from its whole protocol data unit.

    Raises:
        ValueError: it is no response that this codec knows.
    """
    code = pdu[0]
    if code & 0x80 and len(pdu) == 2:
        return Failure(code=code & 0x7F, exception=ExceptionCode(pdu[1]))
    function = Function(code)
    if function in _WRITES_ONE + _WRITES_MANY:
        if len(pdu) != 5:
            raise ValueError(f"answer to function {code} of {len(pdu)} bytes instead of 5")
        address, number = struct.unpack_from(">HH", pdu, 1)
        if function in _WRITES_ONE:
            return WriteOne(function=function, address=address, value=number)
        return Written(function=function, address=address, count=number)
    if len(pdu) < 2 or len(pdu) != 2 + pdu[1]:
        raise ValueError(f"answer to function {code} with a wrong byte count")
    if function in _READS_BITS:
        return BitsRead(function=function, values=unpack_bits(pdu[2:], 8 * pdu[1]))
    if pdu[1] % 2:
        raise ValueError(f"answer to function {code} with half a register")
    return RegistersRead(function=function, values=struct.unpack(f">{pdu[1] // 2}H", pdu[2:]))
