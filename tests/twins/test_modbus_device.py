"""Devices on Modbus: byte-exact answers, quirks, exceptions, limits (acceptance A8)."""

from __future__ import annotations

import pytest

from bachang.twins import Access, Command, ModbusDevice, PointValue, Zone, describe
from bachang.twins.codecs.modbus import (
    ExceptionCode,
    Failure,
    Frame,
    Function,
    Read,
    RegistersRead,
    Request,
    Response,
    RtuFraming,
    UnknownFunction,
    WriteBits,
    WriteOne,
    WriteRegisters,
    Written,
    decode_request,
    encode_response,
)
from tests.twins.zones import run, white, zone


class Bench:
    """A device of a zone with a client's eyes."""

    def __init__(self, world: Zone, system: str) -> None:
        self.world = world
        self.system = system
        protocol = describe(system).protocol
        assert protocol is not None
        self.device = ModbusDevice(world.twins[system], protocol)

    def ask(self, request: Request | Failure) -> Response:
        """The device's answer."""
        return self.device.answer(request, self._write)

    def _write(self, point: str, value: PointValue) -> None:
        self.world.apply(
            Command(
                point=f"{self.system}.{point}",
                value=value,
                actor="network",
                access=Access.FIELD,
                source="10.0.0.9:5000",
            )
        )

    def registers(self, address: int, count: int = 1) -> tuple[int, ...]:
        """Holding registers."""
        function = Function.READ_HOLDING_REGISTERS
        answer = self.ask(Read(function=function, address=address, count=count))
        assert isinstance(answer, RegistersRead)
        return answer.values

    def coil(self, address: int, value: int = 0xFF00) -> Response:
        """Write one coil."""
        return self.ask(WriteOne(function=Function.WRITE_COIL, address=address, value=value))

    def rtu(self, text: str) -> str:
        """A serial request's serial answer, both as hex."""
        framing = RtuFraming()
        framing.feed(bytes.fromhex(text))
        frame = framing.next_frame()
        assert isinstance(frame, Frame)
        pdu = encode_response(self.ask(decode_request(frame.pdu)))
        return RtuFraming.encode(Frame(unit=frame.unit, pdu=pdu)).hex(" ").upper()


@pytest.fixture
def genset() -> Bench:
    return Bench(zone(), "genset")


@pytest.fixture
def ats() -> Bench:
    return Bench(zone(), "ats")


def test_frames_of_the_papers_byte_for_byte(genset: Bench) -> None:
    white(genset.world, "genset.ambient_c", 25.0)
    genset.world.twins["genset"].state.guard.active["temperature_warning"] = True  # type: ignore[attr-defined]
    assert genset.rtu("01 01 00 18 00 01 7D CD") == "01 01 01 01 90 48"
    genset.world.twins["genset"].state.energy_kws = 123456 * 3600.0  # type: ignore[attr-defined]
    assert genset.rtu("01 03 00 30 00 02 C4 04")[:20] == "01 03 04 00 01 E2 40"
    assert genset.rtu("01 05 00 03 FF FF 3C 7A") == "01 05 00 03 FF FF 3C 7A"
    assert genset.rtu("00 05 00 03 FF 00 7D EB") == "00 05 00 03 FF 00 7D EB"
    assert genset.rtu("00 05 00 06 FF 00 6D EA") == "00 05 00 06 FF 00 6D EA"


def test_scales_and_no_data(genset: Bench) -> None:
    run(genset.world, 1)
    values = genset.registers(0, 113)
    grid = genset.world.twins["grid"]
    assert values[0] == round(float(grid.read("voltage_v")))
    assert values[6] == round(100 * float(grid.read("frequency_hz")))
    assert values[24] == 272
    assert values[32] == values[33] == values[45] == values[112] == 32766


def test_signed_and_clamped(genset: Bench) -> None:
    plant = genset.world.twins["genset"].state.plant  # type: ignore[attr-defined]
    plant.coolant_c = -12.0
    assert genset.registers(17) == (0x10000 - 12,)
    plant.fuel_l = -1.0
    assert genset.registers(21) == (0,)


def test_commands_echo_as_sent_and_share_addresses_with_status(genset: Bench) -> None:
    assert genset.coil(4, 0xFFFF) == WriteOne(function=Function.WRITE_COIL, address=4, value=0xFFFF)
    run(genset.world, 0.1)
    assert genset.world.points()["genset.mode"] == "manual"
    assert genset.rtu("01 01 00 2A 00 01 DC 02")[9:11] == "01"


def test_a_command_that_the_device_ignores_still_echoes(genset: Bench) -> None:
    genset.world.take_events()
    assert isinstance(genset.coil(6), WriteOne)
    event = genset.world.take_events()[0]
    assert (event.kind, event.subject) == ("command.refused", "genset.mains_breaker")
    assert "manual" in event.data["reason"]


@pytest.mark.parametrize(
    ("request_", "exception"),
    [
        (Read(function=Function.READ_INPUT_REGISTERS, address=0, count=1), 1),
        (WriteRegisters(address=0, values=(1,)), 1),
        (UnknownFunction(code=43), 1),
        (Failure(code=16, exception=ExceptionCode.ILLEGAL_VALUE), 1),
        (Read(function=Function.READ_HOLDING_REGISTERS, address=112, count=2), 2),
        (Read(function=Function.READ_COILS, address=79, count=2), 2),
        (WriteOne(function=Function.WRITE_COIL, address=7, value=0xFF00), 2),
        (WriteOne(function=Function.WRITE_COIL, address=3, value=0x1234), 3),
        (Failure(code=3, exception=ExceptionCode.ILLEGAL_VALUE), 3),
    ],
)
def test_exceptions(genset: Bench, request_: Request | Failure, exception: int) -> None:
    answer = genset.ask(request_)
    assert isinstance(answer, Failure)
    assert answer.exception == exception


def test_transfer_switch_settings_need_the_code(ats: Bench) -> None:
    write = WriteRegisters(address=20, values=(5, 100, 5))
    locked = ats.ask(write)
    assert locked == Failure(code=16, exception=ExceptionCode.ILLEGAL_VALUE)
    wrong = ats.ask(WriteOne(function=Function.WRITE_REGISTER, address=40, value=1234))
    assert isinstance(wrong, Failure)
    ats.ask(WriteOne(function=Function.WRITE_REGISTER, address=40, value=6001))
    assert ats.ask(write) == Written(function=Function.WRITE_REGISTERS, address=20, count=3)
    assert ats.registers(20, 3) == (5, 100, 5)
    assert ats.world.points()["ats.transfer_interval_s"] == 0.5
    run(ats.world, 61)
    assert isinstance(ats.ask(write), Failure)


def test_transfer_switch_limits_values(ats: Bench) -> None:
    ats.ask(WriteOne(function=Function.WRITE_REGISTER, address=40, value=6001))
    for address, value in ((23, 3), (24, 30), (27, 2)):
        answer = ats.ask(WriteRegisters(address=address, values=(value,)))
        assert answer == Failure(code=16, exception=ExceptionCode.ILLEGAL_VALUE)
    assert isinstance(ats.ask(WriteRegisters(address=30, values=(1, 1))), Failure)
    assert isinstance(ats.ask(WriteBits(address=0, values=(True,))), Failure)
    assert ats.registers(40) == (0,)
