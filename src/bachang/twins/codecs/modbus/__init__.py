"""Modbus as bytes and messages, without input or output.

Two framings carry the same messages: `TcpFraming` (MBAP header) and `RtuFraming` (unit
address and CRC). A framing is fed bytes as they arrive and gives one of three outcomes: a
frame, `NEED_MORE`, or a `MalformedError`, after which the stream cannot be trusted any
longer. Source: MODBUS Application Protocol V1.1b3; MODBUS Messaging on TCP/IP V1.0b;
MODBUS over Serial Line V1.02.
"""

from bachang.twins.codecs.modbus._framing import (
    NEED_MORE,
    Frame,
    MalformedError,
    NeedMore,
    RtuFraming,
    Side,
    TcpFraming,
    crc16,
)
from bachang.twins.codecs.modbus._messages import (
    MAX_BITS,
    MAX_REGISTERS,
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
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)

__all__ = [
    "MAX_BITS",
    "MAX_REGISTERS",
    "NEED_MORE",
    "BitsRead",
    "ExceptionCode",
    "Failure",
    "Frame",
    "Function",
    "MalformedError",
    "NeedMore",
    "Read",
    "RegistersRead",
    "Request",
    "Response",
    "RtuFraming",
    "Side",
    "TcpFraming",
    "UnknownFunction",
    "WriteBits",
    "WriteOne",
    "WriteRegisters",
    "Written",
    "crc16",
    "decode_request",
    "decode_response",
    "encode_request",
    "encode_response",
]
