"""The board shows what it has read, and that it grows old once a device is silent."""

from __future__ import annotations

import struct

from bachang.services.board import Board
from tests.services import breaker


def values(device: str) -> list[dict[str, object]]:
    states = ["off"] * 9 + ["run"]
    shown: list[dict[str, object]] = [
        {"name": "mains", "title": {"en": "Mains on load", "zh": "市电带载"}, "coil": 6},
        {"name": "hz", "title": {"en": "Mains"}, "register": 6, "scale": 0.01, "unit": "Hz"},
        {"name": "fuel", "title": {"en": "Fuel"}, "register": 20, "unit": "%"},
        {"name": "state", "title": {"en": "State"}, "register": 34, "choices": states},
    ]
    return [{**value, "device": device} for value in shown]


def test_reads_coils_registers_scales_and_names() -> None:
    with breaker.served(breaker.Breakers()) as device:
        board = Board(values(device.address))
        board.poll(device.address)
        board.close()
        read = {name: status["value"] for name, status in board.status().items()}
    assert read == {"mains": True, "hz": 50.0, "fuel": None, "state": "run"}


def test_what_is_near_is_read_by_one_request_and_what_is_far_by_another() -> None:
    far = {"name": "hours", "title": {"en": "Hours"}, "register": 106}
    with breaker.served(breaker.Breakers()) as device:
        device.registers[106] = 12
        board = Board([{**far, "device": device.address}, *values(device.address)])
        assert board.poll(device.address)
        board.close()
    assert board.status()["hours"]["value"] == 12.0
    assert [struct.unpack(">BHH", body) for body in device.seen] == [
        (1, 6, 1),
        (3, 6, 29),
        (3, 106, 1),
    ]


def test_page_speaks_both_languages() -> None:
    with breaker.served(breaker.Breakers()) as device:
        board = Board(values(device.address))
        board.poll(device.address)
        board.close()
        assert "市电带载" in board.page("供电", "zh")
        assert "<td>Mains</td>" in board.page("Power", "zh")
        assert '<td class="new">50.0 Hz</td>' in board.page("Power", "en")


def test_a_silent_device_is_seen_as_old() -> None:
    board = Board(values("127.0.0.1:1"))
    board.poll("127.0.0.1:1")
    assert all(status["age_s"] is None for status in board.status().values())
    assert 'class="old">—' in board.page("Power", "en")
