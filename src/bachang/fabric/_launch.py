"""Starting an agent: the client's side.

The agent cannot map its own ids: newuidmap and newgidmap must be run from outside, on its
word. The client stays at the other end of the status socket until the sandbox is up, and
ends the agent if it is interrupted itself.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bachang.fabric._assignment import Assignment
from bachang.fabric._contract import (
    FabricError,
    MachineError,
    PlatformError,
    SandboxError,
    WorldError,
)
from bachang.fabric._first_hosts import write_requests
from bachang.fabric._scarcity import (
    explain,
    explain_killed,
    explain_last_words,
    killed_for_memory,
)
from bachang.fabric._state import LOG, OUTPUT, StateDirectory

_ERRORS: dict[str, type[FabricError]] = {
    one.__name__: one for one in (MachineError, WorldError, SandboxError, PlatformError)
}
_PACKET_BYTES = 1 << 16
_MOST_IDS = 65_535
_SLACK_S = 15.0
MARK = "bachang-agent"
"""Stands on an agent's command line, before its state directory: only what is marked is ours."""
_WORDS = 600
_OUTPUT_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class SubordinateIds:
    """A range of ids that the caller may map, from /etc/subuid or /etc/subgid."""

    first: int
    count: int


def subordinate_ids(file: str) -> SubordinateIds | None:
    """The caller's largest range in ``/etc/subuid`` or ``/etc/subgid``."""
    names = {str(os.getuid())}
    with contextlib.suppress(KeyError, OSError):
        names.add(getpass.getuser())
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    ranges = []
    for line in lines:
        owner, _, rest = line.partition(":")
        first, _, count = rest.partition(":")
        if owner in names and first.isdigit() and count.isdigit():
            ranges.append(SubordinateIds(first=int(first), count=int(count)))
    return max(ranges, key=lambda one: one.count, default=None)


def enough_ids() -> bool:
    """May the caller map all the ids that ordinary users in hosts need?"""
    found = [subordinate_ids(file) for file in ("/etc/subuid", "/etc/subgid")]
    tools = [shutil.which(tool) for tool in ("newuidmap", "newgidmap")]
    return all(tools) and all(one and one.count >= _MOST_IDS for one in found)


def new_sandbox_id(name: str) -> str:
    """A sandbox's unique id."""
    return f"{name}-{secrets.token_hex(4)}"


def launch(directory: StateDirectory, assignment: Assignment, lock: int) -> socket.socket | None:
    """Start the agent and wait until its sandbox is up.

    Returns:
        If the sandbox is to end with its client: the socket with which it ends.

    Raises:
        FabricError: it is not, and nothing of it is left but the directory.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with contextlib.ExitStack() as opened:
        opened.enter_context(ours)
        with theirs:
            try:
                process = _start(directory, assignment, lock, theirs)
            except OSError as error:
                words = explain(error.errno or 0, place=directory.path) or error.strerror
                raise MachineError(f"the agent cannot be started: {words}") from error
        deadline = time.monotonic() + assignment.ready_timeout_s + _SLACK_S
        watcher = _Watcher(ours, process, directory, deadline)
        try:
            watcher.wait()
        except OSError as error:  # of this side: the tools that map ids, say
            watcher.kill()
            words = explain(error.errno or 0, place=directory.path) or str(error)
            raise MachineError(f"the agent cannot be helped to start: {words}") from error
        except BaseException:
            watcher.kill()
            raise
        if not assignment.ends_with_client:
            return None
        opened.pop_all()
        return ours


def _start(
    directory: StateDirectory, assignment: Assignment, lock: int, status: socket.socket
) -> subprocess.Popen[bytes]:
    path = directory.path
    log = os.open(path / LOG, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    output = os.open(path / OUTPUT, _OUTPUT_FLAGS, 0o600)
    door = directory.listen()
    try:
        with _memory("assignment") as task, _memory("first-hosts") as first:
            given = [status.fileno(), task.fileno(), door.fileno(), log, lock, first.fileno()]
            process = _exec_agent(given, output, path, assignment)
            try:
                _hand_over(assignment, task, first)
            except BaseException:
                process.kill()
                process.wait()
                raise
            return process
    finally:
        door.close()
        for descriptor in (log, output):
            os.close(descriptor)


def _memory(name: str) -> BinaryIO:
    return open(os.memfd_create(name, os.MFD_CLOEXEC), "w+b")


def _hand_over(assignment: Assignment, task: BinaryIO, first: BinaryIO) -> None:
    """Write what is read once ids are mapped: until then the agent's Python has to start."""
    asked_for = write_requests(
        first,
        assignment.world,
        single_id=assignment.single_id,
        grouped=bool(assignment.groups),
    )
    task.write(msgspec.json.encode(replace(assignment, asked_for=asked_for)))
    task.seek(0)


def _exec_agent(
    given: list[int], output: int, path: Path, assignment: Assignment
) -> subprocess.Popen[bytes]:
    """The agent gets ``given`` as descriptors 3, 4, …: put there by a line of Python."""
    package = str(Path(__file__).parents[2])
    single = "single" if assignment.single_id else ""
    early = [sys.prefix, sys.exec_prefix, assignment.spawner, assignment.scratch, single]
    lifted = [os.dup(descriptor) for descriptor in given]
    # Its own folders of packages are ours, so it need not look for them (-S: 3 ms).
    packages = [path for path in sys.path if path.endswith("-packages")]
    program = [sys.executable, "-S", "-s", "-P", "-B", "-c", _BOOT]
    try:
        return subprocess.Popen(
            [*program, *map(str, lifted), *early, MARK, str(path)],
            env={
                "PATH": os.defpath,
                "PYTHONPATH": os.pathsep.join([package, *packages]),
                "LANG": "C.UTF-8",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            pass_fds=lifted,
            start_new_session=True,
        )
    finally:
        for descriptor in lifted:
            os.close(descriptor)


# An agent needs more than this much memory. It is asked for first, and given back, because
# Python 3.11 may go round for ever where none is left amid an import.
_BOOT = """\
bytes(10 << 20)
import fcntl, os, sys
given = [fcntl.fcntl(int(one), fcntl.F_DUPFD, len(sys.argv)) for one in sys.argv[1:-7]]
for number, descriptor in enumerate(given, 3):
    os.dup2(descriptor, number)
os.closerange(3 + len(given), 4096)
sys.prefix, sys.exec_prefix, spawner, scratch, single = sys.argv[-7:-2]
del sys.argv[1:]
from bachang.fabric._agent._boot import boot
boot(spawner, scratch, single_id=bool(single))
"""


class _Watcher:
    """Follows an agent from its start until it is ready."""

    def __init__(
        self,
        status: socket.socket,
        process: subprocess.Popen[bytes],
        directory: StateDirectory,
        deadline: float,
    ) -> None:
        self._status = status
        self._process = process
        self._directory = directory
        self._deadline = deadline
        self._agent: int | None = None
        self._killed_before = killed_for_memory()

    def wait(self) -> None:
        """Return when the sandbox is up.

        Raises:
            FabricError: it will not be.
        """
        while True:
            packet = self._next()
            if "map" in packet:
                map_ids(packet["map"])
                with contextlib.suppress(ConnectionError):  # the next packet is then missing
                    self._status.send(b"mapped")
            elif "agent" in packet:
                self._agent = os.pidfd_open(packet["agent"])
                self._process.wait()
            elif "ready" in packet:
                self._close()
                return
            elif "error" in packet:
                kind = _ERRORS.get(packet["error"]["kind"], PlatformError)
                raise self._refusal(kind, packet["error"]["message"])

    def kill(self) -> None:
        """End the agent and everything below it, and wait for that."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._agent is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._agent, signal.SIGKILL)
            select.select([self._agent], [], [], _SLACK_S)
            self._close()

    def _close(self) -> None:
        if self._agent is not None:
            os.close(self._agent)
            self._agent = None

    def _next(self) -> dict[str, Any]:
        self._status.settimeout(max(0.0, self._deadline - time.monotonic()))
        try:
            data = self._status.recv(_PACKET_BYTES)
        except (TimeoutError, BlockingIOError):  # of a time of 0, too
            raise PlatformError("the agent does not answer; it was ended") from None
        except ConnectionError:
            data = b""
        if not data:
            raise self._refusal(PlatformError, "the agent ended while it deployed")
        return msgspec.json.decode(data, type=dict[str, Any])

    def _refusal(self, kind: type[FabricError], message: str) -> FabricError:
        """The error to raise: often the machine's, whoever met it first."""
        words = self._last_words()
        if kind is PlatformError and killed_for_memory() > self._killed_before:
            return MachineError(f"{message}: {explain_killed()}")
        # What a scenario's own service says is about the host's limits, not the machine's.
        said = words if kind is WorldError else f"{message} {words}"
        scarce = explain_last_words(said, place=self._directory.path)
        if scarce and scarce not in message:
            return MachineError(f"{message}: {scarce}")
        last = f"; it said: {words}" if words and kind is PlatformError else ""
        return kind(message + last)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return (self._directory.path / OUTPUT).read_text(errors="replace")[-_WORDS:].strip()
        return ""


def map_ids(pid: int) -> None:
    """Map 0 of the agent's namespace to the caller, and 1 and up to subordinate ids.

    With one id only there is no tool to ask: a process may map its own id itself.

    Raises:
        MachineError: the machine does not allow it.
    """
    if not enough_ids():
        _map_single(pid)
        return
    running = [
        _start_mapping("newuidmap", pid, os.getuid(), "/etc/subuid"),
        _start_mapping("newgidmap", pid, os.getgid(), "/etc/subgid"),
    ]
    for tool in running:
        _, words = tool.communicate()
        if tool.returncode:
            raise MachineError(
                f"ids cannot be mapped: {words.decode(errors='replace').strip()}. "
                "`bachang doctor` says what is missing"
            )


def _start_mapping(tool: str, pid: int, own: int, file: str) -> subprocess.Popen[bytes]:
    given = subordinate_ids(file)
    first = str(given.first) if given else "0"
    words = [tool, str(pid), "0", str(own), "1", "1", first, str(_MOST_IDS)]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _map_single(pid: int) -> None:
    process = Path("/proc") / str(pid)
    try:
        (process / "setgroups").write_text("deny")
        (process / "uid_map").write_text(f"0 {os.getuid()} 1\n")
        (process / "gid_map").write_text(f"0 {os.getgid()} 1\n")
    except OSError as error:
        raise MachineError(f"not even one id can be mapped: {error.strerror}") from error
