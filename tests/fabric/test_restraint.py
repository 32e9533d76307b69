"""Restraint: who is greedy is held back, and is as the others again once calm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.fabric._agent._restraint import CALM_LOOKS, Restraint
from bachang.fabric._cgroups import Held
from bachang.fabric._host_groups import Counts, Hold, HostGroups
from tests.fabric.worlds import host, world

_GREEDY = Counts(periods=10, quota_ends=9)
_FORKING = Counts(periods=10, quota_ends=9, refused_forks=1000)


class _Groups(HostGroups):
    """What the kernel would count is set by the test."""

    def __init__(self) -> None:
        super().__init__({}, "test")
        self.now: dict[str, Counts] = {}
        self.told: list[tuple[str, Hold]] = []

    def counts(self, before: Mapping[str, Counts]) -> dict[str, Counts]:
        return dict(self.now)

    def hold_back(self, generation: str, how: Hold) -> None:
        self.told.append((generation, how))


def _look(restraint: Restraint, groups: _Groups, now: Counts, times: int = 1) -> None:
    groups.now = {"a.0": now}
    for _ in range(times):
        restraint.look()


def test_who_comes_to_the_end_of_its_quota_stands_behind() -> None:
    groups = _Groups()
    groups.now = {"a.0": _GREEDY, "busy.0": Counts(periods=10, quota_ends=1), "new.0": Counts()}
    Restraint(groups).look()
    assert groups.told == [("a.0", Hold.BEHIND)]


def test_who_is_refused_processes_in_a_loop_becomes_slow() -> None:
    groups = _Groups()
    groups.now = {"a.0": _FORKING, "unlucky.0": Counts(refused_forks=1)}
    Restraint(groups).look()
    assert groups.told == [("a.0", Hold.SLOW)]


def test_whose_programs_the_kernel_has_to_end_for_want_of_memory_becomes_slow() -> None:
    groups = _Groups()
    restraint = Restraint(groups)
    hungry = Counts(periods=10, memory_kills=1)
    _look(restraint, groups, hungry, CALM_LOOKS + 1)
    assert groups.told == [("a.0", Hold.SLOW), ("a.0", Hold.NOT)]


def test_what_was_counted_before_does_not_count_again() -> None:
    groups = _Groups()
    restraint = Restraint(groups)
    _look(restraint, groups, _GREEDY, CALM_LOOKS)
    assert groups.told == [("a.0", Hold.BEHIND)]
    _look(restraint, groups, _GREEDY)
    assert groups.told[1:] == [("a.0", Hold.NOT)]


def test_who_goes_on_stays_behind() -> None:
    groups = _Groups()
    restraint = Restraint(groups)
    for look in range(1, 3 * CALM_LOOKS):
        _look(restraint, groups, Counts(periods=10 * look, quota_ends=9 * look))
    assert groups.told == [("a.0", Hold.BEHIND)]


def test_who_is_slow_and_works_without_harm_is_as_the_others_again() -> None:
    """A slow host comes to the end of its little quota whatever it does."""
    groups = _Groups()
    restraint = Restraint(groups)
    _look(restraint, groups, _FORKING)
    for look in range(2, CALM_LOOKS + 2):
        harmless = Counts(periods=10 * look, quota_ends=9 * look, refused_forks=1000)
        _look(restraint, groups, harmless)
    assert groups.told == [("a.0", Hold.SLOW), ("a.0", Hold.NOT)]


def test_a_new_generation_is_not_held_for_the_old_one() -> None:
    groups = _Groups()
    restraint = Restraint(groups)
    _look(restraint, groups, _GREEDY)
    groups.now = {"a.1": Counts()}
    for _ in range(2 * CALM_LOOKS):
        restraint.look()
    assert groups.told == [("a.0", Hold.BEHIND)]


def test_the_kernel_is_told_and_gives_all_of_it_back(home: Path, groups: dict[Held, str]) -> None:
    live = LocalFabric(groups=groups).deploy(
        world(host("a", 11), host("b", 12)), name="behind", ends_with_client=True
    )
    place = Path(groups[Held.CPU]) / f"bachang-{live.status().id}"
    told = _as_its_agent_has_them(groups, live)
    assert set(told.counts({})) == {"a.0", "b.0"}
    before = _settings(place / "a.0")
    for how, idle in ((Hold.BEHIND, "1\n"), (Hold.SLOW, "1\n"), (Hold.NOT, "0\n")):
        told.hold_back("a.0", how)
        assert (place / "a.0/cpu.idle").read_text() == idle
        changed = _settings(place / "a.0") != before
        assert changed == (how is not Hold.NOT)
    told.hold_back("gone.0", Hold.SLOW)
    live.destroy()


def test_refused_forks_are_counted(home: Path, groups: dict[Held, str]) -> None:
    """So the group's limit is met before any other."""
    live = LocalFabric(groups=groups).deploy(
        world(host("a", 11)), name="count", ends_with_client=True
    )
    place = Path(groups[Held.PIDS]) / f"bachang-{live.status().id}" / "a.0"
    script = (
        "import os, time\n"
        "for _ in range(400):\n"
        "    try:\n"
        "        if os.fork() == 0: time.sleep(60)\n"
        "    except OSError: pass\n"
        "os.kill(-1, 9)"
    )
    live.exec("a", ["python3", "-c", script], timeout_s=30)
    assert int((place / "pids.events").read_text().split()[1]) > 100
    live.destroy()


def test_programs_that_end_for_want_of_memory_are_counted(
    home: Path, groups: dict[Held, str]
) -> None:
    live = LocalFabric(groups=groups).deploy(
        world(host("a", 11)), name="hungry", ends_with_client=True
    )
    told = _as_its_agent_has_them(groups, live)
    assert told.counts({})["a.0"].memory_kills == 0
    hungry = live.exec("a", ["python3", "-c", "kept = b'x' * (1 << 30)"], timeout_s=30)
    assert hungry.status != 0
    assert told.counts({})["a.0"].memory_kills > 0
    live.destroy()


def _as_its_agent_has_them(groups: dict[Held, str], live: LocalSandbox) -> HostGroups:
    """Made past what makes them, as the agent holds the lock."""
    told = HostGroups.__new__(HostGroups)
    told._cpu, told._pids, told._memory = (
        Path(groups[one]) / f"bachang-{live.status().id}"
        for one in (Held.CPU, Held.PIDS, Held.MEMORY)
    )
    return told


def _settings(place: Path) -> dict[str, str]:
    names = ("cpu.idle", "cpu.shares", "cpu.weight", "cpu.cfs_quota_us", "cpu.max")
    return {name: (place / name).read_text() for name in names if (place / name).exists()}
