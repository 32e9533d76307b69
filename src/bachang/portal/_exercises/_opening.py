"""Starting exercises: whose the runs are, and who may."""

from __future__ import annotations

from bachang.portal._access import Person, may_start
from bachang.portal._exercises._exercises import Exercises
from bachang.portal._ground import Ground
from bachang.portal._library import Library
from bachang.portal._people import Groups
from bachang.portal._problem import conflict, invalid
from bachang.portal._registry import ExerciseRow, Registry, RunRow
from bachang.portal.models import Exercise, ExerciseState, Kind, NewExercise, RunState

_MOST_LEARNERS = 200
_OWN_RUNS = 3
"""Trainings that one person may have at a time."""


class Opening:
    """Starts exercises; their runs begin as there is room."""

    def __init__(
        self,
        ground: Ground,
        registry: Registry,
        library: Library,
        groups: Groups,
        exercises: Exercises,
    ) -> None:
        self._outside = ground.outside
        self._registry = registry
        self._library = library
        self._groups = groups
        self._exercises = exercises

    def start(self, new: NewExercise, *, by: Person) -> Exercise:
        """Start an exercise; its runs begin as there is room."""
        pack = self._library.usable(new.pack)
        members = self._members(new, by)
        may_start(
            by,
            new.kind,
            proven=pack.shipped or bool(pack.verified and pack.verified.ok),
            own_pack=self._library.owner(new.pack) == by.id,
            own_group=new.group is None or self._groups.get(new.group).owner == by.id,
        )
        self._check_own(new, by)
        now, identity = self._outside.now(), self._outside.identity()
        row = ExerciseRow(
            id=identity,
            kind=new.kind,
            pack=new.pack,
            title=new.title or pack.title["en"],
            group_id=new.group,
            owner=by.id,
            state=ExerciseState.RUNNING,
            created_at=now,
            ends_at=now + 60 * new.duration_min if new.duration_min else None,
            ended_at=None,
        )
        runs = [
            self._new_run(identity, place, account, name, now)
            for place, (account, name) in enumerate(members)
        ]
        self._registry.create(row, runs, by=by)
        return self._exercises.get(identity)

    def _new_run(
        self, exercise: str, place: int, account: str | None, name: str, now: float
    ) -> RunRow:
        return RunRow(
            id=self._outside.identity(),
            exercise=exercise,
            place=place,
            learner=name,
            account=account,
            state=RunState.QUEUED,
            reason="",
            sandbox=None,
            playing=False,
            created_at=now,
            started_at=None,
            ended_at=None,
        )

    def _members(self, new: NewExercise, by: Person) -> list[tuple[str | None, str]]:
        """Whose the runs are: account and name; a drill has one run for all."""
        if new.kind is Kind.TRAINING:
            if new.group is not None:
                raise invalid("a training is for one person", "start a class for a group")
            return [(by.id, by.display_name)]
        if new.group is None:
            raise invalid(f"a {new.kind} needs a group", "make one and put people into it")
        group = self._groups.get(new.group)
        if new.kind is Kind.DRILL:
            return [(None, group.title)]
        page = self._groups.members(new.group, after=None, limit=_MOST_LEARNERS + 1)
        if not page.items or len(page.items) > _MOST_LEARNERS:
            raise invalid(
                f"a class has 1 to {_MOST_LEARNERS} learners, this group has {group.members}",
                "put people into the group, or make several",
            )
        return [(member.id, member.display_name) for member in page.items]

    def _check_own(self, new: NewExercise, by: Person) -> None:
        own = [row for row in self._registry.active() if row.account == by.id]
        trainings = [
            row for row in own if self._registry.exercise(row.exercise).kind is Kind.TRAINING
        ]
        if new.kind is Kind.TRAINING and len(trainings) >= _OWN_RUNS:
            raise conflict(f"you have {len(trainings)} trainings already", "end one of them first")
