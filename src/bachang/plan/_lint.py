"""Lint: what is wrong or doubtful in a scenario that can be resolved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from bachang.plan._draft import Draft
from bachang.plan._lint_exercise import (
    bad_hints,
    missing_probes,
    unreachable_tasks,
    useless_patches,
)
from bachang.plan._lint_expressions import bad_expressions, unknown_points
from bachang.plan._lint_texts import leaked_answers, missing_translations, unused_variables
from bachang.plan._lint_tools import undeclared_tools
from bachang.plan._model import Plan
from bachang.plan._reach import unreachable_hosts
from bachang.plan._resolve import compose
from bachang.plan._world import FieldSystem
from bachang.scenario import Problem, Scenario, ScenarioError, Where

_CHECKS: tuple[Callable[[Draft, Plan], Iterator[Problem]], ...] = (
    leaked_answers,
    missing_translations,
    unused_variables,
    unreachable_hosts,
    unreachable_tasks,
    bad_hints,
    missing_probes,
    useless_patches,
    bad_expressions,
    undeclared_tools,
)


def lint(
    scenario: Scenario,
    *,
    points: Mapping[str, Collection[str]] | None = None,
    faults: Callable[[Iterable[FieldSystem]], Iterable[str]] | None = None,
) -> tuple[Problem, ...]:
    """Everything that is wrong or doubtful, in the order of the file.

    Types of field systems belong to a higher room, so the caller brings what it knows of them.

    Args:
        scenario: what an author wrote.
        points: names of points by type, to check what is read and set.
        faults: what types have against field systems, as lines ``SYSTEM: …`` or
            ``SYSTEM.KEY: …`` (`bachang.twins.system_faults`).
    """
    try:
        plan, draft = compose(scenario, 0)
    except ScenarioError as error:
        return error.problems
    found = [problem for check in _CHECKS for problem in check(draft, plan)]
    found += unknown_points(draft, points or {})
    found += _of_types(draft, faults(plan.world.field_systems) if faults else ())
    return ScenarioError(found).problems


def _of_types(draft: Draft, lines: Iterable[str]) -> Iterator[Problem]:
    for line in lines:
        place, _, message = line.partition(": ")
        name, _, key = place.partition(".")
        system = draft.raw.field_systems[name]
        where: Where = ("field_systems", name)
        if key:
            where = (*where, "settings" if key in system.settings else "wiring", key)
        remedy = "see the reference of field systems"
        yield draft.scenario.document.problem(where, message, remedy, key=not key)
