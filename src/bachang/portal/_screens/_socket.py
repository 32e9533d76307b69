"""One WebSocket of a page: passed on in both directions, with an end to everything.

What a host sends is as hostile as its pages: messages have a size, what is not taken yet holds
up whoever sends it, and when a host is made anew the connections to the old one end.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterable

from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

MESSAGE_BYTES = 1 << 20
_WAITING = 16
"""Messages of a host that a browser may be behind."""
_OPEN_S = 10.0
_LOOK_S = 0.25
_NEWS_S = 2.0
_GOING_AWAY = 1001
_BROKEN = 1006
_TOLD = frozenset({1000, 1001, 1003, 1007, 1008, 1009, 1011, 1012, 1013})
"""Codes that are passed on as they are, beside those of applications."""


async def pass_on(
    connection: socket.socket,
    authority: str,
    headers: Iterable[tuple[str, str]],
    *,
    lives: Callable[[], bool],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Talk to a WebSocket of a host until either side ends it.

    Args:
        connection: To the host, fresh.
        authority: Host and port, as the host knows itself.
        headers: Of the browser's request, without what is the portal's.
        lives: Whether the hosts are still those of the beginning.
        scope: The browser's request, see ASGI; its path is that inside the host.
        receive: See ASGI.
        send: See ASGI.

    Raises:
        OSError, InvalidHandshake, TimeoutError: the host does not take it.
    """
    query = scope["query_string"].decode("latin-1")
    code, reason = _GOING_AWAY, "the host was made anew"
    async with connect(
        f"ws://{authority}{scope['path']}{'?' if query else ''}{query}",
        sock=connection,
        proxy=None,
        origin=Origin(f"http://{authority}"),
        subprotocols=[Subprotocol(word) for word in scope["subprotocols"]] or None,
        additional_headers=list(headers),
        user_agent_header=None,
        compression=None,
        open_timeout=_OPEN_S,
        ping_interval=None,
        max_size=MESSAGE_BYTES,
        max_queue=_WAITING,
    ) as page:
        await send({"type": "websocket.accept", "subprotocol": page.subprotocol})
        parts = [
            asyncio.create_task(_to_host(page, receive)),
            asyncio.create_task(_to_browser(page, send)),
            asyncio.create_task(_until_gone(lives)),
        ]
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        if page.close_code == _BROKEN:  # a reset ends streams before anybody is told of it
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_NEWS_S):
                    await _until_gone(lives)
        if lives():
            code, reason = _end(page)
        await page.close(_GOING_AWAY)
    with contextlib.suppress(RuntimeError):  # the browser has gone
        await send({"type": "websocket.close", "code": code, "reason": reason})


async def _to_host(page: ClientConnection, receive: Receive) -> None:
    while (message := await receive())["type"] != "websocket.disconnect":
        said = message.get("text")
        await page.send(message.get("bytes") or b"" if said is None else said)


async def _to_browser(page: ClientConnection, send: Send) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            said = await page.recv()
            await send(_message(said))


def _message(said: str | bytes) -> Message:
    kind = "text" if isinstance(said, str) else "bytes"
    return {"type": "websocket.send", kind: said}


async def _until_gone(lives: Callable[[], bool]) -> None:
    while lives():
        await asyncio.sleep(_LOOK_S)


def _end(page: ClientConnection) -> tuple[int, str]:
    """How the host ended it, as a browser may be told."""
    code = page.close_code
    if code is None:
        return 1000, ""
    if code in _TOLD or 3000 <= code < 5000:
        return code, (page.close_reason or "")[:40]
    return 1011, "the host broke off"
