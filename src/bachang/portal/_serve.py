"""Running the portal: one process, one loop, until it is told to stop."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import gc
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

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


class PortalRunsError(Exception):
    """Another portal has the same data folder: each would take the other's sandboxes for lost."""


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
        PortalRunsError: a portal with the same data runs already.
        ConnectionError: the data base does not answer.
    """
    sys.setswitchinterval(_SWITCH_S)
    _open_as_many_as_allowed()
    listener = _listen(settings)
    with listener, _alone(settings.data):
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


def _open_as_many_as_allowed() -> None:
    """Whoever looks on costs descriptors: the 1,024 of a login would be too few for a class."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Be the only portal of a data folder; the kernel lets go of the lock however it ends."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, data)
        yield
    finally:
        os.close(lock)


def _take(lock: int, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise PortalRunsError(
            f"another portal of this account runs with the same data ({data}): use that one or "
            "end it, or give this one folders of its own (XDG_DATA_HOME and XDG_STATE_HOME)"
        ) from error


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
