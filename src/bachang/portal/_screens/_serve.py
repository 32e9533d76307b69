"""Requests for pages: whose they are, and what answers them."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from typing import Any

import h11
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import InvalidHandshake

from bachang.fabric import FabricError
from bachang.portal._screens._apology import apology
from bachang.portal._screens._opened import Find, Opened
from bachang.portal._screens._page import Page
from bachang.portal._screens._place import OPAQUE_PATH, Place, place_of
from bachang.portal._screens._socket import pass_on
from bachang.portal._settings import Settings
from bachang.portal._world import World

_MOST_SOCKETS = 32
"""WebSockets of one page at a time."""
_TRY_S = 5.0
_FAILURES = (OSError, FabricError, h11.ProtocolError, TimeoutError, InvalidHandshake)
_SAFE = frozenset({"GET", "HEAD"})
_sockets_open: Counter[str] = Counter()


def is_page(settings: Settings, scope: Scope, headers: Headers) -> bool:
    """Whether a request is for a page of a host and not for the portal itself."""
    if settings.screens == "opaque":
        return str(scope["path"]).startswith(OPAQUE_PATH)
    return settings.is_screen(headers.get("host", "").lower())


async def serve(
    settings: Settings, find: Find, hidden_cookie: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer one request for a page, see ASGI."""
    headers = Headers(scope=scope)
    identity = _identity(settings, scope, headers)
    place, found = place_of(settings, identity), find(identity)
    if found is None:
        await _say_closed(scope, receive, send)
        return
    look = _Look(place, identity, find, *found, hidden_cookie)
    if scope["type"] == "websocket" or scope["method"] not in (*_SAFE, "OPTIONS"):
        if not place.asks(headers.get("origin")):
            await _refuse(scope, receive, send, 403, "another site asked for this")
            return
    elif place.opaque and "access-control-request-method" in headers:
        await _preflight(headers)(scope, receive, send)
        return
    await look.answer({**scope, **_inside(place, scope)}, receive, send)


def _identity(settings: Settings, scope: Scope, headers: Headers) -> str:
    if settings.screens == "opaque":
        return str(scope["path"]).removeprefix(OPAQUE_PATH).partition("/")[0]
    suffix = settings.screens_origin("").partition("://")[2]
    return headers.get("host", "").lower().removesuffix(suffix)


def _preflight(headers: Headers) -> Response:
    """A document without an origin may ask for what is its own: to browsers that is another's."""
    allowed = {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": headers["access-control-request-method"],
        "access-control-allow-headers": headers.get("access-control-request-headers", ""),
    }
    return Response(status_code=204, headers=allowed)


class _Look:
    """One look at a page through a host of the learner's."""

    def __init__(
        self,
        place: Place,
        identity: str,
        find: Find,
        opened: Opened,
        world: World,
        hidden_cookie: str,
    ) -> None:
        self._page = Page(opened.address, opened.port, place, hidden_cookie)
        self._identity, self._find = identity, find
        self._opened, self._world = opened, world
        self._began = opened.generations(world)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the host answer, or say why it does not."""
        started = _Started(send)
        try:
            if scope["type"] == "http":
                await self._page.exchange(await self._connect(), scope, receive, started)
            else:
                await self._talk(scope, receive, started)
        except _FAILURES as error:
            if not started.yes:
                await self._apologise(error, scope, receive, send)

    async def _apologise(
        self, error: Exception, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] == "websocket":
            await _refuse(scope, receive, send, 502, "the host does not take it")
            return
        seen_from = self._opened.seen_from
        en = f"{seen_from} cannot open this page: {error or 'it does not answer'}"
        await apology(502, en, f"{seen_from} 无法打开此页面。")(scope, receive, send)

    async def _connect(self) -> socket.socket:
        opened = self._opened
        return await asyncio.to_thread(
            self._world.sandbox.open_tcp,
            opened.seen_from,
            opened.address,
            opened.port,
            timeout_s=_TRY_S,
        )

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _sockets_open[self._identity] >= _MOST_SOCKETS:
            await _refuse(scope, receive, send, 429, "too many connections of this page")
            return
        _sockets_open[self._identity] += 1
        try:
            if (await receive())["type"] == "websocket.connect":
                await pass_on(
                    await self._connect(),
                    self._page.authority,
                    self._page.socket_headers(scope["headers"]),
                    lives=self._lives,
                    scope=scope,
                    receive=receive,
                    send=send,
                )
        finally:
            _sockets_open[self._identity] -= 1
            if not _sockets_open[self._identity]:
                del _sockets_open[self._identity]

    def _lives(self) -> bool:
        """Whether both hosts are still those of the beginning."""
        found = self._find(self._identity)
        same = found is not None and found[1] is self._world
        return same and self._opened.generations(self._world) == self._began


def _inside(place: Place, scope: Scope) -> dict[str, Any]:
    """The paths as the host gets them: without what stands before them."""
    if not scope["path"].startswith(f"{place.prefix}/"):
        return {}
    path = scope["path"].removeprefix(place.prefix)
    raw = (scope.get("raw_path") or scope["path"].encode()).removeprefix(place.prefix.encode())
    return {"path": path, "raw_path": raw}


async def _say_closed(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await _refuse(scope, receive, send, 410, "this page is closed")
        return
    en = "This page is closed. Open it again from the run."
    await apology(410, en, "页面已关闭，请从演练中重新打开。")(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
    else:
        await apology(status, reason, "此请求被拒绝。")(scope, receive, send)


class _Started:
    """A `send` that remembers whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.yes = False

    async def __call__(self, message: Message) -> None:
        self.yes = True
        await self._send(message)
