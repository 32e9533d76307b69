"""A program in two hosts at once: one serves, the other asks and says what came of it."""

from __future__ import annotations

from bachang.fabric import Sandbox

_SERVE = (
    'rm -f /tmp/said; "$@" serve > /tmp/said 2>&1 & '
    "until grep -q ready /tmp/said; do sleep 0.005; done"
)
_START_S = 30.0


def talk(live: Sandbox, program: str, *words: str) -> str:
    """What a program of Python says in host ``a`` while it serves in ``b``.

    Args:
        live: A sandbox with both.
        program: Called with ``serve`` it says ``ready`` and serves one caller; called with
            ``words`` it is that caller.
        words: Its arguments.

    Raises:
        RuntimeError: one of both failed.
    """
    argv = ["python3", "-c", program]
    started = live.exec("b", ["sh", "-c", _SERVE, "sh", *argv], timeout_s=_START_S)
    done = live.exec("a", [*argv, *words])
    if started.status or done.status:
        raise RuntimeError((started.stderr + done.stderr).decode())
    return done.stdout.decode()
