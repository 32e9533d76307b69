"""From a pack to the plan of a sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bachang.engine._local import LocalEngine
from bachang.plan import Plan, resolve
from bachang.scenario import load


def load_plan(pack: Path, *, seed: str = "0", without: Iterable[str] = ()) -> Plan:
    """Load and resolve a pack; ``without`` switches weaknesses off.

    Raises:
        ScenarioError: the pack is broken; names every place.
    """
    return resolve(load(pack), seed, without=frozenset(without))


def secret_plan(engine: LocalEngine, pack: Path, *, name: str | None = None) -> Plan:
    """The plan for a sandbox of that name, else of the scenario's, with a seed of its own.

    Raises:
        ScenarioError: the pack is broken; names every place.
    """
    scenario = load(pack)
    return resolve(scenario, engine.seed_for(name or scenario.name))
