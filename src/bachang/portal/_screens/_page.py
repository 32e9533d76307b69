"""One HTTP exchange with a page inside a sandbox.

A page of a host is hostile: whoever is root there wrote it. So nothing of the portal's goes
in, and what comes out is cut down to what a page needs at an origin of its own. The page may
load and call only itself: a sandbox has no way out, not even through a browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterable

import h11
from starlette.types import Message, Receive, Scope, Send

from bachang.portal._screens._place import Place
from bachang.portal._screens._rewrite import MOST_BYTES, kind_of, rewritten
from bachang.portal._settings import authority

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
_OF_SOCKETS = frozenset({b"accept-language", b"user-agent"})
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
        place: Where browsers see it.
        hidden_cookie: Name of the portal's own cookie, which never goes in or out.
    """

    def __init__(self, address: str, port: int, place: Place, hidden_cookie: str) -> None:
        self.authority = authority(address, port)
        self._place = place
        self._hidden = hidden_cookie.lower()

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
        headers = [(b"host", self.authority.encode()), (b"connection", b"close")]
        headers += [(name, value) for name, value in scope["headers"] if name in _TO_PAGE]
        headers += self.cookies_in(scope["headers"])
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
        left, kind, text = RESPONSE_BYTES, "", b""
        start: Message | None = None
        while True:
            event = protocol.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(_IDLE_S):
                    data = await reader.read(_READ_BYTES)
                protocol.receive_data(data)
            elif isinstance(event, h11.Response):
                start = self._start(event)
                kind = self._rewrites(event)
                if not kind:
                    await send(start)
            elif isinstance(event, h11.Data) and left > 0:
                left -= len(event.data)
                if kind and start:
                    text += bytes(event.data)
                    if len(text) > MOST_BYTES:
                        await send(start)
                        await send(_part(text, more=True))
                        kind = ""
                else:
                    await send(_part(bytes(event.data), more=True))
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or left <= 0:
                if kind and start:
                    text = rewritten(text, kind, self._place.prefix)
                    await send(_of_length(start, len(text)))
                    await send(_part(text, more=True))
                await send(_part(b"", more=False))
                return

    def _rewrites(self, response: h11.Response) -> str:
        """The kind of a text in which paths are rewritten; empty: as it is."""
        headers = dict(response.headers)
        if not self._place.opaque or b"content-encoding" in headers:
            return ""
        return kind_of(headers.get(b"content-type", b""))

    def _start(self, response: h11.Response) -> Message:
        headers = [(name, value) for name, value in response.headers if name in _FROM_PAGE]
        headers += self._cookies_out(response.headers)
        headers += self._redirection(response.headers)
        return {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": headers + self._place.headers,
        }

    def cookies_in(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The cookies that go on to the host: its own, and none where it has no origin."""
        if self._place.opaque:
            return []
        pairs = [
            pair.strip()
            for name, value in headers
            if name == b"cookie"
            for pair in value.decode("latin-1").split(";")
        ]
        kept = [pair for pair in pairs if pair.partition("=")[0].lower() != self._hidden]
        return [(b"cookie", "; ".join(kept).encode("latin-1"))] if kept else []

    def socket_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
        """Headers of a WebSocket's request that go on to the host."""
        kept = [(name, value) for name, value in headers if name in _OF_SOCKETS]
        pairs = [*kept, *self.cookies_in(headers)]
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]

    def _cookies_out(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Cookies stay at the page's own origin, and are sent from within a frame as well."""
        found = []
        for name, value in headers:
            if name == b"set-cookie" and not self._place.opaque:
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
                target = value.decode("latin-1").removeprefix(f"http://{self.authority}")
                if target.startswith("/") and not target.startswith(("//", "/\\")):
                    return [(b"location", f"{self._place.prefix}{target}".encode("latin-1"))]
        return []


async def _body(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        async with asyncio.timeout(_IDLE_S):
            message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > REQUEST_BYTES:
            raise ConnectionAbortedError("the request is too long")
        if not message.get("more_body", False):
            return b"".join(parts)


def _of_length(start: Message, length: int) -> Message:
    kept = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    return {**start, "headers": [*kept, (b"content-length", str(length).encode())]}


def _part(content: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}
