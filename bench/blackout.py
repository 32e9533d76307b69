"""The pack ``blackout`` as a user meets it: the command, from its start to its end."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench import Row

_ROOT = Path(__file__).resolve().parents[1]
_COMMAND = Path(sys.prefix) / "bin" / "bachang"
_ROUNDS = 5


def run() -> list[Row]:
    """Up and down, five times; medians."""
    ups, downs = zip(*(_round() for _ in range(_ROUNDS)), strict=True)
    return [
        Row(name="up, every service answers", value=median(ups), unit="s", limit="≤ 1.5"),
        Row(name="down returns", value=median(downs), unit="s", limit="≤ 0.3"),
    ]


def _round() -> tuple[float, float]:
    up = _seconds("up", str(_ROOT / "packs" / "blackout"), "--name", "bench")
    return up, _seconds("down", "bench")


def _seconds(*arguments: str) -> float:
    started = time.monotonic()
    subprocess.run([_COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
