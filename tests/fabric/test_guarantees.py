"""What a machine cannot guarantee is said in one line; what its operator demands is refused."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bachang.fabric import LocalFabric, MachineError
from bachang.fabric._cgroups import Held
from bachang.fabric._demands import least
from bachang.fabric._guarantees import demand, explain, missing
from bachang.fabric.leaks import wait_clean
from bachang.plan import Guarantee, resolve
from bachang.scenario import load
from bachang.scenario.models import Isolation
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


def test_authors_and_operators_have_the_same_words() -> None:
    assert get_args(Isolation) == tuple(Guarantee)


def test_a_scenario_asks_for_more_than_the_operator(home: Path, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(
        "bachang: 1\nname: strict\ntitle: Strict\nisolation: [memory, freezing, memory]\n"
        "networks: {lan: {cidr: 10.1.0.0/24}}\nhosts: {a: {networks: [lan]}}\n"
    )
    plan = resolve(load(tmp_path), 0)
    assert plan.world.isolation == (Guarantee.FREEZING, Guarantee.MEMORY)
    fabric = LocalFabric(groups={}, least=frozenset())
    with pytest.raises(MachineError, match=r"the scenario asks for .*\(freezing, memory\).*doctor"):
        fabric.deploy(plan.world, name="strict")
    assert fabric.sandboxes() == fabric.abandoned() == []


def test_with_groups_a_scenario_gets_what_it_asks_for(home: Path, groups: dict[Held, str]) -> None:
    asked = (Guarantee.FREEZING, Guarantee.MEMORY)
    live = LocalFabric(groups=groups).deploy(world(host("a", 11), isolation=asked), name="strict")
    live.destroy()


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
