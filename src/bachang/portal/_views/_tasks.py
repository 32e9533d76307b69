"""Tasks, scores and injects as documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bachang.exercise import Score as ExerciseScore
from bachang.exercise import TaskScore
from bachang.plan import AnswerKind, Plan
from bachang.portal.models import Hint, Inject, Score, Task, Text


def tasks(plan: Plan, scores: Iterable[TaskScore]) -> list[Task]:
    """The tasks as the learner sees them now."""
    by_name = {one.name: one for one in scores}
    solved = {name for name, one in by_name.items() if one.solved}
    return [_task(task, by_name[task.name], solved) for task in plan.exercise.tasks]


def _task(task: Any, score: TaskScore, solved: set[str]) -> Task:
    standing = score.standing
    left = max(0, task.max_attempts - standing.attempts) if task.max_attempts else None
    return Task(
        name=task.name,
        level=task.level,
        title=task.title,
        text=task.text,
        points=task.points,
        earned=score.points,
        kind="world" if task.answer.kind is AnswerKind.CONDITION else "text",
        hints=[
            Hint(price=hint.penalty, text=hint.text if number in standing.hints else None)
            for number, hint in enumerate(task.hints)
        ],
        attempts=standing.attempts,
        attempts_left=left,
        wrong_price=task.wrong_penalty,
        requires=[name for name in task.requires if name not in solved],
        solved=standing.solved,
        solved_at_s=standing.solved_at_s,
    )


def score(value: ExerciseScore) -> Score:
    """A score as a document."""
    return Score(
        points=value.points,
        max_points=value.max_points,
        objectives=value.objectives,
        goals=value.goals,
        consequences=value.consequences,
        faults=len(value.faults),
    )


def objective_titles(plan: Plan) -> dict[str, Text]:
    """What each objective is called; its name where it has no title."""
    return {one.name: dict(one.title) or {"en": one.name} for one in plan.exercise.objectives}


def injects(plan: Plan) -> list[Inject]:
    """What exercise control can do, in short."""
    return [
        Inject(name=one.name, kind=one.kind.value, text=_inject_text(one))
        for one in plan.exercise.injects
    ]


def _inject_text(inject: Any) -> Text:
    if inject.message:
        return dict(inject.message)
    if inject.point is not None:
        return {"en": f"{inject.point} = {json.dumps(inject.value, ensure_ascii=False)}"}
    return {"en": inject.name}
