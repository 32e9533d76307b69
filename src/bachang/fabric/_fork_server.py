"""Fork servers: the client's side.

An agent is Python, and importing what it needs takes longer than all else of a small sandbox. So
each client has one process that has it all imported and forks an agent for each sandbox: with the
same pages of memory for all. It knows no sandbox, holds nothing of one, and ends with its client.
Another one does the same for zygotes: what runs in a host shares no page with an agent.
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
from dataclasses import dataclass
from pathlib import Path

from bachang.fabric._native import FORKS
from bachang.fabric._zygote_wire import ENVIRONMENT, TITLE_ROOM

_PACKAGE = str(Path(__file__).parents[2])
_PATH_ROOM = 4096
"""As long as a path may be."""
_NOT_STANDARD = 3

# What is forked needs more than this much memory. It is asked for first, and given back, because
# Python 3.11 may go round for ever where none is left amid an import.
_BEGIN = "bytes(10 << 20); import sys; "


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A program that forks."""

    name: str
    """Stands on its command line."""
    options: tuple[str, ...]
    """Python's."""
    boot: str
    """What Python runs; its first argument is the descriptor of the requests."""
    arguments: tuple[str, ...]
    """The further ones."""
    environment: dict[str, str]
    """All of it."""
    room: int
    """Characters on its command line for the words of what is forked."""


# Its own folders of packages are ours, so Python need not look for them (-S).
AGENTS = Server(
    name="bachang-fork-server",
    options=("-S", "-s", "-P", "-B"),
    boot=_BEGIN + "sys.prefix, sys.exec_prefix = sys.argv[2:4]\n"
    "from bachang.fabric._agent._fork_server import serve; serve(int(sys.argv[1]))",
    arguments=(sys.prefix, sys.exec_prefix),
    environment={
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(
            [_PACKAGE, *(path for path in sys.path if path.endswith("-packages"))]
        ),
        "LANG": "C.UTF-8",
    },
    room=_PATH_ROOM,
)
ZYGOTES = Server(
    name="bachang-zygote-server",
    options=("-s", "-P", "-B"),
    boot=_BEGIN + "from bachang.fabric._zygote_server import serve; serve(*sys.argv[1:3])",
    arguments=(str(FORKS),),
    environment=ENVIRONMENT,
    room=TITLE_ROOM,
)


class Running:
    """One process, which ends when nobody holds this object any more."""

    def __init__(self, server: Server) -> None:
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as undo:
            # Not one of the standard descriptors, which the client may have begun without.
            given = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD_CLOEXEC, _NOT_STANDARD)
            undo.enter_context(self.channel)
            self.said = os.memfd_create("fork-server", os.MFD_CLOEXEC)
            undo.callback(os.close, self.said)
            try:
                process = _start(server, given, self.said)
            finally:
                os.close(given)
            undo.pop_all()
        self.end = weakref.finalize(self, _end, os.getpid(), self.channel, process, self.said)

    def last_words(self) -> str:
        """What it said of itself."""
        return os.pread(self.said, os.fstat(self.said).st_size, 0).decode(errors="replace")


class ForkServer:
    """Forks from one process that is started when it is first wanted, and when it died."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._running: Running | None = None
        # A fork of the client waits for a start, or it would keep ends that nobody knows yet.
        self._starting = threading.RLock()
        os.register_at_fork(
            before=self._starting.acquire,
            after_in_parent=self._starting.release,
            after_in_child=self._begin_anew,
        )

    def begin(self) -> None:
        """Start it, if it does not run: it gets ready while the caller goes on.

        Raises:
            OSError: the machine is short of something.
        """
        with self._lock:
            self._ready()

    def fork(self, packet: bytes, descriptors: list[int]) -> Running:
        """Ask for a process; what becomes of it, it says itself.

        Args:
            packet: What it needs to know at once; not empty.
            descriptors: It gets copies, by the numbers from 3 up, but for the last one: that is
                a file for what it says to nobody.

        Returns:
            Whom it was asked of.

        Raises:
            OSError: the machine is short of something.
        """
        with self._lock:
            try:
                socket.send_fds(self._ready().channel, [packet], descriptors)
            except ConnectionError:
                self._forget()  # it died since it was last asked
                with contextlib.suppress(ConnectionError):  # again: whoever waits sees the end
                    socket.send_fds(self._ready().channel, [packet], descriptors)
            return self._ready()

    def end(self, one: Running | None = None) -> None:
        """End it; what it has forked lives on, and the next that is asked for gets a new one.

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

    def _begin_anew(self) -> None:
        """In a fork of the client: it has none yet, and no thread that could hold the lock."""
        self._starting.release()
        self._lock = threading.Lock()
        self._forget()

    def _ready(self) -> Running:
        with self._starting:
            if self._running is None:
                self._running = Running(self._server)
            return self._running

    def _forget(self) -> None:
        if self._running:
            self._running.end()
            self._running = None


agents = ForkServer(AGENTS)
"""This process's own, for `bachang.fabric._launch`."""
zygotes = ForkServer(ZYGOTES)
"""The other."""


def _start(server: Server, channel: int, said: int) -> subprocess.Popen[bytes]:
    program = [sys.executable, *server.options, "-c", server.boot, str(channel)]
    return subprocess.Popen(
        [*program, *server.arguments, server.name, " " * server.room],
        env=server.environment,
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
