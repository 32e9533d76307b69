"""A sandbox's processes, for the fabric's tests."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from bachang.fabric import LocalSandbox


def recorder(live: LocalSandbox) -> int:
    """The process of a capture that runs."""
    agent = live.status().agent_pid
    children = Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
    return next(
        int(pid) for pid in children if b"_capture" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


@contextlib.contextmanager
def deaf(live: LocalSandbox) -> Iterator[None]:
    """Meanwhile the agent hears nothing."""
    agent = live.status().agent_pid
    os.kill(agent, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(agent, signal.SIGCONT)


def kept_descriptors(pid: int) -> set[int]:
    """Those that a process keeps; not what it has for a moment, for a caller say."""
    kept = {int(one) for one in os.listdir(f"/proc/{pid}/fd")}
    for _ in range(5):
        time.sleep(0.02)
        kept &= {int(one) for one in os.listdir(f"/proc/{pid}/fd")}
    return kept
