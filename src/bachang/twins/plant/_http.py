"""HTTP/1.1 on a ready socket: h11 parses, a handler answers, everything is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import h11

from bachang.twins.plant._peer import source
from bachang.twins.screen import HttpRequest, HttpResponse

MAX_CONNECTIONS = 64
MAX_HEAD = 16 * 1024
MAX_BODY = 8 * 1024
IDLE_S = 30.0
_REASONS = {
    200: b"OK",
    204: b"No Content",
    303: b"See Other",
    400: b"Bad Request",
    401: b"Unauthorized",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    409: b"Conflict",
    413: b"Content Too Large",
}


Handler = Callable[[HttpRequest], HttpResponse]


class HttpServer:
    """One screen's server."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.connections: set[HttpConnection] = set()

    def protocol(self) -> HttpConnection:
        """For the event loop: a new connection's handler."""
        return HttpConnection(self)

    def close_connections(self) -> None:
        """Close what belongs to an old generation of the host."""
        for connection in tuple(self.connections):
            connection.abort()


class HttpConnection(asyncio.Protocol):
    """One browser's connection; requests of one connection are answered in order."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._source = ""
        self._head: h11.Request | None = None
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or close it if there are too many."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server gives
        self._transport = transport
        if len(self._server.connections) >= MAX_CONNECTIONS:
            transport.abort()
            return
        self._server.connections.add(self)
        self._source = source(transport)
        self._timer = asyncio.get_running_loop().call_later(IDLE_S, self.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._server.connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse and answer; a mistake is answered once and closes the connection."""
        try:
            self._parser.receive_data(data)
            self._work()
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint or 400)

    def eof_received(self) -> bool:
        """The client is done sending."""
        return False

    def _work(self) -> None:
        while True:
            event = self._parser.next_event()
            if isinstance(event, h11.Request):
                self._head, self._body = event, bytearray()
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > MAX_BODY:
                    self._refuse(413)
                    return
            elif isinstance(event, h11.EndOfMessage):
                self._respond()
            elif event is h11.PAUSED and self._parser.our_state is h11.DONE:
                self._parser.start_next_cycle()
            else:
                return

    def _respond(self) -> None:
        head = self._head
        if head is None:
            return
        path, _, query = head.target.decode("latin-1").partition("?")
        request = HttpRequest(
            method=head.method.decode("ascii"),
            path=path,
            query=query,
            headers={
                name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers
            },
            body=bytes(self._body),
            source=self._source,
        )
        self._send(self._server.handler(request))
        self._rest()

    def _rest(self) -> None:
        """Start the idle time anew; only whole requests count, so a slow sender times out."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(IDLE_S, self.abort)

    def _refuse(self, status: int) -> None:
        if self._parser.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send(HttpResponse(status=status, content_type="text/plain"), close=True)
        if self._transport is not None:
            self._transport.close()

    def _send(self, response: HttpResponse, *, close: bool = False) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            *response.headers,
        ]
        if close:
            headers.append(("Connection", "close"))
        reason = _REASONS.get(response.status, b"")
        head = h11.Response(status_code=response.status, headers=headers, reason=reason)
        transport.write(self._parser.send(head) or b"")
        if response.body and not (self._head and self._head.method == b"HEAD"):
            transport.write(self._parser.send(h11.Data(data=response.body)) or b"")
        transport.write(self._parser.send(h11.EndOfMessage()) or b"")
        if self._parser.our_state is h11.MUST_CLOSE:
            transport.close()
        elif self._parser.our_state is h11.DONE and self._parser.their_state is h11.DONE:
            self._parser.start_next_cycle()
