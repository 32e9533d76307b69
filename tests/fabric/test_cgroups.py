"""Control groups: which are found in which layout, and that they are real where there are some."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from bachang import account
from bachang.account import _groups as entering
from bachang.fabric import LocalFabric, MachineError, WorldError
from bachang.fabric import _cgroups as cgroups
from bachang.fabric._cgroups import Held, make_room, writable_groups
from bachang.fabric.leaks import family
from bachang.plan import HostKind, Limits, Service, ServiceKind
from setup._commands import SetUpError
from setup._groups import group_steps
from tests.fabric.processes import kept_descriptors
from tests.fabric.worlds import host, python_service, world
from tests.waiting import until

_CUT = ("sh", "-c", "sleep 0.3; ip link del eth0; exec python3 -m http.server 8080")
_ALL = "cpuset cpu io memory pids\n"


def _unified(place: Path, controllers: str = _ALL) -> Path:
    """A directory as the kernel shows one of version 2."""
    place.mkdir(parents=True, exist_ok=True)
    for name in ("cgroup.procs", "cgroup.subtree_control", "cgroup.freeze"):
        (place / name).write_text("")
    (place / "cgroup.controllers").write_text(controllers)
    return place


def _own(tmp_path: Path, text: str) -> Path:
    (tmp_path / "own").write_text(text)
    return tmp_path / "own"


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert writable_groups(root=tmp_path, own=_own(tmp_path, "0::/\n4:memory:/\n")) == {}


def test_version_1_with_the_operators_folder(tmp_path: Path) -> None:
    for one in ("memory", "pids", "cpu"):
        (tmp_path / one / "bachang").mkdir(parents=True)
    found = writable_groups(root=tmp_path, own=_own(tmp_path, "4:memory:/\n8:pids:/\n1:cpu:/\n"))
    assert found == {one: str(tmp_path / one / "bachang") for one in ("memory", "pids", "cpu")}


def test_the_root_of_a_hierarchy_is_never_taken(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    assert writable_groups(root=tmp_path, own=_own(tmp_path, "4:memory:/\n")) == {}


@pytest.mark.parametrize("inside", ["", "/programs"])
def test_version_2_delegated_by_systemd(tmp_path: Path, inside: str) -> None:
    _unified(tmp_path)
    scope = _unified(tmp_path / "user.slice/user@7.service/app.slice/run-1.scope")
    _unified(scope / "programs")
    own = f"0::/user.slice/user@7.service/app.slice/run-1.scope{inside}\n"
    assert writable_groups(root=tmp_path, own=_own(tmp_path, own)) == dict.fromkeys(
        Held, str(scope)
    )


def test_version_2_of_the_operator_beside_version_1(tmp_path: Path) -> None:
    """As on machines with both: limits of version 1, the freezer of version 2."""
    for one in ("memory", "pids", "cpu"):
        (tmp_path / one / "range").mkdir(parents=True)
    _unified(tmp_path / "unified", "")
    place = _unified(tmp_path / "unified/range", "")
    _unified(place / "programs", "")
    found = writable_groups("range", root=tmp_path, own=_own(tmp_path, "0::/range/programs\n"))
    assert found[Held.FREEZER] == str(place)
    assert found[Held.MEMORY] == str(tmp_path / "memory/range")


def test_programs_of_a_delegated_group_move_into_a_leaf(tmp_path: Path) -> None:
    """With programs in it, the kernel lets no controllers be passed down."""
    scope = _unified(tmp_path / "run-1.scope")
    (scope / "cgroup.procs").write_text("17\n")
    make_room(dict.fromkeys(Held, str(scope)))
    assert (scope / "programs" / "cgroup.procs").read_text() == "17"


def test_root_puts_the_account_into_the_operators_folder(tmp_path: Path) -> None:
    _unified(tmp_path)
    place = _unified(tmp_path / "range")
    entering.enter_group("range", (tmp_path, tmp_path / "unified"))
    assert (place / "programs" / "cgroup.procs").read_text() == "0"
    entering.enter_group("other", (tmp_path,))
    assert not (tmp_path / "other").exists()


def test_account_and_fabric_mean_the_same_places() -> None:
    assert (entering.FOLDER, entering.PROGRAMS) == (cgroups.FOLDER, cgroups.PROGRAMS)
    assert account.leave_root.__defaults__ == (cgroups.FOLDER,)


def test_the_operators_steps(tmp_path: Path) -> None:
    for one in ("memory", "pids", "cpu"):
        (tmp_path / one).mkdir()
    _unified(tmp_path / "unified", "")
    make, give = group_steps("ana", "range", tmp_path)
    places = {str(tmp_path / one / "range") for one in ("memory", "pids", "cpu", "unified")}
    assert make.argv[:2] == ("mkdir", "-p")
    assert set(make.argv[2:]) == places
    assert give.argv[:2] == ("chown", "ana")
    assert places < set(give.argv[2:])
    assert all(step.may_fail for step in (make, give))
    assert group_steps("ana", "range", tmp_path / "nothing") == []


@pytest.mark.parametrize("name", ["", "/home", "..", "a/b", "-x"])
def test_only_a_name_is_taken(name: str, tmp_path: Path) -> None:
    with pytest.raises(SetUpError, match="cannot be called"):
        group_steps("ana", name, tmp_path)


def test_the_steps_of_version_2_pass_controllers_down(tmp_path: Path) -> None:
    """Into the folder and below it: else systemd takes back what none of its units wants."""
    _unified(tmp_path)
    first, make, hold, _ = group_steps("ana", "range", tmp_path)
    assert make.argv[0] == "mkdir"
    for step, place in ((first, tmp_path), (hold, tmp_path / "range")):
        assert step.argv == ("tee", str(place / "cgroup.subtree_control"))
        assert step.stdin == "+cpu +memory +pids"


@pytest.mark.parametrize(("passed", "done"), [("cpu memory pids", True), ("memory pids", False)])
def test_a_folder_that_may_lose_a_controller_is_set_up_again(
    tmp_path: Path, passed: str, done: bool
) -> None:
    _unified(tmp_path)
    (_unified(tmp_path / "range") / "cgroup.subtree_control").write_text(passed)
    assert (group_steps(tmp_path.owner(), "range", tmp_path) == []) is done


class TestReal:
    """On groups that root has made (`make groups`)."""

    def test_programs_of_a_host_are_in_its_groups(
        self, home: Path, groups: dict[Held, str]
    ) -> None:
        limits = Limits(memory_mib=64, disk_mib=8, processes=20)
        live = LocalFabric(groups=groups).deploy(
            world(host("a", 11, limits=limits)), name="grouped"
        )
        places = {
            what: Path(base) / f"bachang-{live.status().id}" / "a.0"
            for what, base in groups.items()
        }
        assert _value(places[Held.MEMORY], "memory.limit_in_bytes", "memory.max") == f"{72 << 20}\n"
        assert _value(places[Held.PIDS], "pids.max") == "21\n"
        assert _value(places[Held.CPU], "cpu.shares", "cpu.weight") in ("100\n", "10\n")
        live.exec("a", ["sh", "-c", "sleep 1000 & true"])
        for place in places.values():
            assert len((place / "cgroup.procs").read_text().split()) == 2  # with its init
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert int(live.exec("a", ["nice"]).stdout) == own
        assert not any("control groups" in line for line in live.status().degraded)
        live.reset("a")
        live.destroy()
        assert not any(place.parent.exists() for place in places.values())

    def test_a_host_may_be_tried_again_at_once(self, home: Path, groups: dict[Held, str]) -> None:
        """What did not come up may still be dying, in groups of its own; and it holds nothing."""
        service = Service(name="cut", kind=ServiceKind.PROGRAM, argv=_CUT, ready_port=8080)
        cut = replace(host("cut", 11, services=(service,)), kind=HostKind.ROUTER)
        live = LocalFabric(groups=groups).deploy(world(cut), name="again")
        for _ in range(5):
            with pytest.raises(WorldError, match="has taken its own link eth0 away"):
                live.reset("cut")
        live.destroy()

    def test_a_host_that_is_not_born_holds_nothing(
        self, home: Path, groups: dict[Held, str]
    ) -> None:
        """While there may be no more processes."""
        live = LocalFabric(groups=groups).deploy(world(host("a", 11)), name="unborn")
        agent = live.status().agent_pid
        (spawner,) = (one for one in family(agent) if _name(one) == "spawner")
        limits = resource.prlimit(spawner, resource.RLIMIT_NPROC)
        resource.prlimit(spawner, resource.RLIMIT_NPROC, (1, limits[1]))
        held = len(kept_descriptors(agent))
        for _ in range(3):
            with pytest.raises(MachineError, match="short of processes"):
                live.reset("a")
        until(lambda: len(os.listdir(f"/proc/{agent}/fd")) == held, 5)
        resource.prlimit(spawner, resource.RLIMIT_NPROC, limits)
        live.reset("a")
        live.destroy()

    @pytest.mark.parametrize("kind", ["grouped", "plain"])
    def test_a_host_sees_nothing_above_its_own(
        self, request: pytest.FixtureRequest, home: Path, kind: str
    ) -> None:
        """Neither its init nor a service nor a program: no names of the machine's groups."""
        groups = request.getfixturevalue("groups") if kind == "grouped" else {}
        live = LocalFabric(groups=groups).deploy(
            world(host("a", 11, **python_service())), name="own"
        )
        seen = live.exec("a", ["sh", "-c", "cat /proc/[0-9]*/cgroup"]).stdout.decode().splitlines()
        live.destroy()
        assert len(seen) >= 3  # init, service, and the program that looks
        assert {line.split(":", 2)[2] for line in seen} == {"/"}

    @pytest.mark.parametrize("busy", [False, True])
    def test_a_sandbox_that_ends_with_its_client_leaves_no_group(
        self, home: Path, groups: dict[Held, str], busy: bool
    ) -> None:
        """Also not those of hosts that a reset is about to make."""
        made = world(*(host(f"h{n}", n) for n in range(11, 31)))
        live = LocalFabric(groups=groups).deploy(made, name="leash", ends_with_client=True)
        place = Path(groups[Held.MEMORY]) / f"bachang-{live.status().id}"
        assert place.exists()
        with live._connect() as asking:  # whoever hangs up takes the question back
            if busy:
                asking.send(b'{"op": "reset", "host": null}')
                until(lambda: any(place.glob("*.1")), look_s=0.001)
            assert live._leash
            live._leash.close()
            until(lambda: not live._directory.path.exists())
        assert not place.exists()


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _value(place: Path, *names: str) -> str:
    """Of whichever version's file is there."""
    return next((place / name).read_text() for name in names if (place / name).exists())
