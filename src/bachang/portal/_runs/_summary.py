"""A run as a row of a table: how far it is, and where it is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bachang.catalogue import both
from bachang.exercise import TaskScore
from bachang.portal._memory import Memory, Trail
from bachang.portal._outside import moment_or_none
from bachang.portal._registry import RunRow
from bachang.portal._world import World
from bachang.portal.models import RunState, RunSummary, Text


def summary(
    row: RunRow,
    pack: str,
    title: Text,
    world: World | None,
    memory: Memory | None,
    *,
    place: int | None,
    now_s: float,
) -> RunSummary:
    """One run as a row of a table.

    Args:
        row: The run as it is kept.
        pack: Name of its pack.
        title: Title of its pack.
        world: Its sandbox, while it lives.
        memory: What is remembered of its journal, if it ever lived.
        place: Its place in the queue, from 1.
        now_s: Unix seconds.
    """
    trail = memory.trail if memory else Trail()
    tasks = memory.score.tasks if memory else ()
    state = RunState.PAUSED if world and world.paused else row.state
    touched_at = world.touched_at if world else None
    return RunSummary(
        id=row.id,
        exercise=row.exercise,
        pack=pack,
        title=title,
        learner=row.learner,
        account=row.account,
        state=state,
        queue_place=place,
        reason=both(row.reason),
        points=memory.score.points if memory else 0,
        max_points=memory.score.max_points if memory else 0,
        tasks=len(tasks),
        **progress(row, tasks, trail, touched_at, now_s),
        started_at=moment_or_none(row.started_at),
        ended_at=moment_or_none(row.ended_at),
        unrecorded_since=moment_or_none(world.unrecorded_since) if world else None,
    )


def progress(
    row: RunRow,
    tasks: Sequence[TaskScore],
    trail: Trail,
    touched_at: float | None,
    now_s: float,
) -> dict[str, Any]:
    """What moves in a row: fields of a `RunSummary`.

    Args:
        row: The run as it is kept.
        tasks: Its tasks' scores.
        trail: What the learner did.
        touched_at: Unix time at which the learner last did something else.
        now_s: Unix seconds.
    """
    current = _current(tasks, trail)
    active = [one for one in (trail.last_s, touched_at) if one is not None]
    return {
        "solved": sum(task.solved for task in tasks),
        "current_task": current,
        "attempts": next((one.standing.wrong for one in tasks if one.name == current), 0),
        "stuck_s": _stuck_s(row, tasks, trail, now_s),
        "last_activity": moment_or_none(max(active, default=row.started_at)),
    }


def _stuck_s(row: RunRow, tasks: Sequence[TaskScore], trail: Trail, now_s: float) -> float:
    """Wall seconds since the learner got on; 0 when there is nothing to do."""
    if row.started_at is None or row.ended_at is not None:
        return 0.0
    if tasks and all(task.solved for task in tasks):
        return 0.0
    moments = [task.standing.solved_wall_s or 0.0 for task in tasks]
    return round(max(0.0, now_s - max([row.started_at, trail.hint_s, *moments])), 1)


def _current(tasks: Sequence[TaskScore], trail: Trail) -> str | None:
    """The task that is worked on: the last one touched, else the first that is open."""
    is_open = [task.name for task in tasks if not task.solved]
    touched = [name for name in trail.touched if name in is_open]
    return touched[-1] if touched else next(iter(is_open), None)
