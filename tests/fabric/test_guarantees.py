"""What a machine cannot guarantee is said in one line; what its operator demands is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, MachineError
from bachang.fabric._cgroups import Held
from bachang.fabric._demands import least
from bachang.fabric._guarantees import Guarantee, demand, explain, missing
from bachang.fabric.leaks import wait_clean
from tests.fabric.worlds import host, world


def _lacking(*held: Held, **more: object) -> dict[Guarantee, str]:
    machine = {"without_groups": "", "single_id": False, "limits_pids": True, "neighbour_words": ""}
    return missing(held, **(machine | more))  # type: ignore[arg-type]


def test_a_machine_with_everything_lacks_nothing() -> None:
    assert _lacking(*Held) == {}


def test_each_lack_is_found_and_explained() -> None:
    everything = _lacking(
        without_groups="no control groups (why)",
        single_id=True,
        limits_pids=False,
        neighbour_words="small table",
    )
    assert set(everything) == set(Guarantee)
    lines = explain(everything)
    assert sum("no control groups (why)" in line for line in lines) == 1
    assert any("small table" in line for line in lines)
    assert all("\n" not in line for line in lines)


def test_a_group_for_processes_is_as_good_as_a_limit_of_the_namespace() -> None:
    assert Guarantee.PROCESSES not in _lacking(Held.PIDS, limits_pids=False)


def test_without_the_operators_file_nothing_is_demanded(tmp_path: Path) -> None:
    assert least(tmp_path / "none.toml") == frozenset()


def test_the_operators_file(tmp_path: Path) -> None:
    file = tmp_path / "isolation.toml"
    file.write_text('least = ["memory", "freezing"]\n')
    assert least(file) == {Guarantee.MEMORY, Guarantee.FREEZING}


@pytest.mark.parametrize(
    "text", ['least = ["memry"]', "least = 7", "least = [", 'most = ["memory"]', "\udcff"]
)
def test_a_file_that_cannot_be_understood_stops_everything(tmp_path: Path, text: str) -> None:
    """A typing error must not lower the walls."""
    file = tmp_path / "isolation.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(MachineError, match=r"isolation\.toml") as caught:
        least(file)
    assert "freezing" in str(caught.value)


def test_what_is_demanded_and_missing_is_refused() -> None:
    lacking = _lacking(*(set(Held) - {Held.MEMORY}))
    demand([Guarantee.FREEZING], lacking, "somebody")
    with pytest.raises(MachineError, match=r"somebody asks for .*memory.*doctor"):
        demand([Guarantee.MEMORY, Guarantee.FREEZING], lacking, "somebody")


def test_a_deploy_is_refused_and_leaves_nothing(home: Path) -> None:
    fabric = LocalFabric(groups={}, least=frozenset({Guarantee.MEMORY}))
    with pytest.raises(MachineError, match=r"operator of this machine .*memory"):
        fabric.deploy(world(host("a", 11)), name="strict")
    assert fabric.sandboxes() == fabric.abandoned() == []
    assert wait_clean() == []


def test_without_the_demand_it_is_said(home: Path) -> None:
    live = LocalFabric(groups={}, least=frozenset()).deploy(world(host("a", 11)), name="lax")
    (line,) = [one for one in live.status().degraded if "control groups" in one]
    assert "memory" in line
    assert "nice 10" in line
    assert "signals" in line
    live.destroy()


def test_with_groups_the_demand_is_met(home: Path, groups: dict[Held, str]) -> None:
    demanded = frozenset({Guarantee.MEMORY, Guarantee.PROCESSOR, Guarantee.FREEZING})
    live = LocalFabric(groups=groups, least=demanded).deploy(world(host("a", 11)), name="strict")
    live.destroy()
