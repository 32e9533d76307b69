"""Boards: who stands where, remembered until somebody gets on."""

from __future__ import annotations

from bachang.portal._memory import Memory
from bachang.portal._outside import moment_or_none
from bachang.portal._registry import Registry, RunRow
from bachang.portal._stage import Stage
from bachang.portal.models import Board, BoardRow, BoardTask

_MOST = 100


class Boards:
    """The boards of all exercises."""

    def __init__(self, registry: Registry, stage: Stage) -> None:
        self._registry = registry
        self._stage = stage
        self._boards: dict[str, tuple[int, bytes]] = {}

    def at_hand(self, exercise: str) -> bytes | None:
        """The board as JSON, if nothing has changed since it was last made."""
        progress, content = self._boards.get(exercise, (-1, b""))
        return content if progress == self._stage.progress else None

    def json(self, exercise: str) -> bytes:
        """The board as JSON; remembered until somebody gets on."""
        progress = self._stage.progress
        content = self.get(exercise).model_dump_json().encode()
        if len(self._boards) > _MOST:
            self._boards.clear()
        self._boards[exercise] = (progress, content)
        return content

    def get(self, exercise: str) -> Board:
        """Who stands where."""
        row = self._registry.exercise(exercise)
        memories = [
            (run, memory)
            for run in self._registry.runs_of(exercise)
            if (memory := self._stage.memory(run)) is not None
        ]
        rows = [_standing(run, memory) for run, memory in memories]
        tasks = memories[0][1].plan.exercise.tasks if memories else ()
        return Board(
            exercise=row.id,
            title=row.title,
            state=row.state,
            tasks=[
                BoardTask(name=one.name, title=one.title, level=one.level, points=one.points)
                for one in tasks
            ],
            rows=_placed(rows),
        )


def _standing(run: RunRow, memory: Memory) -> BoardRow:
    score = memory.score
    solved = sorted(
        (task for task in score.tasks if task.solved),
        key=lambda task: task.standing.solved_wall_s or 0.0,
    )
    last = solved[-1].standing.solved_wall_s if solved else None
    return BoardRow(
        place=0,
        run=run.id,
        learner=run.learner,
        points=score.points,
        max_points=score.max_points,
        solved=[task.name for task in solved],
        last_solved_at=moment_or_none(last),
    )


def _placed(rows: list[BoardRow]) -> list[BoardRow]:
    """The rows in their order, with their places."""

    def rank(row: BoardRow) -> tuple[int, float]:
        at = row.last_solved_at.timestamp() if row.last_solved_at else float("inf")
        return -row.points, at

    ordered = sorted(rows, key=lambda row: (*rank(row), row.learner, row.run))
    places: dict[tuple[int, float], int] = {}
    for number, row in enumerate(ordered, 1):
        places.setdefault(rank(row), number)
    return [row.model_copy(update={"place": places[rank(row)]}) for row in ordered]
