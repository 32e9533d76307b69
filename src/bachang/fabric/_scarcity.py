"""What a machine has too little of, and what its operator can do: in words."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lack:
    what: str
    remedy: str


_ROOM = _Lack(
    what="room on a disk, or inodes, or namespaces",
    remedy="make room (df, df -i), or raise /proc/sys/user/max_*_namespaces",
)
_MEMORY = _Lack(
    what="memory",
    remedy="end other sandboxes or programs, or raise the limit (ulimit -v)",
)
_LACKS = {
    errno.EAGAIN: _Lack(
        what="processes for this account",
        remedy="end other sandboxes or programs, or raise the limit (ulimit -u)",
    ),
    errno.EDQUOT: _Lack(what="room in the account's quota", remedy="make room (quota -s)"),
    errno.EFBIG: _Lack(
        what="length of a file for this account", remedy="raise the limit (ulimit -f)"
    ),
    errno.EMFILE: _Lack(what="open files for a process", remedy="raise the limit (ulimit -Hn)"),
    errno.ENFILE: _Lack(what="open files", remedy="raise /proc/sys/fs/file-max"),
    errno.ENOMEM: _MEMORY,
    errno.ENOSPC: _ROOM,
}
_SAID = {
    "MemoryError": errno.ENOMEM,
    "failed to map segment": errno.ENOMEM,
    **{os.strerror(number): number for number in _LACKS},
}
"""How programs of the platform that end for want of something say so."""


def explain(number: int, *, place: Path | None = None) -> str | None:
    """Words for an error number of the system; ``None`` if it is not about scarcity.

    Args:
        number: As in `errno`.
        place: A folder on the disk in question, if it is about one.
    """
    lack = _LACKS.get(number)
    if lack is None:
        return None
    if number == errno.ENOSPC and place is not None:
        lack = _full(place)
    return f"the machine has too little: {lack.what} ({os.strerror(number)}). To do: {lack.remedy}"


def explain_last_words(words: str) -> str | None:
    """The same for what a program of the platform said before it ended."""
    found = next((number for said, number in _SAID.items() if said in words), None)
    return None if found is None else explain(found)


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


def _full(place: Path) -> _Lack:
    """What the disk of ``place`` has none of."""
    try:
        disk = os.statvfs(place)
    except OSError:
        return _ROOM
    if disk.f_files and not disk.f_favail:
        return _Lack(what=f"inodes on the disk of {place}", remedy="remove files there (df -i)")
    return _Lack(
        what=f"room on the disk of {place}",
        remedy="make room there (df), or set XDG_STATE_HOME to a folder elsewhere",
    )
