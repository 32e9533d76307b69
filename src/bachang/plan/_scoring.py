"""Metrics → evaluations → objectives → goals, with the cross-checks of the OCR SDL."""

from __future__ import annotations

import math

from bachang.plan._draft import Draft
from bachang.plan._model import Evaluation, Goal, Metric, Objective


def resolve_metrics(draft: Draft) -> tuple[Metric, ...]:
    """All metrics; a condition or task counts in one of them only."""
    counted: dict[tuple[str, str], str] = {}
    for name, metric in draft.raw.metrics.items():
        key, thing = ("task", metric.task) if metric.task else ("condition", metric.condition or "")
        where = ("metrics", name, key)
        draft.known(where, key, thing, draft.raw.tasks if metric.task else draft.raw.conditions)
        if (key, thing) in counted:
            message = f"{key} `{thing}` counts in metric `{counted[key, thing]}` already"
            draft.wrong(where, message, "count it once")
        counted[key, thing] = name
    return tuple(
        Metric(
            name=name, max_score=_worth(draft, name), condition=metric.condition, task=metric.task
        )
        for name, metric in draft.raw.metrics.items()
    )


def _worth(draft: Draft, name: str) -> int:
    metric = draft.raw.metrics[name]
    if metric.max_score is not None:
        return metric.max_score
    return draft.raw.tasks[metric.task].points if metric.task in draft.raw.tasks else 0


def resolve_evaluations(draft: Draft) -> tuple[Evaluation, ...]:
    """All evaluations; what passes one must be possible to reach."""
    evaluations = []
    for name, given in draft.raw.evaluations.items():
        where = ("evaluations", name)
        metrics = draft.all_known((*where, "metrics"), "metric", given.metrics, draft.raw.metrics)
        most = sum(_worth(draft, metric) for metric in metrics)
        if given.min_score.endswith("%"):
            least = math.ceil(most * int(given.min_score[:-1]) / 100)
        else:
            least = int(given.min_score)
        if not given.metrics:
            draft.wrong((*where, "metrics"), "is empty", "name at least one metric")
        elif least > most:
            message = f"{least} cannot be reached: its metrics give {most} at most"
            draft.wrong((*where, "min_score"), message, "lower it")
        evaluations.append(Evaluation(name=name, metrics=metrics, min_score=least))
    return tuple(evaluations)


def resolve_objectives(draft: Draft) -> tuple[Objective, ...]:
    """All objectives."""
    for name, given in draft.raw.objectives.items():
        where = ("objectives", name, "evaluation")
        draft.known(where, "evaluation", given.evaluation, draft.raw.evaluations)
    return tuple(
        Objective(
            name=name,
            evaluation=given.evaluation,
            title=draft.text(("objectives", name, "title"), given.title, name),
        )
        for name, given in draft.raw.objectives.items()
    )


def resolve_goals(draft: Draft) -> tuple[Goal, ...]:
    """All goals."""
    goals = []
    for name, given in draft.raw.goals.items():
        where = ("goals", name)
        objectives = draft.all_known(
            (*where, "objectives"), "objective", given.objectives, draft.raw.objectives
        )
        if not given.objectives:
            draft.wrong((*where, "objectives"), "is empty", "name at least one objective")
        title = draft.text((*where, "title"), given.title, name)
        goals.append(Goal(name=name, objectives=objectives, title=title))
    return tuple(goals)
