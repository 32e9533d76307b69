"""Futures that two may set: whoever comes second changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any


def settle(future: asyncio.Future[Any], value: object) -> None:
    """Set a result, unless the future is done."""
    if not future.done():
        future.set_result(value)


def refuse(future: asyncio.Future[Any], error: Exception) -> None:
    """Set an error, unless the future is done; that nobody waits for it is no fault."""
    if not future.done():
        future.set_exception(error)
        future.exception()
