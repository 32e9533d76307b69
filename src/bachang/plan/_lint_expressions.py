"""Expressions: do they compile, and are the points there that they and injects name?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from bachang.plan._draft import Draft
from bachang.plan._expression import compiled
from bachang.plan._model import Plan
from bachang.scenario import Problem, Where, did_you_mean

_POINT = re.compile(r"(?<![\w.\"'])([a-z][a-z0-9_]*)\.([A-Za-z_]\w*)(?!\w*\s*\()")


def bad_expressions(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Expressions that are not CEL."""
    for where, expression in _expressions(draft):
        try:
            compiled(expression)
        except ValueError as error:
            yield draft.scenario.document.problem(
                where, f"is not CEL: {error}", 'write e.g. `genset.state == "running"`'
            )


def _expressions(draft: Draft) -> Iterator[tuple[Where, str]]:
    for name, condition in draft.raw.conditions.items():
        yield ("conditions", name, "expression"), condition.expression
    for name, weakness in draft.raw.weaknesses.items():
        for judgement in ("exploited", "serving"):
            expression = getattr(weakness, judgement)
            if expression is not None and expression not in draft.raw.conditions:
                yield ("weaknesses", name, judgement), expression


def unknown_points(draft: Draft, points: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Points that a field system of that type does not have.

    Args:
        points: names by type; other types are not looked at.
    """
    named = [
        (where, system, point)
        for where, expression in _expressions(draft)
        for system, point in dict.fromkeys(_POINT.findall(expression))
    ]
    for name, inject in draft.raw.injects.items():
        if inject.point is not None:
            system, _, point = inject.point.partition(".")
            named.append((("injects", name, "point"), system, point))
    for where, system, point in named:
        given = draft.raw.field_systems.get(system)
        known = points.get(given.type) if given is not None else None
        if known is not None and point not in known:
            message, remedy = f"`{system}` has no point `{point}`", did_you_mean(point, known)
            yield draft.scenario.document.problem(where, message, remedy)
