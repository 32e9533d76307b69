"""What every request goes through before a route sees it, and every answer afterwards.

The checks stand in this order: a name that is ours (a page of another site cannot reach the
portal by a name that it made point here), a screen's own origin, an origin that is ours, the
header that only our own scripts can send, a body that is not too long, a rate. Then comes the
session. Each refusal is a problem with its remedy.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bachang.catalogue import language_of
from bachang.portal._access import NOBODY, Person
from bachang.portal._bodies import body, given
from bachang.portal._faults import problem_of
from bachang.portal._headers import cookie_name, hosts, origins, security_headers
from bachang.portal._limits import Limit
from bachang.portal._problem import ProblemError
from bachang.portal._replies import Replies, check_key
from bachang.portal._screens import is_page
from bachang.portal._sessions import Sessions
from bachang.portal._settings import Settings

BODY_BYTES = 256 * 1024
UPLOAD_BYTES = 32 * 1024 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_UPLOAD = "/api/packs/"
_JOURNALLED = re.compile(r"/api/runs/[^/]+/(answers|hints)")
"""The journal keeps the keys of answers and hints, see `bachang.portal._runs`."""
_KEYLESS = re.compile(r"/api/session(/token)?|/api/invitations/accept")
"""Who signs in is nobody yet, and the answer has a cookie that is kept nowhere."""


class Guard:
    """The outermost ASGI application.

    Args:
        app: The API and the web UI.
        screens: Pages of hosts, at origins of their own.
        settings: What is allowed.
        sessions: Who asks.
        replies: Answers to requests that were done before.
        elapsed: Seconds that never go back.
    """

    def __init__(
        self,
        app: ASGIApp,
        screens: ASGIApp,
        settings: Settings,
        sessions: Sessions,
        replies: Replies,
        elapsed: Callable[[], float],
    ) -> None:
        self._app = app
        self._screens = screens
        self._settings = settings
        self._sessions = sessions
        self._replies = replies
        self._hosts = hosts(settings)
        self._origins = origins(settings)
        self._headers = [
            (name.lower().encode(), value.encode())
            for name, value in security_headers(settings).items()
        ]
        self._rate = Limit("requests", settings.requests_per_minute, elapsed)
        self._cookie = cookie_name(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, see ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        opaque = self._settings.screens == "opaque"
        if is_page(self._settings, scope, headers) and (not opaque or host in self._hosts):
            await self._screens(scope, receive, send)
            return
        send = self._with_headers(send)
        try:
            self._check_names(scope, headers, host)
            await self._identify(scope, headers)
            await self._pass_on(scope, headers, receive, send)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            await _refuse(problem, scope, receive, send)

    def _check_names(self, scope: Scope, headers: Headers, host: str) -> None:
        if host not in self._hosts:
            raise ProblemError(
                421,
                "wrong-host",
                "the portal is not asked for by this name",
                f"open {self._settings.origin}, or start it with --public",
            )
        unsafe = scope["type"] == "websocket" or scope["method"] not in _SAFE
        origin = headers.get("origin")
        if unsafe and origin is not None and origin.lower() not in self._origins:
            raise ProblemError(
                403, "wrong-origin", "another site asked for this", "use the portal's own pages"
            )
        if unsafe and scope["type"] == "http" and "x-bachang" not in headers:
            raise ProblemError(
                403,
                "wrong-origin",
                "a writing request needs the header X-Bachang, which no other site can send",
                "send `X-Bachang: 1`",
            )

    async def _identify(self, scope: Scope, headers: Headers) -> None:
        token = cookie_parser(headers.get("cookie", "")).get(self._cookie)
        person = await self._who(token)
        state = scope.setdefault("state", {})
        state["person"], state["session"] = person, token
        client = scope.get("client") or ("", 0)
        self._rate.take(person.id or str(client[0]))

    async def _who(self, token: str | None) -> Person:
        if token is None:
            return NOBODY
        known = self._sessions.remembered(token)
        if known is None:
            known = await asyncio.to_thread(self._sessions.who, token)
        return known

    async def _pass_on(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        upload = scope["method"] == "PUT" and scope["path"].startswith(_UPLOAD)
        content = await body(headers, receive, UPLOAD_BYTES if upload else BODY_BYTES)
        person: Person = scope["state"]["person"]
        key = headers.get("idempotency-key")
        if key is None or not person.known or _KEYLESS.fullmatch(scope["path"]):
            await self._app(scope, given(content, receive), send)
            return
        check_key(key)
        if _JOURNALLED.fullmatch(scope["path"]):
            scope["state"]["idempotency_key"] = key
            await self._app(scope, given(content, receive), send)
            return
        await self._replies.answer(self._app, scope, person, key, content, receive, send)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given_already = {name for name, _ in message["headers"]}
                more = (one for one in self._headers if one[0] not in given_already)
                message["headers"] = [*message["headers"], *more]
            await send(message)

        return sending


async def _refuse(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    language = language_of(Headers(scope=scope).get("accept-language", ""))
    if scope["type"] == "http":
        await problem.response(language)(scope, receive, send)
    else:
        why = problem.reason(language)
        await send({"type": "websocket.close", "code": 1008, "reason": why})
