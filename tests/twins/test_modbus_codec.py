"""The Modbus codec: vectors whole, byte by byte, with trailing bytes; round trips; rubbish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.twins.codecs.modbus import (
    NEED_MORE,
    BitsRead,
    ExceptionCode,
    Failure,
    Frame,
    Function,
    MalformedError,
    Read,
    RegistersRead,
    Request,
    Response,
    RtuFraming,
    Side,
    TcpFraming,
    UnknownFunction,
    WriteBits,
    WriteOne,
    WriteRegisters,
    Written,
    crc16,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)

RTU_REQUESTS = {
    "01 01 00 18 00 01 7D CD": (1, Read(function=Function.READ_COILS, address=24, count=1)),
    "01 03 00 30 00 02 C4 04": (
        1,
        Read(function=Function.READ_HOLDING_REGISTERS, address=48, count=2),
    ),
    "01 05 00 03 FF FF 3C 7A": (
        1,
        WriteOne(function=Function.WRITE_COIL, address=3, value=0xFFFF),
    ),
    "00 05 00 03 FF 00 7D EB": (
        0,
        WriteOne(function=Function.WRITE_COIL, address=3, value=0xFF00),
    ),
    "00 05 00 06 FF 00 6D EA": (
        0,
        WriteOne(function=Function.WRITE_COIL, address=6, value=0xFF00),
    ),
    "01 01 00 00 00 4E BC 3E": (1, Read(function=Function.READ_COILS, address=0, count=78)),
    "01 03 00 00 00 2D 85 D7": (
        1,
        Read(function=Function.READ_HOLDING_REGISTERS, address=0, count=45),
    ),
}


@pytest.mark.parametrize(("text", "expected"), RTU_REQUESTS.items())
def test_rtu_request_vectors(text: str, expected: tuple[int, Request]) -> None:
    data, (unit, request) = bytes.fromhex(text), expected
    framing = RtuFraming()
    for byte in data[:-1]:
        framing.feed(bytes([byte]))
        assert framing.next_frame() is NEED_MORE
    framing.feed(data[-1:] + data)
    for _ in range(2):
        frame = framing.next_frame()
        assert isinstance(frame, Frame)
        assert (frame.unit, decode_request(frame.pdu)) == (unit, request)
    assert framing.next_frame() is NEED_MORE
    assert RtuFraming.encode(Frame(unit=unit, pdu=encode_request(request))) == data


def test_rtu_response_vector() -> None:
    data = bytes.fromhex("01 01 01 01 90 48")
    framing = RtuFraming(Side.RESPONSE)
    framing.feed(data)
    frame = framing.next_frame()
    assert isinstance(frame, Frame)
    answer = decode_response(frame.pdu)
    assert answer == BitsRead(function=Function.READ_COILS, values=(True, *[False] * 7))
    one = BitsRead(function=Function.READ_COILS, values=(True,))
    assert RtuFraming.encode(Frame(unit=1, pdu=encode_response(one))) == data


@pytest.mark.parametrize("text", ["01 01 00 18 00 01 7D CE", "01 05 00 03 FF FF 7C 3A"])
def test_rtu_refuses_a_wrong_check_sum(text: str) -> None:
    """The second stands in a maker's paper with two digits swapped."""
    framing = RtuFraming()
    framing.feed(bytes.fromhex(text))
    with pytest.raises(MalformedError, match="check sum"):
        framing.next_frame()


def test_check_sum_of_the_standard_example() -> None:
    assert crc16(b"123456789") == bytes.fromhex("374B")


@pytest.mark.parametrize(
    ("pdu", "exception"),
    [
        ("03 0000 0000", ExceptionCode.ILLEGAL_VALUE),
        ("03 0000 007E", ExceptionCode.ILLEGAL_VALUE),
        ("01 0000 07D1", ExceptionCode.ILLEGAL_VALUE),
        ("03 0000", ExceptionCode.ILLEGAL_VALUE),
        ("10 0000 0001 02 00", ExceptionCode.ILLEGAL_VALUE),
        ("10 0000 007C F8" + "00" * 248, ExceptionCode.ILLEGAL_VALUE),
        ("0F 0000 0009 01 FF", ExceptionCode.ILLEGAL_VALUE),
    ],
)
def test_wrong_quantities_are_answerable(pdu: str, exception: ExceptionCode) -> None:
    data = bytes.fromhex(pdu)
    assert decode_request(data) == Failure(code=data[0], exception=exception)


def test_largest_quantities_pass() -> None:
    assert isinstance(decode_request(bytes.fromhex("03 0000 007D")), Read)
    assert isinstance(decode_request(bytes.fromhex("01 0000 07D0")), Read)


@pytest.mark.parametrize(
    "head", ["0001 0001", "0001 0000 0001", "0001 0000 00FF", "0001 0000 0000"]
)
def test_tcp_refuses_what_cannot_be(head: str) -> None:
    framing = TcpFraming()
    framing.feed(bytes.fromhex(head) + bytes(8))
    with pytest.raises(MalformedError):
        framing.next_frame()


words = st.integers(0, 0xFFFF)
reads = st.builds(
    Read, function=st.sampled_from([Function(1), Function(2), Function(3), Function(4)]),
    address=words, count=st.integers(1, 125),
)  # fmt: skip
writes = st.builds(
    WriteOne, function=st.sampled_from([Function(5), Function(6)]), address=words, value=words
)
requests = st.one_of(
    reads,
    writes,
    st.builds(
        WriteBits,
        address=words,
        values=st.lists(st.booleans(), min_size=1, max_size=1968).map(tuple),
    ),
    st.builds(
        WriteRegisters, address=words, values=st.lists(words, min_size=1, max_size=123).map(tuple)
    ),
    st.builds(
        UnknownFunction,
        code=st.integers(0, 255).filter(lambda code: code not in set(Function)),
        data=st.binary(max_size=250),
    ),
)
responses = st.one_of(
    st.builds(
        RegistersRead,
        function=st.sampled_from([Function(3), Function(4)]),
        values=st.lists(words, min_size=1, max_size=125).map(tuple),
    ),
    writes,
    st.builds(
        Written,
        function=st.sampled_from([Function(15), Function(16)]),
        address=words,
        count=words,
    ),
    st.builds(Failure, code=st.integers(1, 127), exception=st.sampled_from(ExceptionCode)),
)


@given(request=requests, unit=st.integers(0, 255), transaction=words, cut=st.integers(0, 300))
def test_requests_come_back_over_tcp(
    request: Request, unit: int, transaction: int, cut: int
) -> None:
    frame = Frame(unit=unit, pdu=encode_request(request), transaction=transaction)
    data = TcpFraming.encode(frame) + b"\x00\x01"
    framing = TcpFraming()
    framing.feed(data[:cut])
    early = framing.next_frame()
    framing.feed(data[cut:])
    assert (framing.next_frame() if early is NEED_MORE else early) == frame
    assert framing.next_frame() is NEED_MORE
    assert decode_request(frame.pdu) == request


@given(response=responses)
def test_responses_come_back(response: Response) -> None:
    assert decode_response(encode_response(response)) == response


@given(data=st.binary(max_size=600))
def test_rubbish_has_one_of_three_outcomes(data: bytes) -> None:
    for framing in (TcpFraming(), RtuFraming()):
        framing.feed(data)
        try:
            while (frame := framing.next_frame()) is not NEED_MORE:
                assert isinstance(frame, Frame)
                if frame.pdu:
                    decode_request(frame.pdu)
        except MalformedError:
            pass
