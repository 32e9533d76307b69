"""Starting an agent: the client's side.

The fork server makes it; it cannot map its own ids: newuidmap and newgidmap must be run from
outside, on its word. The client stays at the other end of the status socket until the sandbox
is up, and ends the agent if it is interrupted itself.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bachang.fabric._assignment import AgentRequest, Assignment
from bachang.fabric._contract import (
    FabricError,
    MachineError,
    PlatformError,
    SandboxError,
    WorldError,
)
from bachang.fabric._first_hosts import write_requests
from bachang.fabric._fork_server import Running, agents, zygotes
from bachang.fabric._packets import receive
from bachang.fabric._pidfd import ended
from bachang.fabric._preload import has_python
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
_WORDS = 600
_ENDED = "the agent ended while it deployed"


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
        deadline = time.monotonic() + assignment.ready_timeout_s + _SLACK_S
        watcher = _Watcher(ours, directory, deadline)
        try:
            with theirs:
                _start(directory, assignment, lock, theirs, watcher)
            watcher.wait()
        except OSError as error:  # of this side: the tools that map ids, say
            watcher.kill()
            words = explain(error.errno or 0, place=directory.path) or str(error)
            raise MachineError(f"the agent cannot be started: {words}") from error
        except BaseException:
            watcher.kill()
            raise
        watcher.close()
        if not assignment.ends_with_client:
            return None
        opened.pop_all()
        return ours


def _start(
    directory: StateDirectory,
    assignment: Assignment,
    lock: int,
    status: socket.socket,
    watcher: _Watcher,
) -> None:
    path = directory.path
    request = AgentRequest(
        directory=str(path),
        scratch=assignment.scratch,
        single_id=assignment.single_id,
    )
    with contextlib.ExitStack() as opened:
        log = _open(opened, path / LOG, os.O_RDWR | os.O_CREAT)
        output = _open(opened, path / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        door = opened.enter_context(directory.listen())
        task, first = (
            opened.enter_context(_memory(name)) for name in ("assignment", "first-hosts")
        )
        files = [status.fileno(), task.fileno(), door.fileno(), log, lock, first.fileno()]
        link = _link(opened) if has_python(assignment.world) else []
        packet = msgspec.json.encode(request)
        watcher.agents = agents.fork(packet, [*files, *link[:1], output])
        for end in link[1:]:
            with contextlib.suppress(OSError):  # the agent starts one by itself, or says why not
                watcher.zygotes = zygotes.fork(b"a zygote", [end, output])
        _hand_over(assignment, task, first)


def _link(opened: contextlib.ExitStack) -> list[int]:
    """The agent's end and the zygote's."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return [opened.enter_context(end).fileno() for end in ends]


def _open(opened: contextlib.ExitStack, path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    opened.callback(os.close, descriptor)
    return descriptor


def _memory(name: str) -> BinaryIO:
    return open(os.memfd_create(name, os.MFD_CLOEXEC), "w+b")


def _hand_over(assignment: Assignment, task: BinaryIO, first: BinaryIO) -> None:
    """Write what is read once ids are mapped, while the agent begins."""
    asked_for = write_requests(
        first,
        assignment.world,
        single_id=assignment.single_id,
        grouped=bool(assignment.groups),
    )
    task.write(msgspec.json.encode(replace(assignment, asked_for=asked_for)))
    task.seek(0)


class _Watcher:
    """Follows an agent from its start until it is ready."""

    def __init__(self, status: socket.socket, directory: StateDirectory, deadline: float) -> None:
        self._status = status
        self._directory = directory
        self._deadline = deadline
        self._pidfds: list[int] = []
        """Of the process that isolates itself, then of the agent, which is its child."""
        self._killed_before = killed_for_memory()
        self.agents: Running | None = None
        """Who forks it."""
        self.zygotes: Running | None = None
        """Who forks its zygote, if it has one."""

    def wait(self) -> None:
        """Return when the sandbox is up.

        Raises:
            FabricError: it will not be.
        """
        while True:
            packet = self._next()
            if "map" in packet:
                self._map(packet["map"])
                with contextlib.suppress(ConnectionError):  # the next packet is then missing
                    self._status.send(b"mapped")
            elif "ready" in packet:
                if not packet["forked"]:
                    zygotes.end(self.zygotes)  # it has not done what it is for
                return
            elif "error" in packet:
                kind = _ERRORS.get(packet["error"]["kind"], PlatformError)
                raise self._refusal(kind, packet["error"]["message"])

    def _map(self, pid: int) -> None:
        try:
            map_ids(pid)
        except MachineError:
            if ended(self._pidfds[-1]):  # which is why
                raise self._refusal(PlatformError, _ENDED) from None
            raise

    def kill(self) -> None:
        """End the agent and everything below it, also what is on its way, and wait for that."""
        with contextlib.suppress(OSError):  # whoever waits for ids sees the end
            self._status.shutdown(socket.SHUT_WR)
        self._deadline = time.monotonic() + _SLACK_S
        try:
            while True:
                self._kill_known()
                if not self._receive():
                    break
        except (TimeoutError, MachineError):
            pass  # whoever cannot be ended from here ends by itself, as the status socket is closed
        self._kill_known()
        self.close()

    def _kill_known(self) -> None:
        for process in self._pidfds:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, signal.SIGKILL)
            ended(process, within_s=_SLACK_S)

    def close(self) -> None:
        """Follow it no more."""
        while self._pidfds:
            os.close(self._pidfds.pop())

    def _next(self) -> dict[str, Any]:
        try:
            data = self._receive()
        except TimeoutError:
            if not self._pidfds:
                agents.end(self.agents)  # it is the fork server that does not answer
            raise PlatformError("the agent does not answer; it was ended") from None
        if not data:
            raise self._refusal(PlatformError, _ENDED)
        return msgspec.json.decode(data, type=dict[str, Any])

    def _receive(self) -> bytes:
        """A packet; empty at the end. Keeps the pidfd that came with it.

        Raises:
            TimeoutError: none came in time.
            MachineError: there is no room for its pidfd.
        """
        self._status.settimeout(max(0.0, self._deadline - time.monotonic()))
        try:
            data, pidfds, flags, _ = receive(
                socket.recv_fds, self._status, _PACKET_BYTES, 1, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:  # of a time of 0
            raise TimeoutError from None
        self._pidfds += pidfds
        if flags & socket.MSG_CTRUNC:
            raise MachineError(explain(errno.EMFILE) or "")
        return data

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
            words = (self._directory.path / OUTPUT).read_text(errors="replace")
            before = "" if self._pidfds else agents.last_words()
            return (words or before)[-_WORDS:].strip()
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
    wanted = (
        ("newuidmap", os.getuid(), "/etc/subuid"),
        ("newgidmap", os.getgid(), "/etc/subgid"),
    )
    with contextlib.ExitStack() as running:
        tools = [
            running.enter_context(_start_mapping(tool, pid, own, file))
            for tool, own, file in wanted
        ]
        for tool in tools:
            _, words = tool.communicate()
            if tool.returncode:
                raise MachineError(
                    f"ids cannot be mapped: {words.decode(errors='replace').strip()}. "
                    "`bachang doctor` says what is missing"
                )


def _start_mapping(tool: str, pid: int, own: int, file: str) -> subprocess.Popen[bytes]:
    # By number, as not all of these tools take a descriptor (shadow does from 4.14 on). Should the
    # process end first, the kernel gives its number away once it has counted through all others;
    # and who has it then gets ids only if this account has just made a namespace for it, and only
    # such as are this account's.
    given = subordinate_ids(file)
    first = str(given.first) if given else "0"
    words = [shutil.which(tool) or tool, str(pid), "0", str(own), "1", "1", first, str(_MOST_IDS)]
    # With a path, and descriptors that close by themselves, this is posix_spawn(3), which does not
    # wait beside the tool on its processor: both run at once.
    return subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, close_fds=False
    )


def _map_single(pid: int) -> None:
    process = Path("/proc") / str(pid)
    try:
        (process / "setgroups").write_text("deny")
        (process / "uid_map").write_text(f"0 {os.getuid()} 1\n")
        (process / "gid_map").write_text(f"0 {os.getgid()} 1\n")
    except OSError as error:
        raise MachineError(f"not even one id can be mapped: {error.strerror}") from error
