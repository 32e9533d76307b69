"""Work side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any


async def together(work: Iterable[Awaitable[Any]]) -> None:
    """Do all of it; the first error ends the others and is raised once they have ended."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it, also if whoever wants it is cancelled meanwhile: who is, waits for its end."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
