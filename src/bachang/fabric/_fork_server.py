"""The fork server of agents: the client's side.

An agent is Python, and importing what it needs takes longer than all else of a small sandbox. So
each client has one process that has it all imported and forks an agent for each sandbox: with the
same pages of memory for all. It knows no sandbox, holds nothing of one, and ends with its client.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import msgspec

from bachang.fabric._assignment import AgentRequest

NAME = "bachang-fork-server"
"""Stands on its command line."""
_ROOM = " " * 4096
"""Where an agent's command line gets its words: as long as a path may be."""
_NOT_STANDARD = 3

# An agent needs more than this much memory. It is asked for first, and given back, because
# Python 3.11 may go round for ever where none is left amid an import.
_BOOT = """\
bytes(10 << 20)
import sys
sys.prefix, sys.exec_prefix = sys.argv[2:4]
from bachang.fabric._agent._fork_server import serve
serve(int(sys.argv[1]))
"""


class Running:
    """One process, which ends when nobody holds this object any more."""

    def __init__(self) -> None:
        self.client = os.getpid()
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as undo:
            # Not one of the standard descriptors, which the client may have begun without.
            given = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD_CLOEXEC, _NOT_STANDARD)
            undo.enter_context(self.channel)
            self.said = os.memfd_create("fork-server", os.MFD_CLOEXEC)
            undo.callback(os.close, self.said)
            try:
                process = _start(given, self.said)
            finally:
                os.close(given)
            undo.pop_all()
        self.end = weakref.finalize(self, _end, self.client, self.channel, process, self.said)

    def last_words(self) -> str:
        """What it said of itself."""
        return os.pread(self.said, os.fstat(self.said).st_size, 0).decode(errors="replace")


class ForkServer:
    """Starts agents from one process that is started when it is first wanted, and when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Running | None = None

    def begin(self) -> None:
        """Start it, if it does not run: it gets ready while the caller goes on.

        Raises:
            OSError: the machine is short of something.
        """
        with self._lock:
            self._ready()

    def fork(self, request: AgentRequest, descriptors: list[int]) -> Running:
        """Ask for an agent; what becomes of it, it says itself (`bachang.fabric._launch`).

        Args:
            request: What it needs to know at once.
            descriptors: It gets copies: those of `bachang.fabric._assignment`, and a file for
                what it says to nobody.

        Returns:
            Whom it was asked of.

        Raises:
            OSError: the machine is short of something.
        """
        packet = msgspec.json.encode(request)
        with self._lock:
            try:
                socket.send_fds(self._ready().channel, [packet], descriptors)
            except ConnectionError:
                self._forget()  # it died since it was last asked
                with contextlib.suppress(ConnectionError):  # again: whoever waits sees the end
                    socket.send_fds(self._ready().channel, [packet], descriptors)
            return self._ready()

    def end(self, one: Running | None = None) -> None:
        """End it; agents live on, and the next that is asked for gets a new one.

        Args:
            one: Only if it is still this one.
        """
        with self._lock:
            if one in (None, self._running):
                self._forget()

    def last_words(self) -> str:
        """What it said of itself."""
        with self._lock:
            return self._running.last_words() if self._running else ""

    def _ready(self) -> Running:
        if self._running is None or self._running.client != os.getpid():
            self._running = Running()
        return self._running

    def _forget(self) -> None:
        if self._running:
            self._running.end()
            self._running = None


agents = ForkServer()
"""This process's own."""


def _start(channel: int, said: int) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[2])
    # Its own folders of packages are ours, so it need not look for them (-S).
    packages = [path for path in sys.path if path.endswith("-packages")]
    program = [sys.executable, "-S", "-s", "-P", "-B", "-c", _BOOT]
    return subprocess.Popen(
        [*program, str(channel), sys.prefix, sys.exec_prefix, NAME, _ROOM],
        env={
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join([package, *packages]),
            "LANG": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        cwd="/",
        pass_fds=[channel],
        start_new_session=True,
    )


def _end(client: int, channel: socket.socket, process: subprocess.Popen[bytes], said: int) -> None:
    channel.close()
    os.close(said)
    if client == os.getpid():  # and not a fork of it
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
    else:
        process.returncode = 0  # not ours to wait for
