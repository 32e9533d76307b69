"""What a sandbox costs in memory, as the whole machine feels it."""

from __future__ import annotations

from pathlib import Path


def available_mb() -> float:
    """MemAvailable in MB (10⁶ bytes): counts page tables, slabs and all else of the kernel."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024 / 1e6
    raise RuntimeError("no MemAvailable in /proc/meminfo")
