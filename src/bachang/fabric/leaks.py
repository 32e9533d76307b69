"""What of ours is on this machine: for tests that must leave nothing.

Everything that a sandbox makes hangs on one process, its agent, whose command line names
the sandbox's state directory; when pid 1 of its namespaces dies, the kernel ends the rest.
So these are leaks: processes with subordinate ids and no living agent above them; doors and
control groups of agents that are gone; mounts and files below the state directory; and what
keeps a namespace, with its links, from outside: a descriptor of it, or a socket that was
born in it. An ordinary account can make no link in the machine's own network namespace, and
no name for a namespace; `surroundings` is for comparing all the same.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import stat
import struct
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from bachang.fabric import _state
from bachang.fabric._assignment import MARK
from bachang.fabric._fork_server import AGENTS, ZYGOTES, Server
from bachang.fabric._launch import subordinate_ids

_POLL_S = 0.02
_NAMESPACE = re.compile(r"(net|mnt|pid|user|uts|ipc|cgroup|time):\[\d+\]")
_GROUP = re.compile(r"bachang-(.+)-[0-9a-z]{8}")
_STATUS = re.compile(
    rb"Name:\t(?P<name>[^\n]*)\n.*?State:\t(?P<state>.).*?PPid:\t(?P<parent>\d+).*?Uid:\t(?P<uid>\d+)",
    re.DOTALL,
)
_GROUPS = Path("/sys/fs/cgroup")
_NETWORK_COOKIE = 71
"""SO_NETNS_COOKIE (Linux 5.14), for which Python has no name."""
_LISTENING = 0x10000
"""SO_ACCEPTCON, among the flags in /proc/net/unix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    pid: int
    parent: int
    uid: int
    name: str
    command: tuple[str, ...] = field(default=())


def inventory(state_home: Path | None = None) -> list[str]:
    """One line for each thing of sandboxes that live below ``state_home``, and each stray.

    Args:
        state_home: Directory of sandboxes; the caller's own if not given.
    """
    home = state_home or _state.home()
    processes = _processes()
    found = [f"directory {path}" for path in sorted(home.glob("*"))]
    found += _living(processes, home) + _strays(processes)
    found += _mounts(home) + _cgroups(processes, home) + _doors(processes)
    found += _waiting(processes) + _held_namespaces(processes) + _held_sockets()
    return found


def surroundings() -> set[str]:
    """What no sandbox may change: links of the machine, and names for namespaces."""
    links = {f"interface {name}" for name in os.listdir("/sys/class/net")}
    mounts = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return links | {f"namespace at {words[4]}" for words in mounts if "nsfs" in words[6:]}


def wait_clean(
    state_home: Path | None = None,
    *,
    limit_s: float = 2.0,
    besides: Collection[str] = (),
    clock: Callable[[], float] = time.monotonic,
) -> list[str]:
    """What is left after at most ``limit_s``: nothing, if all is well.

    Args:
        state_home: As for `inventory`.
        limit_s: Seconds.
        besides: Lines of an earlier `inventory`, which are others' or another run's.
        clock: Seconds, monotonic.
    """
    deadline = clock() + limit_s
    while (left := _new(state_home, besides)) and clock() < deadline:
        time.sleep(_POLL_S)
    return left


def _new(state_home: Path | None, besides: Collection[str]) -> list[str]:
    return [line for line in inventory(state_home) if line not in besides]


def agents(state_home: Path | None = None) -> dict[int, str]:
    """Pids of living agents below ``state_home`` and the names of their sandboxes."""
    return _agents(_processes(), state_home or _state.home())


def _agents(processes: dict[int, _Process], home: Path) -> dict[int, str]:
    return {
        one.pid: os.path.basename(one.command[-1])
        for one in processes.values()
        if MARK in one.command and os.path.dirname(one.command[-1]) == str(home)
    }


def fork_servers(client: int, kind: Server = AGENTS) -> list[int]:
    """Pids of the processes that a client has its agents, or zygotes, forked from: one at most."""
    return [
        pid
        for pid, one in _processes().items()
        if one.parent == client and kind.name in one.command
    ]


def family(pid: int) -> set[int]:
    """A process and all of its descendants."""
    processes = _processes()
    return {one.pid for one in processes.values() if pid in _ancestors(one, processes)}


def _living(processes: dict[int, _Process], home: Path) -> list[str]:
    ours = _agents(processes, home)
    lines = []
    for one in processes.values():
        for agent in set(_ancestors(one, processes)) & set(ours):
            lines.append(f"process {one.pid} ({one.name}) of sandbox {ours[agent]}")
    return lines


def _strays(processes: dict[int, _Process]) -> list[str]:
    """Processes with our ids that no living agent of anybody's answers for."""
    given = subordinate_ids("/etc/subuid")
    if given is None:
        return []
    heads = _heads(processes)
    return [
        f"stray process {one.pid} ({one.name}) of user {one.uid}"
        for one in processes.values()
        if given.first <= one.uid < given.first + given.count
        and not heads & set(_ancestors(one, processes))
    ]


def _heads(processes: dict[int, _Process]) -> set[int]:
    """Pids of all living agents, whoever's."""
    return {one.pid for one in processes.values() if MARK in one.command}


def _waiting(processes: dict[int, _Process]) -> list[str]:
    """What this process's fork servers have forked and no sandbox has taken in."""
    servers = {
        one.pid
        for one in processes.values()
        if one.parent == os.getpid() and {AGENTS.name, ZYGOTES.name} & {*one.command}
    }
    return [
        f"process {one.pid} ({one.name}), which no sandbox has taken in"
        for one in processes.values()
        if one.parent in servers
    ]


def _mounts(home: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4] for line in lines]
    return [f"mount {point}" for point in points if point.startswith(str(home))]


def _cgroups(processes: dict[int, _Process], home: Path) -> list[str]:
    """Groups of sandboxes below ``home``, and those that no living agent answers for."""
    others = {_directory(one).name for one in processes.values() if MARK in one.command}
    others -= {path.name for path in home.glob("*")}
    return [
        f"control group {place}/{name}"
        for place, folders, _ in os.walk(_GROUPS)  # others come and go meanwhile
        for name in folders
        if (marked := _GROUP.fullmatch(name)) and marked[1] not in others
    ]


def _doors(processes: dict[int, _Process]) -> list[str]:
    """Sockets of agents on which somebody listens, above the number of agents."""
    entries = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    doors = sum(
        words[-1].endswith(f"/{_state.SOCKET}") and bool(int(words[3], 16) & _LISTENING)
        for words in entries
    )
    living = len({_directory(one) for one in processes.values() if MARK in one.command})
    return [f"{doors - living} sockets of agents that are gone"] if doors > living else []


def _directory(agent: _Process) -> Path:
    return Path(agent.command[-1])


def _held_namespaces(processes: dict[int, _Process]) -> list[str]:
    """Namespaces that this process or one below it, but no sandbox's, holds open."""
    lines = []
    heads = _heads(processes)
    for one in processes.values():
        above = set(_ancestors(one, processes))
        if os.getpid() not in above or heads & above:
            continue
        with contextlib.suppress(OSError):  # it ended, or is not ours to look into
            for name in os.listdir(f"/proc/{one.pid}/fd"):
                with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                    target = os.readlink(f"/proc/{one.pid}/fd/{name}")
                    if _NAMESPACE.fullmatch(target):
                        lines.append(f"descriptor {name} of {one.pid} holds {target}")
    return lines


def _held_sockets() -> list[str]:
    """Sockets of this very process that were born in another network namespace."""
    lines = []
    with socket.socket() as here:
        home = _cookie(here)
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as one:
                if (cookie := _cookie(one)) != home:
                    lines.append(f"socket {name} holds network namespace {cookie}")
    return lines


def _cookie(one: socket.socket) -> int:
    """Of the network namespace that a socket was born in; 0 where the kernel does not say."""
    try:
        found = one.getsockopt(socket.SOL_SOCKET, _NETWORK_COOKIE, 8)
    except OSError:
        return 0
    return int(struct.unpack("Q", found)[0])


def _ancestors(one: _Process, processes: dict[int, _Process]) -> list[int]:
    """Its own pid and those above it."""
    line = [one.pid]
    while (above := processes.get(line[-1])) and above.parent and above.parent not in line:
        line.append(above.parent)
    return line


def _processes() -> dict[int, _Process]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (one := _process(int(entry))):
            found[one.pid] = one
    return found


def _process(pid: int) -> _Process | None:
    try:
        status = _STATUS.match(_read(f"/proc/{pid}/status"))
        command = _read(f"/proc/{pid}/cmdline")
    except OSError:
        return None
    if status is None or status["state"] in b"ZX":
        return None
    return _Process(
        pid=pid,
        parent=int(status["parent"]),
        uid=int(status["uid"]),
        name=status["name"].decode(errors="replace"),
        command=tuple(word.decode(errors="replace") for word in command.split(b"\0") if word),
    )


def _read(path: str) -> bytes:
    """All of a file of /proc: there are hundreds, and tests read them again and again."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(lambda: os.read(descriptor, 1 << 16), b""))
    finally:
        os.close(descriptor)
