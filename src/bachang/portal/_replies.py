"""Idempotency keys: the same request with the same key gets the same answer, done once.

What a request that was done was answered is kept for a day. Whoever sends it again while it is
still being done is told to wait. A refusal (a conflict, a rate, a right that is missing) and a
fault of the portal are not kept: nothing was done, so the same key may be tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

from sqlalchemy import Row, delete, insert, select
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bachang.portal._access import Person
from bachang.portal._outside import Outside
from bachang.portal._problem import conflict, invalid
from bachang.portal.store import PortalStore, tables

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_S = 86400.0
_REFUSED = 400
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
            ProblemError: 409 while it is being done, 422 for another request with this key.
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
                await Response(kept.body, kept.status, media_type=kept.media_type)(
                    scope, receive, send
                )
                return
            scope["state"]["idempotency_key"] = key
            recorder = _Recorder(body, send)
            await app(scope, recorder.receive, recorder.send)
            if recorder.status < _REFUSED:
                await asyncio.to_thread(self._keep, name, request, recorder)
            await recorder.forward()
        finally:
            self._busy.discard(name)

    def forget_old(self) -> None:
        """Delete what was kept for long enough."""
        with self._store.writing() as connection:
            old = _REPLY.c.at < self._outside.now() - _KEPT_S
            connection.execute(delete(_REPLY).where(old))

    def _find(self, name: tuple[str, str]) -> Row[Any] | None:
        mine = (_REPLY.c.account == name[0]) & (_REPLY.c.key == name[1])
        with self._store.reading() as connection:
            return connection.execute(select(_REPLY).where(mine)).first()

    def _keep(self, name: tuple[str, str], request: str, recorder: _Recorder) -> None:
        values = {
            "account": name[0],
            "key": name[1],
            "request": request,
            "at": self._outside.now(),
            "status": recorder.status,
            "media_type": recorder.media_type,
            "body": recorder.body,
        }
        with self._store.writing() as connection:
            connection.execute(insert(_REPLY).values(**values))


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
