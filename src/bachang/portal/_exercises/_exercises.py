"""How exercises look."""

from __future__ import annotations

from bachang.portal import _capacity as capacity
from bachang.portal import _views as views
from bachang.portal._access import Person
from bachang.portal._outside import moment, moment_or_none
from bachang.portal._registry import ExerciseRow, Registry, RunRow
from bachang.portal._runs import Runs
from bachang.portal._stage import Stage
from bachang.portal.models import Capacity, Exercise, Inject, Page


class Exercises:
    """The exercises. Whether whoever asks may is decided before, by `Access`."""

    def __init__(self, registry: Registry, stage: Stage, runs: Runs) -> None:
        self._registry = registry
        self._stage = stage
        self._runs = runs

    def visible(self, person: Person, *, after: str | None, limit: int) -> Page[Exercise]:
        """Part of the exercises that a person may look into, latest first."""
        rows = self._registry.exercises_for(person, after, limit)
        following = rows[limit - 1].id if len(rows) > limit else None
        return Page(items=[self._document(row) for row in rows[:limit]], next=following)

    def running(self) -> list[ExerciseRow]:
        """The exercises that have not ended."""
        return self._registry.running_exercises()

    def get(self, exercise: str) -> Exercise:
        """One exercise."""
        return self._document(self._registry.exercise(exercise))

    def _document(self, row: ExerciseRow) -> Exercise:
        runs, places = self._registry.runs_of(row.id), self._runs.places()
        return Exercise(
            id=row.id,
            kind=row.kind,
            pack=row.pack,
            title=row.title,
            group=row.group_id,
            owner=row.owner,
            state=row.state,
            created_at=moment(row.created_at),
            ends_at=moment_or_none(row.ends_at),
            ended_at=moment_or_none(row.ended_at),
            capacity=self.capacity(row.pack),
            runs=[self._runs.summary(run, places) for run in runs],
            injects=self._injects(runs),
        )

    def _injects(self, runs: list[RunRow]) -> list[Inject]:
        memories = (self._stage.memory(run) for run in runs)
        return next((views.injects(memory.plan) for memory in memories if memory), [])

    def capacity(self, pack: str) -> Capacity:
        """How many sandboxes of a pack fit now."""
        return capacity.document(self._stage.starts.room(pack), len(self._stage.worlds()))

    def at_hand(self, kind: str, identity: str) -> bool:
        """See `Registry.at_hand`."""
        return self._registry.at_hand(kind, identity)
