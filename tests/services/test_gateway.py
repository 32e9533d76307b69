"""The gateway's guard: what reaches the device, and what does not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import pytest

from bachang.services._modbus import Client, Frame
from bachang.services.gateway import Guard, Settings, parse
from tests.services import breaker

BREAKERS = {5: 7, 6: 6}
CLOSE, OPEN = 0xFF00, 0x0000
Make = Callable[..., Guard]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0


@pytest.fixture(name="device")
def _device() -> Iterator[breaker.Breakers]:
    with breaker.served(breaker.Breakers()) as device:
        yield device


@pytest.fixture(name="guard_for")
def _guard_for() -> Iterator[Callable[..., Guard]]:
    clients: list[Client] = []

    def make(device: breaker.Breakers, *, on: bool, clock: Clock | None = None) -> Guard:
        settings = Settings(guard=on, breakers=BREAKERS, pause_s=5.0)
        clock = clock or Clock()
        clients.append(Client(device.address))
        return Guard(clients[-1], lambda: settings, lambda: clock.now)

    yield make
    for client in clients:
        client.close()


def write(coil: int, value: int) -> Frame:
    return Frame(transaction=7, unit=1, body=struct.pack(">BHH", 5, coil, value))


def test_without_guard_a_repeated_close_opens_the_breaker(
    device: breaker.Breakers, guard_for: Make
) -> None:
    answer = guard_for(device, on=False).handle(write(6, CLOSE))
    assert answer.body == write(6, CLOSE).body
    assert device.closed[6] is False


def test_guard_takes_a_repeated_close_as_done(device: breaker.Breakers, guard_for: Make) -> None:
    guard = guard_for(device, on=True)
    for _ in range(3):
        assert guard.handle(write(6, CLOSE)).body == write(6, CLOSE).body
    assert device.closed[6] is True
    assert all(body[0] == 1 for body in device.seen), "no toggle may reach the device"


def test_guard_switches_when_the_state_differs_and_answers_what_was_asked(
    device: breaker.Breakers, guard_for: Make
) -> None:
    answer = guard_for(device, on=True).handle(write(6, OPEN))
    assert answer.body == write(6, OPEN).body
    assert device.closed[6] is False
    assert device.seen[-1] == write(6, CLOSE).body, "the device only knows its toggle"


def test_guard_makes_the_next_change_wait(device: breaker.Breakers, guard_for: Make) -> None:
    clock = Clock()
    guard = guard_for(device, on=True, clock=clock)
    guard.handle(write(6, OPEN))
    clock.now += 4.9
    assert guard.handle(write(6, CLOSE)).body == bytes((0x85, 6))
    clock.now += 0.2
    guard.handle(write(6, CLOSE))
    assert device.closed[6] is True


def test_guard_refuses_ways_round_it(device: breaker.Breakers, guard_for: Make) -> None:
    guard = guard_for(device, on=True)
    several = Frame(transaction=1, unit=1, body=b"\x0f\x00\x05\x00\x02\x01\x03")
    assert guard.handle(several).body == bytes((0x8F, 1))
    assert guard.handle(write(6, 1)).body == bytes((0x85, 3))
    assert device.seen == []


def test_other_commands_pass_the_guard(device: breaker.Breakers, guard_for: Make) -> None:
    assert guard_for(device, on=True).handle(write(4, CLOSE)).body == bytes((0x85, 2))
    assert device.seen == [write(4, CLOSE).body]


def test_broken_settings_let_nothing_through(device: breaker.Breakers) -> None:
    guard = Guard(Client(device.address), lambda: parse("GUARD=perhaps"), lambda: 0.0)
    assert guard.handle(write(6, CLOSE)).body == bytes((0x85, 4))
    assert device.seen == []


def test_a_device_that_has_gone_is_told_as_such() -> None:
    gone = Guard(Client("127.0.0.1:1"), Settings, lambda: 0.0)
    assert gone.handle(write(6, CLOSE)).body == bytes((0x85, 11))


@pytest.mark.parametrize("text", ["GUARD=yes", "BREAKERS=5", "BREAKERS=a:b", "PAUSE_S=x"])
def test_wrong_settings_are_named(text: str) -> None:
    with pytest.raises(ValueError, match=text.partition("=")[0] + "|float"):
        parse(text)


def test_settings_as_delivered() -> None:
    assert parse("# a comment\nGUARD=on # yes\nBREAKERS=5:7,6:6\nPAUSE_S=2\n") == Settings(
        guard=True, breakers=BREAKERS, pause_s=2.0
    )
