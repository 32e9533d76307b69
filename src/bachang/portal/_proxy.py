"""One HTTP exchange with a page inside a sandbox.

A page of a host is hostile: whoever is root there wrote it. So nothing of the portal's goes
in, and what comes out is cut down to what a page needs at an origin of its own. The page may
load and call only itself: a sandbox has no way out, not even through a browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import socket
from collections.abc import Iterable

import h11
from starlette.responses import HTMLResponse
from starlette.types import Message, Receive, Scope, Send

REQUEST_BYTES = 4 * 1024 * 1024
RESPONSE_BYTES = 64 * 1024 * 1024
_IDLE_S = 30.0
_READ_BYTES = 64 * 1024
_TO_PAGE = frozenset(
    {
        *(b"accept", b"accept-language", b"content-type", b"if-modified-since"),
        *(b"if-none-match", b"range", b"user-agent", b"x-requested-with"),
    }
)
"""Request headers that a page gets; cookies are treated apart."""
_FROM_PAGE = frozenset(
    {
        *(b"content-type", b"content-length", b"content-encoding", b"content-language"),
        *(b"content-range", b"accept-ranges", b"etag", b"last-modified", b"cache-control"),
        *(b"retry-after", b"allow", b"vary"),
    }
)
"""Response headers that a browser gets; cookies and redirections are treated apart."""
_REWRITTEN = ("domain", "samesite", "secure", "partitioned")
"""Attributes of a page's cookies that the proxy sets: the frame around it is another site's."""


class Page:
    """A page of a host.

    Args:
        address: IP address of the host in its sandbox.
        port: TCP port.
        framed_by: Origins that may show the page in a frame.
        hidden_cookie: Name of the portal's own cookie, which never goes in or out.
    """

    def __init__(self, address: str, port: int, framed_by: str, hidden_cookie: str) -> None:
        self._authority = address if port == 80 else f"{address}:{port}"
        self._hidden = hidden_cookie.lower()
        own = "'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
        self._added = [
            (b"content-security-policy", _policy(own, framed_by).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]

    async def exchange(
        self, connection: socket.socket, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass one request on and its answer back.

        Raises:
            OSError, h11.ProtocolError, TimeoutError: the page fails before it answers.
        """
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            protocol = h11.Connection(our_role=h11.CLIENT)
            await self._ask(protocol, writer, scope, await _body(receive))
            await self._answer(protocol, reader, send)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _ask(
        self, protocol: h11.Connection, writer: asyncio.StreamWriter, scope: Scope, body: bytes
    ) -> None:
        target = scope.get("raw_path") or scope["path"].encode()
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        headers = [(b"host", self._authority.encode()), (b"connection", b"close")]
        headers += [(name, value) for name, value in scope["headers"] if name in _TO_PAGE]
        headers += self._cookies_in(scope["headers"])
        if body:
            headers.append((b"content-length", str(len(body)).encode()))
        request = h11.Request(method=scope["method"], target=target, headers=headers)
        parts = [protocol.send(request)]
        if body:
            parts.append(protocol.send(h11.Data(data=body)))
        parts.append(protocol.send(h11.EndOfMessage()))
        writer.write(b"".join(part for part in parts if part))
        await writer.drain()

    async def _answer(
        self, protocol: h11.Connection, reader: asyncio.StreamReader, send: Send
    ) -> None:
        left = RESPONSE_BYTES
        while True:
            event = protocol.next_event()
            if event is h11.NEED_DATA:
                data = await asyncio.wait_for(reader.read(_READ_BYTES), _IDLE_S)
                protocol.receive_data(data)
            elif isinstance(event, h11.Response):
                await send(self._start(event))
            elif isinstance(event, h11.Data) and left > 0:
                left -= len(event.data)
                await send(_part(bytes(event.data), more=True))
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or left <= 0:
                await send(_part(b"", more=False))
                return

    def _start(self, response: h11.Response) -> Message:
        headers = [(name, value) for name, value in response.headers if name in _FROM_PAGE]
        headers += self._cookies_out(response.headers)
        headers += self._redirection(response.headers)
        return {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": headers + self._added,
        }

    def _cookies_in(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        pairs = [
            pair.strip()
            for name, value in headers
            if name == b"cookie"
            for pair in value.decode("latin-1").split(";")
        ]
        kept = [pair for pair in pairs if pair.partition("=")[0].lower() != self._hidden]
        return [(b"cookie", "; ".join(kept).encode("latin-1"))] if kept else []

    def _cookies_out(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Cookies stay at the page's own origin, and are sent from within a frame as well."""
        found = []
        for name, value in headers:
            if name == b"set-cookie":
                first, *rest = (part.strip() for part in value.decode("latin-1").split(";"))
                kept = [part for part in rest if not part.lower().startswith(_REWRITTEN)]
                if first.partition("=")[0].strip().lower() != self._hidden:
                    cookie = "; ".join([first, *kept, "SameSite=None; Secure; Partitioned"])
                    found.append((b"set-cookie", cookie.encode("latin-1")))
        return found

    def _redirection(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Redirections stay within the page."""
        for name, value in headers:
            if name == b"location":
                target = value.decode("latin-1").removeprefix(f"http://{self._authority}")
                if target.startswith("/") and not target.startswith(("//", "/\\")):
                    return [(b"location", target.encode("latin-1"))]
        return []


def _policy(own: str, framed_by: str) -> str:
    return (
        f"default-src {own}; form-action 'self'; base-uri 'self'; "
        f"frame-src 'self'; frame-ancestors 'self' {framed_by}"
    )


async def _body(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await asyncio.wait_for(receive(), _IDLE_S)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > REQUEST_BYTES:
            raise ConnectionAbortedError("the request is too long")
        if not message.get("more_body", False):
            return b"".join(parts)


def _part(content: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


def apology(status: int, en: str, zh: str) -> HTMLResponse:
    """What is shown where a page cannot be."""
    page = (
        "<!doctype html><meta charset=utf-8><title>Bachang</title>"
        "<body style='font:16px/1.6 system-ui;margin:3rem;color:#555'>"
        f"<p>{html.escape(en)}</p><p lang=zh>{html.escape(zh)}</p>"
    )
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(page, status, headers=headers)
