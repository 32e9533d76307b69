"""Waiting for what is to become true: long, as a busy machine is slow and not wrong."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(holds: Callable[[], object], limit_s: float = 30.0, *, look_s: float = 0.01) -> None:
    """Look again and again, every ``look_s``, until it holds.

    Raises:
        AssertionError: it does not in time.
    """
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not after {limit_s:g} s"
        time.sleep(look_s)
