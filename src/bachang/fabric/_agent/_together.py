"""Work side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

_Item = TypeVar("_Item")


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


async def side_by_side(
    work: Callable[[_Item], Awaitable[Any]], items: Iterable[_Item], *, most: int
) -> None:
    """Do it with each, in turn and so many at once; for errors see `together`."""
    left = iter(items)

    async def go_on() -> None:
        for one in left:
            await work(one)

    await together([go_on() for _ in range(most)])


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it, also if whoever wants it is cancelled meanwhile: who is, waits for its end."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
