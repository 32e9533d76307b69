"""What is wrong in a scenario, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake of an author."""

    path: str
    """The file, as the author named it."""
    line: int
    """From 1."""
    column: int
    """From 1."""
    where: str
    """Keys from the top of the file, e.g. ``hosts.desk.gateway``; empty: the whole file."""
    message: str
    """What is wrong."""
    remedy: str
    """What would be right."""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}: "
        where = f"{self.where}: " if self.where else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}{where}{self.message}{remedy}"


class ScenarioError(Exception):
    """A scenario that cannot be used as it is: the author's mistakes, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_place))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.path, problem.line, problem.column, problem.where + problem.message
