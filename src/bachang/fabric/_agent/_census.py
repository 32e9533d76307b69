"""Who lives in which host: a look through /proc, taken only when somebody asks."""

from __future__ import annotations

import os
from dataclasses import dataclass

_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(slots=True)
class Count:
    """Of one host."""

    processes: int = 0
    memory_kib: int = 0
    """Resident memory of all processes; shared pages count in each."""


def take(inits: dict[str, int]) -> dict[str, Count]:
    """Counts by host name; ``inits`` are the hosts' first processes."""
    counts = {name: Count() for name in inits}
    owners = {}
    for name, pid in inits.items():
        if space := _pid_space(pid):
            owners[space] = counts[name]
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (count := owners.get(_pid_space(int(entry)))):
            count.processes += 1
            count.memory_kib += _resident_kib(int(entry))
    return counts


def _pid_space(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def _resident_kib(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE_KIB
    except (OSError, IndexError):
        return 0
