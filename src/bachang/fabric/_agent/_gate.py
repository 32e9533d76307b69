"""The gate: services are born with their hosts and begin once all of them stand.

So a first request finds every neighbour, and the births overlap with the making of links, during
which one processor waits for the kernel.
"""

from __future__ import annotations

import asyncio
import os


class Gate:
    """Closed at first, and once open for good."""

    def __init__(self) -> None:
        self.descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        """Readable while it is open."""
        self._open = asyncio.Event()

    def open(self) -> None:
        """Let all pass."""
        os.eventfd_write(self.descriptor, 1)
        self._open.set()

    async def passed(self) -> None:
        """Wait until it is open."""
        await self._open.wait()
