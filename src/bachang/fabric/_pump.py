"""Feeding a program and reading it to its end, with bounds on time and output."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Callable

from bachang.fabric._contract import ExecResult

_CHUNK = 1 << 16
_GRACE_S = 0.2
"""How long output is read on after the program has ended: what it left behind in the
background may hold its streams for ever."""


class _Output:
    """One output stream; keeps at most ``limit`` bytes and throws the rest away."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.kept = bytearray()
        self.truncated = False

    def take(self, data: bytes) -> None:
        room = self._limit - len(self.kept)
        self.kept += data[:room]
        self.truncated = self.truncated or len(data) > room


def pump(
    control: socket.socket,
    streams: list[int],
    *,
    stdin: bytes,
    timeout_s: float,
    limit_bytes: int,
    end: Callable[[], int],
) -> ExecResult:
    """Run the streams of a program to its end; closes them.

    Args:
        control: Readable when the program has ended; a packet to it kills the program.
        streams: Its standard input (write end), output and error (read ends).
        stdin: What to feed.
        timeout_s: After so long the program is killed.
        limit_bytes: Most that is kept of each output.
        end: Reads the program's status from ``control``.
    """
    began = time.monotonic()
    deadline = began + timeout_s
    outputs = {streams[1]: _Output(limit_bytes), streams[2]: _Output(limit_bytes)}
    stdout, stderr = outputs.values()
    feed = _Feed(streams[0], stdin)
    open_streams = set(outputs)
    status: int | None = None
    timed_out = False
    try:
        while status is None or open_streams:
            waiting = [*open_streams, *([control.fileno()] if status is None else [])]
            left = deadline - time.monotonic()
            readable, writable = _wait(waiting, feed.wanted(), left)
            if not readable and not writable and left <= 0:
                if status is not None or timed_out:
                    break
                timed_out, deadline = True, time.monotonic() + _GRACE_S
                with contextlib.suppress(ConnectionError):  # the status tells
                    control.send(b'{"kill":true}')
            if control.fileno() in readable:
                status = end()
                deadline = min(deadline, time.monotonic() + _GRACE_S)
            for descriptor in open_streams & readable:
                if not (data := os.read(descriptor, _CHUNK)):
                    open_streams = open_streams - {descriptor}
                outputs[descriptor].take(data)
            if writable:
                feed.write()
        if status is None:
            status = end()
    finally:
        feed.close()
        for descriptor in outputs:
            os.close(descriptor)
    return ExecResult(
        status=status,
        stdout=bytes(stdout.kept),
        stderr=bytes(stderr.kept),
        timed_out=timed_out,
        truncated=stdout.truncated or stderr.truncated,
        duration_s=time.monotonic() - began,
    )


def _wait(to_read: list[int], to_write: list[int], left_s: float) -> tuple[set[int], bool]:
    """What can be read, and whether something can be written (any descriptor number)."""
    poll = select.poll()
    for descriptor in to_read:
        poll.register(descriptor, select.POLLIN)
    for descriptor in to_write:
        poll.register(descriptor, select.POLLOUT)
    ready = {descriptor for descriptor, _ in poll.poll(max(0.0, left_s) * 1000)}
    return ready & set(to_read), bool(ready & set(to_write))


class _Feed:
    """Standard input of a program, which may stop reading at any time."""

    def __init__(self, descriptor: int, content: bytes) -> None:
        self._descriptor: int | None = descriptor
        self._left = memoryview(content)
        os.set_blocking(descriptor, False)
        if not content:
            self.close()

    def wanted(self) -> list[int]:
        return [] if self._descriptor is None else [self._descriptor]

    def write(self) -> None:
        if self._descriptor is None:
            return
        with contextlib.suppress(BlockingIOError):
            try:
                self._left = self._left[os.write(self._descriptor, self._left[:_CHUNK]) :]
            except BrokenPipeError:
                self._left = self._left[len(self._left) :]
        if not self._left:
            self.close()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
