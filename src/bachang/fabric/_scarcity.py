"""What a machine has too little of, and what its operator can do: in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_ROOM = (
    "room on a disk, or inodes, or namespaces",
    "make room (df, df -i), or raise /proc/sys/user/max_*_namespaces",
)
_LACKS = {
    errno.EAGAIN: (
        "processes for this account",
        "end other sandboxes or programs, or raise the limit (ulimit -u)",
    ),
    errno.EDQUOT: ("room in the account's quota", "make room (quota -s)"),
    errno.EFBIG: ("the length that files may have", "raise the limit (ulimit -f)"),
    errno.EMFILE: ("open files for a process", "raise the limit (ulimit -Hn)"),
    errno.ENFILE: ("open files", "raise /proc/sys/fs/file-max"),
    errno.ENOMEM: (
        "memory",
        "end other sandboxes or programs, or raise the limit (ulimit -v)",
    ),
    errno.ENOSPC: _ROOM,
}
"""By error number: what there is too little of, and what to do."""
_SAID = {
    "MemoryError": errno.ENOMEM,
    "failed to map segment": errno.ENOMEM,
    "memory allocation failed": errno.ENOMEM,  # Python, before there is an exception
    # Python, without room for the exception itself:
    "error return without exception set": errno.ENOMEM,
    "returned NULL without setting an exception": errno.ENOMEM,
    "returned a result with an exception set": errno.ENOMEM,
    # Python 3.13, which has its own modules and types in itself, and no memory to unfold them:
    "Frozen object named": errno.ENOMEM,
    "error reading frozen": errno.ENOMEM,
    "failed to initialize an exception type": errno.ENOMEM,
    **{os.strerror(number): number for number in _LACKS},
}
"""How programs of the platform that end for want of something say so."""


def explain(number: int, *, place: Path | None = None) -> str | None:
    """Words for an error number of the system; ``None`` if it is not about scarcity.

    Args:
        number: As in `errno`.
        place: A folder on the disk in question, if it is about one.
    """
    if number not in _LACKS:
        return None
    full = number == errno.ENOSPC and place is not None
    what, remedy = _full(place) if full and place else _LACKS[number]
    return f"this machine is short of {what} ({os.strerror(number)}): {remedy}"


def explain_error(error: BaseException) -> str | None:
    """The same for an error that nobody has seen coming."""
    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    return explain(number or 0)


def explain_last_words(words: str, *, place: Path | None = None) -> str | None:
    """The same for what a program of the platform said before it ended."""
    found = next((number for said, number in _SAID.items() if said in words), None)
    return None if found is None else explain(found, place=place)


def explain_killed() -> str:
    """The same for a process that the kernel ended because memory was short."""
    return f"{explain(errno.ENOMEM)} (the kernel ended processes: journalctl -k)"


def killed_for_memory() -> int:
    """How many processes this machine's kernel has ended for want of memory so far."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _full(place: Path) -> tuple[str, str]:
    """What the disk of ``place`` has none of."""
    while not place.exists():
        place = place.parent
    disk = os.statvfs(place)
    if disk.f_files and not disk.f_favail:
        return f"inodes on the disk of {place}", "remove files there (df -i)"
    if disk.f_bavail:
        return _ROOM
    elsewhere = "make room there (df), or set XDG_STATE_HOME to a folder elsewhere"
    return f"room on the disk of {place}", elsewhere
