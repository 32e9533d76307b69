"""The system call filter of everything that runs in a host, as classic BPF.

A list of what is refused, not of what is allowed: a host is to run any ordinary program.
Refused is what would reach the kernel's own machinery (mounts, namespaces, modules, BPF,
keys, tracing of the machine), what goes round other checks (io_uring, open by handle),
terminal injection, and sockets of families that are not confined by a network namespace.
A call that is newer than this list answers ENOSYS, which programs are prepared for.
"""

from __future__ import annotations

import errno
import os
import socket
import struct

_LOAD_WORD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_AT_LEAST = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06
_ALLOW = 0x7FFF_0000
_ERRNO = 0x0005_0000

_STEP_BYTES = 8
_NUMBER = 0
_ARCHITECTURE = 4
_ARGUMENT = (16, 24)
"""Offsets of the low halves of the first two arguments (little-endian)."""

_NEW_NAMESPACES = 0x7E02_0080
"""Every CLONE_NEW… flag, CLONE_NEWTIME included."""

_TERMINAL_INJECTION = (0x5412, 0x541C)
"""ioctl TIOCSTI and TIOCLINUX."""

FAMILIES = (
    socket.AF_UNIX,
    socket.AF_INET,
    socket.AF_INET6,
    socket.AF_NETLINK,
    socket.AF_PACKET,
)

LAST_KNOWN = 462  # mseal; later ones are refused until somebody has read about them

REFUSED: dict[str, tuple[int, int]] = {
    # name: (x86_64, aarch64)
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "setns": (308, 268),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
}

CHECKED = {
    "unshare": (272, 97),
    "clone": (56, 220),
    "clone3": (435, 435),
    "ioctl": (16, 29),
    "socket": (41, 198),
}

_ARCHITECTURES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}


def _step(code: int, value: int, matched: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, matched, otherwise, value)


def _load(offset: int) -> bytes:
    return _step(_LOAD_WORD, offset)


def _refuse(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _without_flags(argument: int) -> bytes:
    return (
        _load(_ARGUMENT[argument])
        + _step(_JUMP_ANY_BIT, _NEW_NAMESPACES, 0, 1)
        + _refuse(errno.EPERM)
        + _step(_RETURN, _ALLOW)
    )


def _ioctl() -> bytes:
    first, second = _TERMINAL_INJECTION
    return (
        _load(_ARGUMENT[1])
        + _step(_JUMP_EQUAL, first, 1, 0)
        + _step(_JUMP_EQUAL, second, 0, 1)
        + _refuse(errno.EPERM)
        + _step(_RETURN, _ALLOW)
    )


def _socket() -> bytes:
    tests = [
        _step(_JUMP_EQUAL, family, len(FAMILIES) - index, 0)
        for index, family in enumerate(FAMILIES)
    ]
    return b"".join(
        [_load(_ARGUMENT[0]), *tests, _refuse(errno.EAFNOSUPPORT), _step(_RETURN, _ALLOW)]
    )


def _runs(bodies: dict[int, bytes]) -> list[tuple[int, bytes]]:
    """Where something else is to be done than for the call before: (first call, body)."""
    allowed = _step(_RETURN, _ALLOW)
    runs = [(0, bodies.get(0, allowed))]
    for call in sorted({*bodies, *(call + 1 for call in bodies)} - {0}):
        body = bodies.get(call, allowed)
        if body != runs[-1][1]:
            runs.append((call, body))
    return runs


def _choice(runs: list[tuple[int, bytes]]) -> bytes:
    """Halve the calls until one run is left.

    The kernel tries the filter with every call there is when it is loaded, and that is done for
    every program: one comparison after another would cost it ten times as much.
    """
    if len(runs) == 1:
        return runs[0][1]
    middle = len(runs) // 2
    below = _choice(runs[:middle])
    over = len(below) // _STEP_BYTES
    return _step(_JUMP_AT_LEAST, runs[middle][0], over, 0) + below + _choice(runs[middle:])


def filter_program(machine: str | None = None) -> bytes:
    """The filter for a machine type (``os.uname().machine``), ready to be loaded.

    Raises:
        KeyError: a machine type that nobody has made a filter for.
    """
    column, architecture = _ARCHITECTURES[machine or os.uname().machine]
    bodies = {numbers[column]: _refuse(errno.EPERM) for numbers in REFUSED.values()}
    special = {
        "clone3": _refuse(errno.ENOSYS),
        "unshare": _without_flags(0),
        "clone": _without_flags(0),
        "ioctl": _ioctl(),
        "socket": _socket(),
    }
    bodies |= {CHECKED[name][column]: body for name, body in special.items()}
    unknown = (LAST_KNOWN + 1, _refuse(errno.ENOSYS))
    return b"".join(
        [
            _load(_ARCHITECTURE),
            _step(_JUMP_EQUAL, architecture, 1, 0),
            _refuse(errno.ENOSYS),
            _load(_NUMBER),
            _choice([*_runs(bodies), unknown]),
        ]
    )
