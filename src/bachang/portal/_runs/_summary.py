"""A run as a row of a table: how far it is, and where it is stuck."""

from __future__ import annotations

from collections.abc import Sequence

from bachang.exercise import TaskScore
from bachang.journal import Event
from bachang.portal._memory import Memory
from bachang.portal._outside import moment_or_none
from bachang.portal._registry import ExerciseRow, RunRow
from bachang.portal._world import World
from bachang.portal.models import RunState, RunSummary


def summary(
    row: RunRow,
    exercise: ExerciseRow,
    world: World | None,
    memory: Memory | None,
    *,
    place: int | None,
    now_s: float,
) -> RunSummary:
    """One run as a row of a table.

    Args:
        row: The run as it is kept.
        exercise: Its exercise.
        world: Its sandbox, while it lives.
        memory: What is remembered of its journal, if it ever lived.
        place: Its place in the queue, from 1.
        now_s: Unix seconds.
    """
    learning = memory.learning if memory else []
    tasks = memory.score.tasks if memory else ()
    current = _current(tasks, learning)
    state = RunState.PAUSED if world and world.paused else row.state
    active = [event.wall_time_s for event in learning]
    if world and world.touched_at:
        active.append(world.touched_at)
    return RunSummary(
        id=row.id,
        exercise=row.exercise,
        pack=exercise.pack,
        title=memory.plan.title if memory else {"en": exercise.title},
        learner=row.learner,
        account=row.account,
        state=state,
        queue_place=place,
        reason=row.reason,
        points=memory.score.points if memory else 0,
        max_points=memory.score.max_points if memory else 0,
        solved=sum(task.solved for task in tasks),
        tasks=len(tasks),
        current_task=current,
        attempts=_attempts(tasks, current),
        stuck_s=_stuck_s(row, tasks, learning, now_s),
        last_activity=moment_or_none(max(active, default=row.started_at)),
        started_at=moment_or_none(row.started_at),
        ended_at=moment_or_none(row.ended_at),
    )


def _stuck_s(row: RunRow, tasks: Sequence[TaskScore], learning: list[Event], now_s: float) -> float:
    """Wall seconds since the learner got on; 0 when there is nothing to do."""
    if row.started_at is None or row.ended_at is not None:
        return 0.0
    if tasks and all(task.solved for task in tasks):
        return 0.0
    moments = [task.standing.solved_wall_s or 0.0 for task in tasks]
    moments += [event.wall_time_s for event in learning if event.kind == "hint.taken"]
    return round(max(0.0, now_s - max([row.started_at, *moments])), 1)


def _current(tasks: Sequence[TaskScore], learning: list[Event]) -> str | None:
    """The task that is worked on: the last one touched, else the first that is open."""
    is_open = [task.name for task in tasks if not task.solved]
    touched = [event.subject for event in learning if event.subject in is_open]
    return touched[-1] if touched else next(iter(is_open), None)


def _attempts(tasks: Sequence[TaskScore], current: str | None) -> int:
    return next((task.standing.wrong for task in tasks if task.name == current), 0)
