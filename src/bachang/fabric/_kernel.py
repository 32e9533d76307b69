"""The few system calls that Python 3.11 does not offer, and the constants they take.

Each raises `OSError` with what was attempted as its file name.
"""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38

_MNT_DETACH = 2
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 1
_CAPABILITY_VERSION_3 = 0x2008_0522
_SECCOMP_SET_MODE_FILTER = 1
_RESOLVE_NO_SYMLINKS = 0x04 | 0x02
_RESOLVE_IN_ROOT = 0x10

# Numbers by machine: mount_setattr and openat2 are the same everywhere.
_SYS_MOUNT_SETATTR = 442
_SYS_OPENAT2 = 437
_BY_MACHINE = {"x86_64": (155, 317, 126), "aarch64": (41, 277, 91)}

_SIGNALS = range(1, 65)
_DEFAULT_ACTION = 0
_BLOCK_NONE = (ctypes.c_uint64 * 16)()
_SET_MASK = 2

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def _numbers() -> tuple[int, int, int]:
    """pivot_root, seccomp and capset on this machine."""
    return _BY_MACHINE[os.uname().machine]


def unshare(flags: int) -> None:
    """Leave the named namespaces for new ones."""
    _checked(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter a namespace, or with a pidfd those of a process that ``flags`` names."""
    _checked(_libc.setns(descriptor, flags), "setns")


class _Visit:
    __slots__ = ("_home", "_namespace")

    def __init__(self, namespace: int, home: int) -> None:
        self._namespace = namespace
        self._home = home

    def __enter__(self) -> None:
        setns(self._namespace, CLONE_NEWNET)

    def __exit__(self, *_: object) -> None:
        setns(self._home, CLONE_NEWNET)


def inside_network(namespace: int, home: int) -> _Visit:
    """Run the block in another network namespace; both are descriptors."""
    return _Visit(namespace, home)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2)."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    _checked(result, f"mount {target}")


def make_read_only(target: str) -> None:
    """Make a mount and all below it read-only."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY, 0, 0, 0)
    result = _libc.syscall(
        _SYS_MOUNT_SETATTR,
        _AT_FDCWD,
        target.encode(),
        _AT_RECURSIVE,
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _checked(result, f"make {target} read-only")


def change_root(root: str) -> None:
    """Make ``root``, a mount point, the root of this mount namespace; the old one goes."""
    os.chdir(root)
    _checked(_libc.syscall(_numbers()[0], b".", b"."), f"pivot into {root}")
    _checked(_libc.umount2(b".", _MNT_DETACH), "leave the old root")
    os.chdir("/")


def process_control(option: int, value: int | bytes = 0) -> None:
    """prctl(2) with one argument."""
    argument = value if isinstance(value, bytes) else ctypes.c_ulong(value)
    _checked(_libc.prctl(option, argument, 0, 0, 0), f"prctl {option}")


def mind_all_signals() -> None:
    """Take the default action on every signal and block none; only before an exec.

    (It goes round Python, which would still believe in its own handlers.)
    """
    for number in _SIGNALS:
        _libc.signal(number, ctypes.c_void_p(_DEFAULT_ACTION))
    _libc.sigprocmask(_SET_MASK, ctypes.byref(_BLOCK_NONE), None)


def bound_capabilities(kept: int) -> None:
    """Cut the bounding set to the mask ``kept``, for ever."""
    for capability in range(64):
        if kept >> capability & 1:
            continue
        try:
            process_control(PR_CAPBSET_DROP, capability)
        except OSError:
            return  # behind the kernel's last capability


def set_capabilities(mask: int) -> None:
    """Make ``mask`` the effective and permitted set; the inheritable one becomes empty."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low, high = mask & 0xFFFF_FFFF, mask >> 32
    sets = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    result = _libc.syscall(_numbers()[2], ctypes.byref(head), ctypes.byref(sets))
    _checked(result, "set capabilities")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def load_filter(program: bytes) -> None:
    """Load a seccomp filter (`bachang.fabric._seccomp.filter_program`) into this process."""
    loaded = _Program(len(program) // 8, program)
    result = _libc.syscall(_numbers()[1], _SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(loaded))
    _checked(result, "load the system call filter")


def open_beneath(root: int, path: str, flags: int) -> int:
    """Open ``path`` below the directory ``root``, following no symbolic link at all.

    For files that somebody else may have arranged: nothing outside ``root`` is reached.
    """
    how = (ctypes.c_uint64 * 3)(
        flags | os.O_CLOEXEC | os.O_NONBLOCK, 0, _RESOLVE_NO_SYMLINKS | _RESOLVE_IN_ROOT
    )
    result = _libc.syscall(
        _SYS_OPENAT2,
        root,
        path.encode(),
        ctypes.byref(how),
        ctypes.c_size_t(ctypes.sizeof(how)),
    )
    return _checked(result, path)
