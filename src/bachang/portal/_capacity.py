"""How many sandboxes fit: a reckoning of memory and processors, with the operator's limit.

The memory of a sandbox is estimated from its number of hosts until one of the pack runs; from
then on by what those take. A share of the machine is kept free for everything else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bachang.portal.models import Capacity

PER_SANDBOX_MIB = 120
"""Agent, spawner, zygote and plant together."""
PER_HOST_MIB = 6
"""A host with a service or two."""
PER_PROCESSOR = 15
"""Sandboxes whose plants keep their pace on one processor."""
KEPT_FREE = 0.1
"""Share of the machine's memory that sandboxes leave alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The machine's memory in MiB."""

    total: int
    available: int


def memory() -> Memory:
    """The machine's memory now, as the kernel tells it."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(total=kib["MemTotal"] >> 10, available=kib["MemAvailable"] >> 10)


def load() -> float:
    """Runnable processes per processor, over the last minute."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 2)


def estimate_mib(hosts: int) -> int:
    """What a sandbox takes, before one was measured."""
    return PER_SANDBOX_MIB + PER_HOST_MIB * hosts


def document(room: tuple[int, int, str], running: int) -> Capacity:
    """How many fit, beside what the machine has.

    Args:
        room: As `reckon` returns it.
        running: Sandboxes that run.
    """
    fits, limit, reason = room
    now = memory()
    return Capacity(
        fits=fits,
        running=running,
        limit=limit,
        reason=reason,
        load=load(),
        memory_mib=now.total,
        memory_free_mib=now.available,
    )


def reckon(
    need_mib: int, running: int, starting: int, limit: int | None, now: Memory
) -> tuple[int, int, str]:
    """How many fit.

    Args:
        need_mib: Memory of one sandbox.
        running: Sandboxes that run, or are being started.
        starting: Those of them whose memory is not in use yet.
        limit: The operator's limit; ``None``: none.
        now: The machine's memory.

    Returns:
        How many more fit now, how many fit on this machine at most, and what sets the limit:
        ``memory``, ``processors`` or ``operator``.
    """
    free_mib = now.available - int(now.total * KEPT_FREE) - starting * need_mib
    by = {
        "memory": max(0, free_mib) // need_mib + running,
        "processors": (os.cpu_count() or 1) * PER_PROCESSOR,
    }
    if limit is not None:
        by["operator"] = limit
    reason = min(by, key=lambda name: by[name])
    return max(0, by[reason] - running), by[reason], reason
