"""Bodies of requests: read whole, with an end in size and time."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from bachang.portal._problem import ProblemError

_MESSAGE_WAIT_S = 30.0


async def body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The whole body of a request.

    Raises:
        ProblemError: 413 where it is longer than allowed, 408 where it does not come.
    """
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        raise _too_long(limit)
    parts, size = [], 0
    while True:
        try:
            async with asyncio.timeout(_MESSAGE_WAIT_S):
                message = await receive()
        except TimeoutError:
            raise ProblemError(408, "too-slow", "the body did not come", "send it again") from None
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limit:
            raise _too_long(limit)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_long(limit: int) -> ProblemError:
    return ProblemError(413, "too-long", f"a body has at most {limit >> 10} KiB", "send less")


def given(content: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then what comes after it."""
    parts: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receiving() -> Message:
        return parts.pop() if parts else await receive()

    return receiving
