"""What of ours is on this machine: for tests that must leave nothing, and for `doctor`.

Everything that a sandbox makes hangs on one process, its agent, whose command line names
the sandbox's state directory. What has subordinate ids but no living agent above it, what
is mounted below a state directory, what holds a namespace from outside: all that is a leak.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bachang.fabric import _state
from bachang.fabric._launch import MARK, subordinate_ids

_POLL_S = 0.02
_NAMESPACE = re.compile(r"(net|mnt|pid|user|uts|ipc):\[\d+\]")


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
    found += _mounts(home) + _cgroups(home) + _held_namespaces()
    return found


def wait_clean(
    state_home: Path | None = None,
    *,
    limit_s: float = 2.0,
    clock: Callable[[], float] = time.monotonic,
) -> list[str]:
    """What is left after at most ``limit_s``: nothing, if all is well."""
    deadline = clock() + limit_s
    while (left := inventory(state_home)) and clock() < deadline:
        time.sleep(_POLL_S)
    return left


def agents(state_home: Path | None = None) -> dict[int, str]:
    """Pids of living agents below ``state_home`` and the names of their sandboxes."""
    home = str(state_home or _state.home())
    return {
        one.pid: os.path.basename(one.command[-1])
        for one in _processes().values()
        if MARK in one.command and os.path.dirname(one.command[-1]) == home
    }


def family(pid: int) -> set[int]:
    """A process and all of its descendants."""
    processes = _processes()
    return {one.pid for one in processes.values() if pid in _ancestors(one, processes)}


def _living(processes: dict[int, _Process], home: Path) -> list[str]:
    ours = agents(home)
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
    heads = {one.pid for one in processes.values() if MARK in one.command}
    return [
        f"stray process {one.pid} ({one.name}) of user {one.uid}"
        for one in processes.values()
        if given.first <= one.uid < given.first + given.count
        and not heads & set(_ancestors(one, processes))
    ]


def _mounts(home: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4] for line in lines]
    return [f"mount {point}" for point in points if point.startswith(str(home))]


def _cgroups(home: Path) -> list[str]:
    """Control groups carry the name of their sandbox's directory."""
    names = {path.name for path in home.glob("*")}
    return [
        f"control group {place}/{name}"
        for place, folders, _ in os.walk("/sys/fs/cgroup")  # others come and go meanwhile
        for name in folders
        if name.startswith("bachang-") and name[8:].rpartition("-")[0] in names
    ]


def _held_namespaces() -> list[str]:
    """Namespaces that this very process holds open."""
    lines = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if _NAMESPACE.fullmatch(target):
            lines.append(f"descriptor {name} holds {target}")
    return lines


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
        fields = Path(f"/proc/{pid}/status").read_text().splitlines()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None
    values = dict(line.split(":", 1) for line in fields if ":" in line)
    if values["State"].split()[0] in "ZX":
        return None
    return _Process(
        pid=pid,
        parent=int(values["PPid"]),
        uid=int(values["Uid"].split()[0]),
        name=values["Name"].strip(),
        command=tuple(word.decode(errors="replace") for word in command.split(b"\0") if word),
    )
