"""The pack ``blackout`` as a user meets it: the command, from its start to its end."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bachang.fabric.leaks import wait_clean
from bench import Row

_ROOT = Path(__file__).resolve().parents[1]
_COMMAND = Path(sys.prefix) / "bin" / "bachang"
_ROUNDS = 5
_PATIENCE_S = 10.0


def run() -> list[Row]:
    """Up and down, five times: medians, and the slowest end."""
    ups, downs, ends = zip(*(_round() for _ in range(_ROUNDS)), strict=True)
    return [
        Row(name="up, every service answers", value=median(ups), unit="s", limit="≤ 1.5"),
        Row(name="down returns", value=median(downs), unit="s", limit="≤ 0.3"),
        Row(name="nothing is left, slowest", value=max(ends), unit="s", limit="≤ 2"),
    ]


def _round() -> tuple[float, float, float]:
    """Seconds of up and of down, and from the return of down until nothing is left."""
    up = _seconds("up", str(_ROOT / "packs" / "blackout"), "--name", "bench")
    down = _seconds("down", "bench")
    started = time.monotonic()
    if left := wait_clean(limit_s=_PATIENCE_S):
        raise RuntimeError(f"left behind: {left}")
    return up, down, time.monotonic() - started


def _seconds(*arguments: str) -> float:
    started = time.monotonic()
    subprocess.run([_COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
