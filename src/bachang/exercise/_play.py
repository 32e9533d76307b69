"""The two ways to play a story: at the pace of people, or as fast as the machine can.

Both are generators that yield what the director saw at each step, so the caller can print,
copy the journal, or stop whenever it likes; nothing is lost, see `Director`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bachang.exercise._director import Director
from bachang.exercise._view import View, observe
from bachang.fabric import Sandbox, SandboxError

LIVE_POLL_S = 0.25
"""Wall seconds between two looks at a world that people act in."""
TICK_S = 0.01
"""Least sandbox time that an advance takes: one step of the plant."""
FAST_POLL_S = 1.0
"""Sandbox seconds between two looks at a world that is advanced."""


def play_live(
    director: Director, *, until_s: float | None = None, sleep: Callable[[float], None] = time.sleep
) -> Iterator[View]:
    """Follow the sandbox's own clock, which runs at the pace of the wall's.

    Args:
        director: The director.
        until_s: Sandbox time to stop at; ``None``: the end of the story.
        sleep: Waits so many wall seconds.
    """
    while True:
        view = observe(director.sandbox)
        director.step(view)
        yield view
        if director.ended or (until_s is not None and view.time_s >= until_s):
            return
        due = director.next_due_s()
        wait = LIVE_POLL_S if due is None else min(LIVE_POLL_S, due - view.time_s)
        sleep(max(wait, 0.01))


def play_fast(
    director: Director,
    *,
    until_s: float | None = None,
    limit_s: float = 60.0,
    poll_s: float = FAST_POLL_S,
) -> Iterator[View]:
    """Advance the plant from one due time to the next; hosts wait meanwhile.

    Args:
        director: The director.
        until_s: Sandbox time to stop at; ``None``: the end of the story.
        limit_s: Wall seconds that one advance may take.
        poll_s: Sandbox seconds between two looks where nothing is due; events that wait for
            conditions happen that much late.
    """
    while True:
        view = observe(director.sandbox)
        director.step(view)
        yield view
        if director.ended or (until_s is not None and view.time_s >= until_s):
            return
        now_s = director.sandbox.status().sandbox_time_s
        times = [now_s + poll_s, director.next_due_s(), until_s]
        ahead = [t for t in times if t is not None and t > now_s]
        advance_to(director.sandbox, max(min(ahead), now_s + TICK_S), limit_s=limit_s)


def advance_to(sandbox: Sandbox, until_s: float, *, limit_s: float = 60.0) -> None:
    """Advance to a time that the live clock may have passed by itself meanwhile.

    Raises:
        SandboxError, TimeoutError: see `Sandbox.advance`.
    """
    try:
        sandbox.advance(until_s, limit_s=limit_s)
    except SandboxError:
        if sandbox.status().sandbox_time_s < until_s:
            raise
