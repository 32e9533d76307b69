"""Control groups: used where the caller may make some, and never needed.

Version 1 as it is found: below each of memory, pids and cpu a directory that belongs to
the caller. Version 2: the caller's own group, if systemd has delegated it (written after
the documentation; no machine with delegation was at hand to run it on).
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bachang.plan import Limits

_ROOT = Path("/sys/fs/cgroup")
_V1 = ("memory", "pids", "cpu")
_V2_NEEDED = {"memory", "pids"}
_SHARE = 100
"""Weight of a host against the machine's other work (1024 in version 1)."""
_PREFIX = "bachang-"


def writable_groups() -> list[str]:
    """Directories in which the caller may make groups; empty if there are none."""
    return _v2() or _v1()


def _v1() -> list[str]:
    own = _own_groups()
    found = []
    for controller in _V1:
        places = [_ROOT / controller / "bachang"]
        if controller in own:
            places.append(_ROOT / controller / own[controller].lstrip("/"))
        found += [str(place) for place in places if _usable(place)][:1]
    return found


def _v2() -> list[str]:
    own = _own_groups().get("")
    if own is None or not (_ROOT / "cgroup.controllers").exists():
        return []
    place = _ROOT / own.lstrip("/")
    with contextlib.suppress(OSError):
        given = set((place / "cgroup.controllers").read_text().split())
        if given >= _V2_NEEDED and _usable(place):
            return [str(place.parent if place.name.endswith(".scope") else place)]
    return []


def _usable(place: Path) -> bool:
    return place != _ROOT and os.access(place, os.W_OK) and place.stat().st_uid == os.getuid()


def _own_groups() -> dict[str, str]:
    """The caller's groups by controller; version 2 is the empty name."""
    groups = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            groups[controller] = path
    return groups


class HostGroups:
    """The groups of one sandbox: a directory of its own, and in it one for each host."""

    def __init__(self, bases: tuple[str, ...], sandbox: str) -> None:
        """``bases`` are what `writable_groups` found, before isolation."""
        self._tops = [Path(base) / f"{_PREFIX}{sandbox}" for base in bases]
        for top in self._tops:
            top.mkdir(exist_ok=True)
            if (top / "cgroup.subtree_control").exists():
                (top.parent / "cgroup.subtree_control").write_text("+memory +pids +cpu")
                (top / "cgroup.subtree_control").write_text("+memory +pids +cpu")

    def make(self, host: str, generation: int, limits: Limits) -> list[int]:
        """Make the groups of a host's generation; returns their open ``cgroup.procs``."""
        opened = []
        for top in self._tops:
            for older in top.glob(f"{host}.*"):
                with contextlib.suppress(OSError):
                    older.rmdir()
            place = top / f"{host}.{generation}"
            place.mkdir()
            for name, value in _values(limits).items():
                if (place / name).exists():
                    (place / name).write_text(value)
            opened.append(os.open(place / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC))
        return opened


def sweep(name: str) -> None:
    """Remove the groups of dead sandboxes of one name, from the leaves up."""
    for base in writable_groups():
        for top in Path(base).glob(f"{_PREFIX}{name}-????????"):
            with contextlib.suppress(OSError):
                for place in [*(one for one in top.iterdir() if one.is_dir()), top]:
                    place.rmdir()


def _values(limits: Limits) -> dict[str, str]:
    memory = str(limits.memory_mib << 20)
    processes = str(limits.processes + 1)  # and its init
    return {
        "memory.limit_in_bytes": memory,
        "memory.max": memory,
        "pids.max": processes,
        "cpu.shares": str(_SHARE),
        "cpu.weight": str(max(1, _SHARE // 10)),
    }
