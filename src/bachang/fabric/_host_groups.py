"""The control groups of one sandbox: what holds a host as a whole, and counts what it does.

Each sandbox has a directory of its own in each place that `bachang.fabric._cgroups` has found,
and in it one for each generation of a host.
"""

from __future__ import annotations

import contextlib
import enum
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bachang.fabric._cgroups import CONTROLLERS, Held
from bachang.fabric._ownership import PREFIX, own, remove
from bachang.plan import Limits

_SHARE = 100
"""Weight of a host against the other hosts of its sandbox (1024 is a program's in version 1)."""
_PERIOD_US = 10_000
"""In each period a host has half of the processors, at least one: the others always have some."""
_WEIGHTS = {"cpu.shares": str(_SHARE), "cpu.weight": str(_SHARE // 10)}
_SLOW_US = 1_000
"""Of a period, for a host that does nothing but harm."""
_PART = 0.95
"""Of that: a single program that never rests comes to the end of it too, and is told by that."""
_LOOK_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The groups of one generation of a host."""

    doors: tuple[int, ...] = ()
    """Open ``cgroup.procs``: who writes ``0`` to each is a member."""
    held: frozenset[Held] = frozenset()

    def close(self) -> None:
        """Close the doors."""
        for door in self.doors:
            os.close(door)


class Hold(enum.Enum):
    """How a host is held back."""

    NOT = "as all others"
    BEHIND = "it gets what the others leave"
    SLOW = "and little of that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of one generation of a host, since it was made."""

    periods: int = 0
    """In which it ran."""
    quota_ends: int = 0
    """Of these: in which it had to stop."""
    refused_forks: int = 0
    memory_kills: int = 0
    """Of its programs, for want of memory."""


class HostGroups:
    """The groups of one sandbox. Without ``places`` it holds nothing."""

    def __init__(self, places: Mapping[Held, str], sandbox: str) -> None:
        """``places`` are what `writable_groups` found, before isolation.

        Raises:
            OSError: the kernel refuses them.
        """
        self.held = frozenset(places)
        self._tops = [Path(base) / f"{PREFIX}{sandbox}" for base in sorted({*places.values()})]
        self._made = Counter[str]()
        """By host, how many generations were to have some."""
        self._held: list[int] = []
        """Descriptors of them, which say as long as they are open that this agent lives."""
        for top in self._tops:
            self._held.append(own(top))
            _pass_down(top, places)
        own_tops = {what: Path(base) / f"{PREFIX}{sandbox}" for what, base in places.items()}
        self._freezer = own_tops.get(Held.FREEZER)
        self._cpu = own_tops.get(Held.CPU)
        self._pids = own_tops.get(Held.PIDS)
        self._memory = own_tops.get(Held.MEMORY)

    def make(self, host: str, limits: Limits) -> Membership:
        """Make the groups of a host's next generation; the open doors are the caller's to close.

        Raises:
            OSError: the kernel refuses them.
        """
        # Not by generation: one that did not come up may still be dying when its number is tried
        # again.
        name = f"{host}.{self._made[host]}"
        self._made[host] += 1
        with contextlib.ExitStack() as undo:
            opened: list[int] = []
            for top in self._tops:
                for older in top.glob(f"{host}.*"):
                    with contextlib.suppress(OSError):
                        older.rmdir()
                (top / name).mkdir()
                _write(top / name, _values(limits))
                opened.append(os.open(top / name / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC))
                undo.callback(os.close, opened[-1])
            undo.pop_all()
        return Membership(doors=tuple(opened), held=self.held)

    def counts(self, before: Mapping[str, Counts]) -> dict[str, Counts]:
        """What the kernel has counted of each generation of a host; cheap for those at rest.

        Args:
            before: What was returned last.
        """
        found = {}
        for name in os.listdir(self._cpu) if self._cpu else ():
            with contextlib.suppress(OSError):  # no directory, or it went meanwhile
                time_ = _words(f"{self._cpu}/{name}/cpu.stat")
                old = before.get(name, Counts())
                if old.periods == time_.get("nr_periods", 0):
                    found[name] = old
                    continue
                pids = _words(f"{self._pids}/{name}/pids.events") if self._pids else {}
                found[name] = Counts(
                    periods=time_["nr_periods"],
                    quota_ends=time_["nr_throttled"],
                    refused_forks=pids.get("max", 0),
                    memory_kills=self._memory_kills(name),
                )
        return found

    def _memory_kills(self, generation: str) -> int:
        if self._memory is None:
            return 0
        place = f"{self._memory}/{generation}"
        try:
            return _words(f"{place}/memory.events")["oom_kill"]
        except FileNotFoundError:  # version 1
            return _words(f"{place}/memory.oom_control")["oom_kill"]

    def hold_back(self, generation: str, how: Hold) -> None:
        """Hold a generation of a host back more or less than the others."""
        if self._cpu is None:
            return
        values = {"cpu.idle": str(int(how is not Hold.NOT)), **_quota(slow=how is Hold.SLOW)}
        if how is Hold.NOT:  # from idle the kernel gives it back the weight of a program
            values |= _WEIGHTS
        with contextlib.suppress(OSError):  # it went meanwhile, or the kernel is before 5.15
            _write(self._cpu / generation, values)

    def freeze(self, frozen: bool) -> None:
        """Begin to let nothing in the sandbox's hosts run, or all of it again."""
        if self._freezer:
            (self._freezer / "cgroup.freeze").write_text(str(int(frozen)))

    def is_frozen(self) -> bool:
        """Does nothing in the hosts run? Whoever sleeps in the kernel takes its time."""
        if self._freezer is None:
            return False
        return "frozen 1" in (self._freezer / "cgroup.events").read_text()

    def remove(self, limit_s: float) -> None:
        """Remove all of it once its programs are dead, if that comes to be in time."""
        deadline = time.monotonic() + limit_s
        for top in self._tops:
            while not remove(top) and time.monotonic() < deadline:
                time.sleep(_LOOK_S)


def _pass_down(top: Path, places: Mapping[Held, str]) -> None:
    """In version 2 a directory has the controllers that the one above passes down to it."""
    wanted = [one for one in CONTROLLERS if places.get(one) == str(top.parent)]
    for place in (top.parent, top):
        control = place / "cgroup.subtree_control"
        if wanted and control.exists():
            control.write_text(" ".join(f"+{one}" for one in wanted))


def _values(limits: Limits) -> dict[str, str]:
    # A host's files lie in memory and are charged to it.
    memory = str((limits.memory_mib + limits.disk_mib) << 20)
    processes = str(limits.processes + 1)  # and its init
    return {
        "memory.limit_in_bytes": memory,
        "memory.max": memory,
        "pids.max": processes,
        **_WEIGHTS,
        **_quota(),
    }


def _quota(*, slow: bool = False) -> dict[str, str]:
    half_us = max(1, (os.cpu_count() or 1) // 2) * _PERIOD_US
    quota = _SLOW_US if slow else int(half_us * _PART)
    return {
        "cpu.cfs_period_us": str(_PERIOD_US),
        "cpu.cfs_quota_us": str(quota),
        "cpu.max": f"{quota} {_PERIOD_US}",
    }


def _write(place: Path, values: Mapping[str, str]) -> None:
    """Those that there are in this version."""
    for name, value in values.items():
        if (place / name).exists():
            (place / name).write_text(value)


def _words(file: str) -> dict[str, int]:
    """Lines ``word number``."""
    opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        words = os.read(opened, 4096).decode().split()
    finally:
        os.close(opened)
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))
