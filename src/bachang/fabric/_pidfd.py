"""Has a process ended? `select.select` fails for descriptors over 1,023, and there are more."""

from __future__ import annotations

import select


def ended(pidfd: int, *, within_s: float = 0.0) -> bool:
    """Whether the process of ``pidfd`` has ended, or ends within so many seconds."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(within_s * 1000))
