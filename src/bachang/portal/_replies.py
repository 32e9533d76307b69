"""Idempotency keys: the same request with the same key gets the same answer, done once.

What a request that was done was answered is kept for a day. Whoever sends it again while it is
still being done is told to wait. That it was begun is written down before it is done: when the
portal is killed before its answer is kept, nobody knows whether it was done, so it is not done
again, and who asks is told to look. What may be done twice without harm is simply done again. A
refusal (a conflict, a rate, a right that is missing) and a fault of the portal are not kept:
nothing was done, so the same key may be tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bachang.portal._access import Person
from bachang.portal._outside import Outside
from bachang.portal._problem import conflict, invalid
from bachang.portal.store import PortalStore, tables

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_S = 86400.0
_REFUSED = 400
_BEGUN = 0
"""Status of a request whose answer is not kept yet."""
_AGAIN = re.compile(r"/api/(?:runs|exercises)/[^/]+/(?:pause|resume|freeze|end|story)")
"""Deeds that leave the same behind however often they are done, as PUT and DELETE do: a run that is
paused or has ended stays so, and a story goes on from what its journal says was done."""
_REPLY = tables.reply


class Replies:
    """Answers by account and key."""

    def __init__(self, store: PortalStore, outside: Outside) -> None:
        self._store = store
        self._outside = outside
        self._busy: set[tuple[str, str]] = set()

    async def answer(
        self,
        app: ASGIApp,
        scope: Scope,
        person: Person,
        key: str,
        body: bytes,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request that has a key: from memory, or by doing it.

        Raises:
            ProblemError: 409 while it is being done, or where nobody knows whether it was; 422
                for another request with this key.
        """
        request = _fingerprint(scope, body)
        name = (person.id, key)
        if name in self._busy:
            raise conflict("this request is still being done", "send it again in a second")
        self._busy.add(name)
        try:
            kept = await asyncio.to_thread(self._find, name)
            if kept is not None:
                if kept.request != request:
                    raise invalid("this key was used for another request", "use a new key")
                if kept.status == _BEGUN:
                    raise conflict(
                        "the portal ended while this was being done: nobody knows whether it was",
                        "look whether it was done; if it was not, do it with a new key",
                    )
                await Response(kept.body, kept.status, media_type=kept.media_type)(
                    scope, receive, send
                )
                return
            if not _harmless(scope):
                await asyncio.to_thread(self._begin, name, request)
            scope["state"]["idempotency_key"] = key
            recorder = _Recorder(body, send)
            try:
                await app(scope, recorder.receive, recorder.send)
            except Exception:
                await asyncio.to_thread(self._forget, name)
                raise
            if recorder.status < _REFUSED:
                await asyncio.to_thread(self._keep, name, request, recorder)
            elif not _harmless(scope):
                await asyncio.to_thread(self._forget, name)
            await recorder.forward()
        finally:
            self._busy.discard(name)

    def forget_old(self) -> None:
        """Delete what was kept for long enough."""
        with self._store.writing() as connection:
            old = _REPLY.c.at < self._outside.now() - _KEPT_S
            connection.execute(delete(_REPLY).where(old))

    def _find(self, name: tuple[str, str]) -> Row[Any] | None:
        with self._store.reading() as connection:
            return connection.execute(select(_REPLY).where(_is(name))).first()

    def _begin(self, name: tuple[str, str], request: str) -> None:
        with self._store.writing() as connection:
            connection.execute(insert(_REPLY).values(**self._row(name, request)))

    def _keep(self, name: tuple[str, str], request: str, recorder: _Recorder) -> None:
        row = self._row(name, request)
        row |= {"status": recorder.status, "media_type": recorder.media_type}
        with self._store.writing() as connection:
            connection.execute(delete(_REPLY).where(_is(name)))
            connection.execute(insert(_REPLY).values({**row, "body": recorder.body}))

    def _forget(self, name: tuple[str, str]) -> None:
        with self._store.writing() as connection:
            connection.execute(delete(_REPLY).where(_is(name)))

    def _row(self, name: tuple[str, str], request: str) -> dict[str, Any]:
        now = self._outside.now()
        row = {"account": name[0], "key": name[1], "request": request, "at": now}
        return {**row, "status": _BEGUN, "media_type": "", "body": b""}


def _is(name: tuple[str, str]) -> ColumnElement[bool]:
    return (_REPLY.c.account == name[0]) & (_REPLY.c.key == name[1])


def _harmless(scope: Scope) -> bool:
    return scope["method"] != "POST" or bool(_AGAIN.fullmatch(scope["path"]))


def check_key(key: str) -> None:
    """Whether an idempotency key can be one.

    Raises:
        ProblemError: 422.
    """
    if not _KEY.fullmatch(key):
        raise invalid("an idempotency key has 1 to 200 printable characters", "use a random one")


class _Recorder:
    """Gives an application its request and keeps what it answers until `forward`."""

    def __init__(self, body: bytes, send: Send) -> None:
        self.status = 500
        self.media_type = ""
        self.body = b""
        self._request = [body]
        self._send = send
        self._messages: list[Message] = []

    async def receive(self) -> Message:
        """The request's body, once; then nothing comes."""
        if self._request:
            return {"type": "http.request", "body": self._request.pop(), "more_body": False}
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Keep a part of the answer."""
        self._messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = dict(message["headers"])
            self.media_type = headers.get(b"content-type", b"").decode("latin-1")
        else:
            self.body += message.get("body", b"")

    async def forward(self) -> None:
        """Send the answer on, whoever still listens."""
        for message in self._messages:
            await self._send(message)


def _fingerprint(scope: Scope, body: bytes) -> str:
    line = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
    return hashlib.sha256(line + body).hexdigest()
