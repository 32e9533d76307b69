"""Running the portal: one process, one loop, until it is told to stop."""

from __future__ import annotations

import errno
import gc
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.concurrency import run_in_threadpool

from bachang.portal._assemble import Assembly
from bachang.portal._settings import Settings

_BACKLOG = 2048
_GOODBYE_S = 3
_RUBBISH = 20_000
"""New objects after which rubbish among the young ones is searched for."""
_SWITCH_S = 0.0005
"""How long a thread that has come back from the disk waits for the loop's: with Python's own
5 ms, a commit of many steps would take the longer the busier the portal is."""
_MESSAGE_BYTES = 1 << 20


class PortBusyError(Exception):
    """Another program listens there."""


class NoSuchAddressError(Exception):
    """This machine, or this account, cannot listen there."""


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], leaving: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._leaving = leaving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _leave_what_stays()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await run_in_threadpool(self._leaving)
        await super().shutdown(sockets)


def serve(
    settings: Settings,
    ready: Callable[[Assembly], None],
    leaving: Callable[[], None] = lambda: None,
) -> None:
    """Serve a portal until SIGINT or SIGTERM.

    Args:
        settings: How it is set up.
        ready: Called once it answers.
        leaving: Called when it has been told to stop, while it still answers.

    Raises:
        PortBusyError: the port is taken.
        NoSuchAddressError: it cannot listen there.
        ConnectionError: the data base does not answer.
    """
    sys.setswitchinterval(_SWITCH_S)
    listener = _listen(settings)
    with listener:
        assembly = Assembly(settings)
        config = uvicorn.Config(
            assembly.app,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=settings.public is not None,
            timeout_graceful_shutdown=_GOODBYE_S,
            ws_max_size=_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            lifespan="on",
        )
        _Server(config, lambda: ready(assembly), leaving).run(sockets=[listener])


def _leave_what_stays() -> None:
    """Whatever was made so far stays as long as the portal: no search for rubbish looks at it.

    Else each full search would stop every request for as long as it takes to look at all of
    the libraries.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_RUBBISH)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusyError(
                f"port {settings.port} is taken by another program: end that one, or choose "
                "another port (bachang serve --port 9000, make run PORT=9000)"
            ) from error
        raise NoSuchAddressError(
            f"this machine cannot listen at {settings.authority} ({error.strerror}): choose one of "
            "its addresses (bachang serve --host), and a port above 1023 for an ordinary account"
        ) from error
    listener.listen(_BACKLOG)
    return listener
