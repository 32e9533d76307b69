"""Conditions: statements over the world in CEL, a small language that always ends.

An expression sees nothing but the variables of a `View`, changes nothing and cannot loop
without bound, so a pack may be judged by people who did not write it.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import cel

from bachang.exercise._error import ConditionError
from bachang.exercise._view import View
from bachang.journal import Event
from bachang.plan import Condition, compiled

SAMPLE_GAP_S = 2.5
"""Two samples of the points further apart than this prove nothing about the time between."""


def holds(expression: str, view: View, *, name: str = "") -> bool:
    """Judge an expression in a world.

    Args:
        expression: CEL that gives true or false.
        view: The world.
        name: The condition's name, for errors.

    Raises:
        ConditionError: not CEL, a variable or point that this world does not have, types
            that cannot be compared, or a result that is not true or false.
    """
    return _judge(expression, view.variables(), name or expression)


def _judge(expression: str, variables: Mapping[str, Any], name: str) -> bool:
    program = _compiled(expression, name)
    known = {key: variables[key] for key in program.variables() if key in variables}
    try:
        result = program.execute(known)
    except (RuntimeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        reason = _reason(error, program.variables(), variables)
        raise ConditionError(f"condition {name!r} ({expression}): {reason}") from error
    if not isinstance(result, bool):
        raise ConditionError(
            f"condition {name!r} ({expression}) gives {result!r}, not true or false: compare it"
        )
    return result


@functools.lru_cache(maxsize=1024)
def _compiled(expression: str, name: str) -> cel.Program:
    try:
        return compiled(expression)
    except ValueError as error:
        raise ConditionError(f"condition {name!r} is not CEL: {error}") from error


def _reason(error: Exception, used: Sequence[str], variables: Mapping[str, Any]) -> str:
    """What is missing or wrong, with the nearest name that exists."""
    if isinstance(error, KeyError):
        missing = str(error.args[0])
        maps = [variables[key] for key in used if isinstance(variables.get(key), dict)]
        known = [point for points in maps for point in points]
        if not known:
            return f"no {missing!r} in its map"
        return f"no {missing!r} in {' or '.join(used)}{_nearest(missing, known)}"
    missing_variables = [key for key in used if key not in variables]
    if isinstance(error, RuntimeError) and missing_variables:
        missing = missing_variables[0]
        return f"the world has no {missing!r}{_nearest(missing, list(variables))}"
    return " ".join(str(error).split(". ")[0].split())


def _nearest(missing: str, known: list[str]) -> str:
    near = difflib.get_close_matches(missing, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(sorted(known))}"


class Held:
    """Follows one condition: it is held once it was true without a break for ``for_s``.

    Args:
        condition: The condition.
        held: Whether it is held already (as the journal says).
    """

    def __init__(self, condition: Condition, *, held: bool = False) -> None:
        self.condition = condition
        self.held = held
        self._since_s: float | None = None

    def update(self, view: View) -> bool:
        """Judge the condition again; whether `held` has changed.

        Raises:
            ConditionError: see `holds`.
        """
        before = self.held
        if not holds(self.condition.expression, view, name=self.condition.name):
            self._since_s, self.held = None, False
        else:
            if self._since_s is None or view.time_s < self._since_s:
                self._since_s = view.time_s
            self.held = before or view.time_s - self._since_s >= self.condition.for_s
        return self.held != before


def held_since(condition: Condition, view: View, samples: Sequence[Event]) -> float | None:
    """Since when a condition holds without a break, by what the journal has sampled.

    Args:
        condition: The condition.
        view: The world now.
        samples: ``points.sampled`` events of this epoch, in order; the last ones count.

    Returns:
        Sandbox time of the first sample of the unbroken run that ends now; ``view.time_s``
        if there is none; ``None`` if the condition does not hold now.

    Raises:
        ConditionError: see `holds`; also if it needs a point that is not recorded.
    """
    if not holds(condition.expression, view, name=condition.name):
        return None
    since = view.time_s
    if not condition.for_s:
        return since
    for sample in reversed(samples):
        past = View(time_s=sample.sandbox_time_s, points=sample.data, services=view.services)
        if since - past.time_s > SAMPLE_GAP_S or since - view.time_s > condition.for_s:
            break
        if not holds(condition.expression, past, name=condition.name):
            break
        since = min(since, past.time_s)
    return since
