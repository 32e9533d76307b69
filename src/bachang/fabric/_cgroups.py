"""Where the caller may make control groups, which are used where there are some, and never needed.

Two layouts, and the mixture of both:

- Version 1: below each of memory, pids and cpu a directory that belongs to the caller, called
  `FOLDER` (``make groups`` makes them) or the caller's own group.
- Version 2: a directory above the caller's own group that belongs to the caller: what systemd
  delegates, or a `FOLDER` that the caller was put into. Only there can a sandbox be frozen:
  what version 1 has frozen cannot be killed, and would outlive its agent.

`bachang.fabric._host_groups` makes those of a sandbox there.
Delegation by systemd was tried on Debian 13, in a virtual machine.
"""

from __future__ import annotations

import contextlib
import enum
import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = "bachang"
"""The operator's directory for an account that runs Bachang."""
PROGRAMS = "programs"
"""Below a directory of version 2: who must be in it, and may not be in the directory itself."""

_ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


class Held(enum.StrEnum):
    """What groups can hold of a whole host."""

    MEMORY = "memory"
    PIDS = "pids"
    CPU = "cpu"
    FREEZER = "freezer"


CONTROLLERS = (Held.MEMORY, Held.PIDS, Held.CPU)
"""In version 2 these are passed down; freezing needs none."""


def writable_groups(
    folder: str = FOLDER, *, root: Path = _ROOT, own: Path = _OWN
) -> dict[Held, str]:
    """By what can be held: the directory in which the caller may make groups for it.

    Args:
        folder: The operator's directory.
        root: Where control groups are mounted.
        own: The caller's groups, as /proc/self/cgroup.
    """
    groups = _own_groups(own)
    found: dict[Held, str] = {}
    if place := _unified(root, groups.get(""), folder):
        given = (place / "cgroup.controllers").read_text().split()
        found = {one: str(place) for one in CONTROLLERS if one in given}
        found[Held.FREEZER] = str(place)
    for controller in CONTROLLERS:
        places = [root / controller / folder]
        if controller in groups:
            places.append(root / controller / groups[controller].lstrip("/"))
        usable = [place for place in places if place != root / controller and _usable(place)]
        if usable:
            found[controller] = str(usable[0])
    return found


def _unified(root: Path, own: str | None, folder: str) -> Path | None:
    """The directory of version 2 that is the caller's, above or at the caller's own group."""
    mounted = root if (root / "cgroup.controllers").exists() else root / "unified"
    if own is None or not (mounted / "cgroup.controllers").exists():
        return None
    place = mounted / own.lstrip("/")
    line = [one for one in (place, *place.parents) if mounted in one.parents and _usable(one)]
    named = [one for one in line if one.name == folder]
    delegated = [one for one in line if one.name.endswith((".scope", ".service"))]
    return next(iter(named or delegated), None)


def _usable(place: Path) -> bool:
    return os.access(place, os.W_OK) and place.stat().st_uid == os.getuid()


def _own_groups(own: Path) -> dict[str, str]:
    """The caller's groups by controller; version 2 is the empty name."""
    groups = {}
    for line in own.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            groups[controller] = path
    return groups


def make_room(places: Mapping[Held, str]) -> None:
    """In version 2 only leaves may hold programs: move those of the directory itself into one."""
    for base in {Path(place) for place in places.values()}:
        if not (base / "cgroup.subtree_control").exists():
            continue
        for pid in (base / "cgroup.procs").read_text().split():
            leaf = base / PROGRAMS
            leaf.mkdir(exist_ok=True)
            with contextlib.suppress(ProcessLookupError):
                (leaf / "cgroup.procs").write_text(pid)
