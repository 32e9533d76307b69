"""Lint: what is wrong or doubtful in a scenario that can be resolved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

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
from bachang.scenario import Problem, Scenario, ScenarioError

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
    scenario: Scenario, *, points: Mapping[str, Collection[str]] | None = None
) -> tuple[Problem, ...]:
    """Everything that is wrong or doubtful, in the order of the file.

    Args:
        scenario: what an author wrote.
        points: names of points by type of field system, to check what is read and set.
    """
    try:
        plan, draft = compose(scenario, 0)
    except ScenarioError as error:
        return error.problems
    found = [problem for check in _CHECKS for problem in check(draft, plan)]
    found += unknown_points(draft, points or {})
    return ScenarioError(found).problems
