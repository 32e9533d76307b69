"""Where sandboxes keep their few files: one directory each, in the user's state directory.

``lock`` is held by the agent as long as it lives, so a directory whose lock is free is what
a dead agent has left; ``agent.sock`` is its door, ``events.log`` its journal, ``agent.log``
what went wrong, ``scratch`` an empty directory to mount on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from bachang.fabric._contract import MachineError, SandboxError
from bachang.fabric._scarcity import explain

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
SOCKET = "agent.sock"
LOG = "events.log"
OUTPUT = "agent.log"
_WHOLE = struct.pack("@hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
"""A lock of all of a file, as ``struct flock``: kind, whence, start, length (0: all), pid."""
_LOOK_S = 0.001
_RELEASE_S = 1.0
"""How long the kernel may take to let go of a dead agent's lock."""


def home() -> Path:
    """The directory of all of the caller's sandboxes."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "bachang" / "sandboxes"


def checked_name(name: str) -> str:
    """``name`` if a sandbox can be called so.

    Raises:
        SandboxError: it cannot.
    """
    if not _NAME.fullmatch(name):
        raise SandboxError(
            f"a sandbox cannot be called {name!r}: use 1 to 40 small letters, digits and dashes"
        )
    return name


class StateDirectory:
    """One sandbox's directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    @property
    def log(self) -> Path:
        """The sandbox's journal."""
        return self.path / LOG

    def claim(self) -> int:
        """Make the directory and take its lock; what a dead agent left is removed.

        Returns:
            The lock's descriptor, to be handed to the agent.

        Raises:
            SandboxError: a sandbox of that name lives.
            MachineError: the directory cannot be made.
        """
        try:
            return self._lock_and_sweep()
        except OSError as error:
            problem = self._unusable(error)
            with contextlib.suppress(OSError):  # not there, or in use
                self.path.rmdir()
            raise problem from error

    def _lock_and_sweep(self) -> int:
        lock = self._lock()
        try:
            try:
                self._sweep()
                (self.path / "scratch").mkdir(mode=0o700)
            except OSError as error:
                problem = self._unusable(error)
                self.remove()
                raise problem from error
        except BaseException:
            os.close(lock)
            raise
        return lock

    def _lock(self) -> int:
        """Make the directory and take its lock, again if somebody has removed it meanwhile."""
        while True:
            self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                lock = _open(self.path / "lock", os.O_CREAT)
                try:
                    self._take(lock)
                    if os.path.samestat(os.fstat(lock), os.stat(self.path / "lock")):
                        return lock
                except BaseException:
                    os.close(lock)
                    raise
                os.close(lock)

    def _unusable(self, error: OSError) -> MachineError:
        words = explain(error.errno or 0, place=self.path) or (
            f"{error.strerror}: set XDG_STATE_HOME to a directory of yours"
        )
        return MachineError(f"{self.path} cannot be used: {words}")

    def lives(self) -> bool:
        """Does an agent hold the lock?"""
        try:
            lock = _open(self.path / "lock")
        except OSError:
            return False
        try:
            # Only asked for: whoever took it to look would be in the way of who starts one.
            (kind,) = struct.unpack_from("@h", fcntl.fcntl(lock, fcntl.F_OFD_GETLK, _WHOLE))
        finally:
            os.close(lock)
        return bool(kind != fcntl.F_UNLCK)

    def remove(self) -> None:
        """Remove it, with the journal in it; its lock is the caller's."""
        shutil.rmtree(self.path, ignore_errors=True)

    def remove_dead(self) -> None:
        """The same once its agent has ended, unless the next sandbox of that name has it by now."""
        deadline = time.monotonic() + _RELEASE_S
        while True:
            try:
                lock = self._lock()
            except SandboxError:
                if time.monotonic() > deadline:
                    return
                time.sleep(_LOOK_S)
            else:
                break
        self.remove()
        os.close(lock)

    def listen(self) -> socket.socket:
        """The bound socket of the agent's door, not yet listening."""
        door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Linux gives a bound path the mode of its socket. The umask would do as well, but
        # belongs to the whole process, in which other threads may be deploying.
        os.fchmod(door.fileno(), 0o600)
        with self._short_path() as directory:
            door.bind(f"{directory}/{SOCKET}")
        return door

    def connect(self) -> socket.socket:
        """A connection to the agent.

        Raises:
            OSError: nobody answers.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with self._short_path() as directory:
                connection.connect(f"{directory}/{SOCKET}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def _short_path(self) -> Iterator[str]:
        """The directory by a name that fits into the 108 bytes of a socket's address."""
        descriptor = os.open(self.path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)

    def _take(self, lock: int) -> None:
        try:
            fcntl.fcntl(lock, fcntl.F_OFD_SETLK, _WHOLE)
        except BlockingIOError:
            raise SandboxError(
                f"a sandbox named {self.name} is running: use another name, or end it with "
                f"`bachang down {self.name}`"
            ) from None

    def _sweep(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()


def _open(lock: Path, flags: int = 0) -> int:
    return os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600)
