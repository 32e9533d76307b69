"""Waiting for what is to become true: long, as a busy machine is slow and not wrong."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def until(holds: Callable[[], object], limit_s: float = 30.0, *, look_s: float = 0.01) -> None:
    """Look again and again, every ``look_s``, until it holds.

    Raises:
        AssertionError: it does not in time.
    """
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not after {limit_s:g} s"
        time.sleep(look_s)


def blocked() -> int:
    """How many threads of this process wait for a lock of a file, which is as /proc/locks tells."""
    lines = Path("/proc/locks").read_text().splitlines()
    return sum("-> FLOCK" in line and f" {os.getpid()} " in line for line in lines)
