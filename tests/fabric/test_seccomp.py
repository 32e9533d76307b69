"""The system call filter, run by a small interpreter of classic BPF."""

from __future__ import annotations

import errno
import struct

import pytest

from bachang.fabric._seccomp import CHECKED, LAST_KNOWN, REFUSED, filter_program

_ALLOW = 0x7FFF0000
_X86 = 0xC000003E
_ARM = 0xC00000B7
_MACHINES = [("x86_64", _X86), ("aarch64", _ARM)]


def verdict(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would answer: 0 for allowed, else the error number."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=iIQ6Q", number, architecture, 0, *padded)
    steps = list(struct.iter_unpack("=HBBI", program))
    accumulator, at = 0, 0
    while True:
        code, matched, otherwise, value = steps[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return 0 if value == _ALLOW else value & 0xFFFF
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += matched if holds else otherwise


@pytest.mark.parametrize(
    ("number", "arguments", "error"),
    [
        (0, (), 0),  # read
        (59, (), 0),  # execve
        (165, (), errno.EPERM),  # mount
        (308, (), errno.EPERM),  # setns
        (321, (), errno.EPERM),  # bpf
        (425, (), errno.EPERM),  # io_uring_setup
        (272, (0x10000000,), errno.EPERM),  # unshare(CLONE_NEWUSER)
        (272, (0x200,), 0),  # unshare(CLONE_FS)
        (56, (0x11,), 0),  # clone, as fork does
        (56, (0x40000011,), errno.EPERM),  # clone(CLONE_NEWNET)
        (435, (), errno.ENOSYS),  # clone3: its flags lie in memory
        (16, (0, 0x5412), errno.EPERM),  # ioctl(TIOCSTI)
        (16, (0, 0x541C), errno.EPERM),  # ioctl(TIOCLINUX)
        (16, (0, 0x5401), 0),  # ioctl(TCGETS)
        (41, (2,), 0),  # socket(AF_INET)
        (41, (17,), 0),  # socket(AF_PACKET)
        (41, (40,), errno.EAFNOSUPPORT),  # socket(AF_VSOCK)
        (41, (38,), errno.EAFNOSUPPORT),  # socket(AF_ALG)
        (600, (), errno.ENOSYS),  # a call of the future
        (0x40000000, (), errno.ENOSYS),  # the x32 interface
    ],
)
def test_calls_of_x86(number: int, arguments: tuple[int, ...], error: int):
    assert verdict(filter_program("x86_64"), _X86, number, *arguments) == error


@pytest.mark.parametrize(("machine", "architecture"), _MACHINES)
def test_another_architecture_is_refused(machine: str, architecture: int):
    program = filter_program(machine)
    assert verdict(program, architecture ^ 1, 0) == errno.ENOSYS
    assert len(program) % 8 == 0


def test_calls_of_arm():
    program = filter_program("aarch64")
    assert verdict(program, _ARM, 40) == errno.EPERM  # mount
    assert verdict(program, _ARM, 63) == 0  # read
    assert verdict(program, _ARM, 97, 0x20000) == errno.EPERM  # unshare(CLONE_NEWNS)


@pytest.mark.parametrize(("machine", "architecture"), _MACHINES)
def test_no_call_is_confused_with_its_neighbours(machine: str, architecture: int):
    column = [name for name, _ in _MACHINES].index(machine)
    refused = {numbers[column] for numbers in REFUSED.values()}
    missing = {CHECKED["clone3"][column]}
    program = filter_program(machine)
    for number in [*range(LAST_KNOWN + 40), 0x4000_0000, 0xFFFF_FFFF - 2**32]:
        expected = errno.EPERM if number in refused else 0
        if number in missing or not 0 <= number <= LAST_KNOWN:
            expected = errno.ENOSYS
        # For calls that are looked into: a family of sockets that is allowed, and no flag.
        assert verdict(program, architecture, number, 2, 2) == expected, number


def test_an_unknown_machine_has_no_filter():
    with pytest.raises(KeyError):
        filter_program("pdp11")
