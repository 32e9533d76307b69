"""A sandbox's journal followed through its agent's door and its log."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bachang.fabric._contract import PlatformError, SandboxGoneError
from bachang.fabric._follower import Entry, Follower, News
from bachang.fabric._packets import receive
from bachang.journal import LogTail

_PACKET_BYTES = 1 << 21


class LocalFollower(Follower):
    """See `Follower`.

    Args:
        connection: To the agent, which was asked to be followed.
        log: The sandbox's log.
        after: Sequence of the last event that is known.
        error: Makes the error that an agent's refusal tells of.
    """

    def __init__(
        self,
        connection: socket.socket,
        log: Path,
        after: int,
        error: Callable[[dict[str, str]], Exception],
    ) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._log = LogTail(log, after)
        self._error = error

    def fileno(self) -> int:
        """See `Follower.fileno`."""
        return self._connection.fileno()

    def record(self, entries: Sequence[Entry]) -> None:
        """See `Follower.record`."""
        try:
            self._connection.send(msgspec.json.encode({"records": entries}))
        except BlockingIOError as error:
            raise PlatformError("the agent takes nothing in") from error
        except OSError as error:
            raise SandboxGoneError("the sandbox has ended") from error

    def read(self) -> News:
        """See `Follower.read`."""
        outcomes: list[list[int] | Exception] = []
        while packet := self._packet():
            told = msgspec.json.decode(packet)
            if "ok" in told:
                outcomes.append(told["result"] if told["ok"] else self._error(told["error"]))
        return News(events=self._log.read(), outcomes=outcomes, ended=packet is not None)

    def close(self) -> None:
        """See `Follower.close`."""
        self._connection.close()
        self._log.close()

    def _packet(self) -> bytes | None:
        """The next packet; nothing in it: the agent has ended; ``None``: there is none yet."""
        try:
            return receive(self._connection.recv, _PACKET_BYTES)
        except BlockingIOError:
            return None
