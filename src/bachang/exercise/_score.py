"""The score: a pure function of a plan and a journal.

A task earns its points less penalties for hints and wrong answers, never less than zero.
A metric earns its maximum once its condition came to hold, or the same share of it that its
task earned. Evaluations, objectives and goals follow the OCR SDL. The total is tasks plus
metrics over conditions; a metric over a task only weighs it within an evaluation.

A fault of the platform never lowers a score: see `bachang.exercise.standings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from bachang.exercise._standing import Standing
from bachang.journal import Event
from bachang.plan import Exercise, Metric, Plan, Task

LEDGERS: dict[str, tuple[str, ...]] = {
    "feeder": ("not_supplied_kwh", "critical_not_supplied_kwh", "dark_min"),
}
"""Points that are ledgers of consequences, by the type of their field system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScore:
    """What one task brought."""

    name: str
    level: int
    points: int
    max_points: int
    standing: Standing
    hint_penalty: int = 0
    wrong_penalty: int = 0

    @property
    def solved(self) -> bool:
        """Whether it is solved."""
        return self.standing.solved


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScore:
    """What one metric brought."""

    name: str
    points: int
    max_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationScore:
    """A sum of metrics and whether it suffices."""

    name: str
    points: int
    max_points: int
    min_points: int

    @property
    def passed(self) -> bool:
        """Whether the sum reaches what is asked for."""
        return self.points >= self.min_points


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a sandbox's people did, and what it cost the world."""

    points: int
    max_points: int
    tasks: tuple[TaskScore, ...] = ()
    metrics: tuple[MetricScore, ...] = ()
    evaluations: tuple[EvaluationScore, ...] = ()
    objectives: dict[str, bool] = field(default_factory=dict)
    """Objective to whether it is met, in the plan's order."""
    goals: dict[str, bool] = field(default_factory=dict)
    consequences: dict[str, float] = field(default_factory=dict)
    """Ledger point to its last sampled value."""
    faults: tuple[Event, ...] = ()
    """Faults of the platform; nobody is charged for them."""


def compose(
    plan: Plan,
    now: Mapping[str, Standing],
    held: Set[str],
    sample: Mapping[str, Any],
    faults: tuple[Event, ...],
) -> Score:
    """The score that follows from what was gathered of a journal.

    Args:
        plan: The sandbox's plan.
        now: Its tasks' standings.
        held: Conditions that came to hold.
        sample: The points as they were sampled last.
        faults: The platform's faults.
    """
    exercise = plan.exercise
    tasks = tuple(_task_score(task, now[task.name]) for task in exercise.tasks)
    metrics = _metric_scores(exercise, tasks, held)
    evaluations = _evaluation_scores(exercise, metrics)
    objectives, goals = _outcomes(exercise, evaluations)
    measured = [m for m, d in zip(metrics, exercise.metrics, strict=True) if d.task is None]
    parts: list[TaskScore | MetricScore] = [*tasks, *measured]
    return Score(
        points=sum(part.points for part in parts),
        max_points=sum(part.max_points for part in parts),
        tasks=tasks,
        metrics=metrics,
        evaluations=evaluations,
        objectives=objectives,
        goals=goals,
        consequences=_consequences(plan, sample),
        faults=faults,
    )


def _task_score(task: Task, standing: Standing) -> TaskScore:
    hints = sum(task.hints[number].penalty for number in standing.hints)
    wrong = standing.wrong * task.wrong_penalty
    earned = max(0, task.points - hints - wrong) if standing.solved else 0
    return TaskScore(
        name=task.name,
        level=task.level,
        points=earned,
        max_points=task.points,
        standing=standing,
        hint_penalty=hints,
        wrong_penalty=wrong,
    )


def _metric_scores(
    exercise: Exercise, tasks: tuple[TaskScore, ...], held: Set[str]
) -> tuple[MetricScore, ...]:
    by_name = {task.name: task for task in tasks}

    def earned(metric: Metric) -> int:
        if metric.task is None:
            return metric.max_score if metric.condition in held else 0
        task = by_name[metric.task]
        if task.max_points == 0:
            return metric.max_score if task.solved else 0
        return metric.max_score * task.points // task.max_points

    return tuple(
        MetricScore(name=metric.name, points=earned(metric), max_points=metric.max_score)
        for metric in exercise.metrics
    )


def _evaluation_scores(
    exercise: Exercise, metrics: tuple[MetricScore, ...]
) -> tuple[EvaluationScore, ...]:
    by_name = {metric.name: metric for metric in metrics}
    return tuple(
        EvaluationScore(
            name=evaluation.name,
            points=sum(by_name[name].points for name in evaluation.metrics),
            max_points=sum(by_name[name].max_points for name in evaluation.metrics),
            min_points=evaluation.min_score,
        )
        for evaluation in exercise.evaluations
    )


def _outcomes(
    exercise: Exercise, evaluations: tuple[EvaluationScore, ...]
) -> tuple[dict[str, bool], dict[str, bool]]:
    """Objectives and goals: name to whether it is met."""
    passed = {evaluation.name: evaluation.passed for evaluation in evaluations}
    objectives = {each.name: passed[each.evaluation] for each in exercise.objectives}
    goals = {each.name: all(objectives[n] for n in each.objectives) for each in exercise.goals}
    return objectives, goals


def _consequences(plan: Plan, sample: Mapping[str, Any]) -> dict[str, float]:
    """The ledgers in the last sample of the points."""
    ledgers = [
        f"{system.name}.{point}"
        for system in plan.world.field_systems
        for point in LEDGERS.get(system.type, ())
    ]
    return {name: float(sample[name]) for name in ledgers if name in sample}
