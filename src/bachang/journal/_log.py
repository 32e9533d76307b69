"""A sandbox's own log: what its agent writes, and what is read when the agent has gone.

The log is written through a descriptor that was opened before the agent was isolated.
`EventLog.append` numbers an event and keeps it in memory; `EventLog.flush` hands all of
them to the kernel in one write (they survive a kill -9 of the agent from then on);
`EventLog.sync` also brings them to the disk. Nothing may be acknowledged before `sync`.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from bachang.journal._codec import decode, encode
from bachang.journal._error import LogError
from bachang.journal._event import Event

_PIECE_BYTES = 1 << 20
"""Read at a time; no event is as long."""


class EventLog:
    """Appender and reader of one sandbox's log. Not for more than one thread.

    The descriptor must be open for reading and writing; the log is continued after its
    last whole line (a torn one is cut off).
    """

    def __init__(self, descriptor: int, *, sandbox: str, wall_clock: Callable[[], float]) -> None:
        self.sandbox = sandbox
        self.epoch = 0
        self._descriptor = descriptor
        self._wall_clock = wall_clock
        self._starts = array("Q")
        self._written = 0
        self._pending: list[bytes] = []
        self._continue()

    @property
    def sequence(self) -> int:
        """Number of the last event; 0 for an empty log."""
        return len(self._starts) + len(self._pending)

    @property
    def size(self) -> int:
        """Bytes that were written."""
        return self._written

    def begin_epoch(self) -> int:
        """Later events belong to the next epoch; returns it."""
        self.epoch += 1
        return self.epoch

    def append(
        self,
        *,
        sandbox_time_s: float,
        actor: str,
        kind: str,
        subject: str,
        data: dict[str, Any] | None = None,
    ) -> Event:
        """Number an event and keep it for the next `flush` or `sync`."""
        event = Event(
            sandbox=self.sandbox,
            epoch=self.epoch,
            sequence=self.sequence + 1,
            wall_time_s=self._wall_clock(),
            sandbox_time_s=sandbox_time_s,
            actor=actor,
            kind=kind,
            subject=subject,
            data=data or {},
        )
        self._pending.append(encode(event))
        return event

    def flush(self) -> None:
        """Write what was appended, in one piece.

        Raises:
            LogError: the file cannot be written (full disk, …). The file ends with a whole
                line and the events wait in memory: call again once there is room.
        """
        content = b"".join(self._pending)
        try:
            _write_at(self._descriptor, content, self._written)
        except OSError as error:
            os.ftruncate(self._descriptor, self._written)
            raise LogError(
                f"cannot write the log of {self.sandbox}: {error.strerror}. "
                f"{len(self._pending)} events wait in memory; make room on its disk"
            ) from error
        for line in self._pending:
            self._starts.append(self._written)
            self._written += len(line)
        self._pending.clear()

    def sync(self) -> None:
        """`flush`, and return when the disk has it.

        Raises:
            LogError: as for `flush`, or the disk reports an error.
        """
        self.flush()
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise LogError(
                f"the disk did not take the log of {self.sandbox}: {error.strerror}. "
                "Check the disk; what was acknowledged before is safe"
            ) from error

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        """At most ``limit`` events with a sequence above ``after``, in order."""
        self.flush()
        last = min(len(self._starts), after + limit)
        if after >= last:
            return []
        start = self._starts[after]
        end = self._starts[last] if last < len(self._starts) else self._written
        content = _read_at(self._descriptor, start, end - start)
        return decode(content, source=f"log of {self.sandbox}", first_line=after + 1)[0]

    def _continue(self) -> None:
        content = _read_at(self._descriptor, 0, os.fstat(self._descriptor).st_size)
        events, self._written = decode(content, source=f"log of {self.sandbox}")
        os.ftruncate(self._descriptor, self._written)
        start = 0
        for line in content[: self._written].splitlines(keepends=True):
            self._starts.append(start)
            start += len(line)
        if events:
            self.epoch = events[-1].epoch


class LogFile:
    """The log of a sandbox, read from its file; its agent may have ended.

    What was read before is not read again: keep a `LogFile` to follow a log. It may be used
    from any thread.

    Args:
        path: The log; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._ends = array("Q")

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        """At most ``limit`` events with a sequence above ``after``, in order.

        Raises:
            CorruptLogError: one of these lines is damaged, and is not the torn last one.
        """
        try:
            with self.path.open("rb") as file, self._lock:
                self._index(file)
                last = min(len(self._ends), after + limit)
                start = self._ends[after - 1] if after else 0
                end = self._ends[last - 1] if last > after else start
                content = _read_at(file.fileno(), start, end - start)
        except (FileNotFoundError, IndexError):
            return []  # nothing was written yet, or nothing after that
        return decode(content, source=str(self.path), first_line=after + 1)[0]

    def _index(self, file: BinaryIO) -> None:
        """Find the ends of the lines that are new."""
        known = self._ends[-1] if self._ends else 0
        file.seek(known)
        for line in file:
            if not line.endswith(b"\n"):  # it is being written: its rest would come as a line
                break
            known += len(line)
            self._ends.append(known)


class LogTail:
    """The end of a log that grows, read with as few calls as can be. For one thread.

    The file stays open: a log that vanishes with its sandbox is still read to its end.

    Args:
        path: The log.
        after: Sequence of the last event that is known.
    """

    def __init__(self, path: Path, after: int = 0) -> None:
        self._source = str(path)
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._after = after
        self._offset = 0
        self._lines = 0

    def read(self) -> list[Event]:
        """What is new, in order.

        Raises:
            CorruptLogError: a line is damaged, and is not the torn last one.
        """
        found: list[Event] = []
        while content := os.pread(self._file, _PIECE_BYTES, self._offset):
            events, taken = decode(content, source=self._source, first_line=self._lines + 1)
            self._offset += taken
            self._lines += len(events)
            found += (event for event in events if event.sequence > self._after)
            if len(content) < _PIECE_BYTES or not taken:
                break
        if found:
            self._after = found[-1].sequence
        return found

    def close(self) -> None:
        """Read no more."""
        os.close(self._file)


def _write_at(descriptor: int, content: bytes, offset: int) -> None:
    """Write all of it; a short write is continued."""
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _read_at(descriptor: int, offset: int, length: int) -> bytes:
    pieces = []
    while length > 0 and (piece := os.pread(descriptor, length, offset)):
        pieces.append(piece)
        offset, length = offset + len(piece), length - len(piece)
    return b"".join(pieces)
