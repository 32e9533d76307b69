"""A running capture, as its client sees it: as long as the connection is open, it runs."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import msgspec

from bachang.fabric._contract import Capture, CaptureStatus, SandboxGoneError

_Receive = Callable[[socket.socket], tuple[Any, list[int]]]


def wished(status: CaptureStatus) -> dict[str, Any]:
    """What a client asks of a capture, for the agent."""
    return {
        "network": status.network,
        "host": status.host,
        "snap_bytes": status.snap_bytes,
        "limit_bytes": status.limit_bytes,
    }


class LocalCapture(Capture):
    """A capture over a connection to the agent. ``receive`` reads one answer from it."""

    def __init__(self, connection: socket.socket, receive: _Receive) -> None:
        self._connection = connection
        self._receive = receive
        self._last: CaptureStatus | None = None

    def status(self) -> CaptureStatus:
        """See `Capture.status`."""
        return self._last or self._ask("status")

    def stop(self) -> CaptureStatus:
        """See `Capture.stop`."""
        if self._last is None:
            try:
                self._last = self._ask("stop")
            finally:
                self._connection.close()
        return self._last

    def fileno(self) -> int:
        """Readable once the sandbox has ended."""
        return self._connection.fileno()

    def _ask(self, what: str) -> CaptureStatus:
        try:
            self._connection.send(msgspec.json.encode({"capture": what}))
        except OSError as error:
            raise SandboxGoneError("the sandbox has ended, and the capture with it") from error
        return msgspec.convert(self._receive(self._connection)[0], CaptureStatus)
