"""Exercises and runs as the data base has them.

Only this writes them, so rows that were read are remembered until they change.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, insert, or_, select, update

from bachang.portal._access import Person, Relation
from bachang.portal._audit import Audit
from bachang.portal._people import is_member
from bachang.portal._problem import not_found
from bachang.portal.models import ExerciseState, Kind, Role, RunState
from bachang.portal.store import PortalStore, tables

_EXERCISE, _RUN, _MEMBERSHIP = tables.exercise, tables.run, tables.membership
_REMEMBERED = 5000
ACTIVE = (RunState.QUEUED, RunState.STARTING, RunState.RUNNING, RunState.PAUSED)
"""States of runs that use, or will use, the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRow:
    """An exercise as it is kept."""

    id: str
    kind: Kind
    pack: str
    title: str
    group_id: str | None
    owner: str
    state: ExerciseState
    created_at: float
    ends_at: float | None
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run as it is kept."""

    id: str
    exercise: str
    place: int
    learner: str
    account: str | None
    state: RunState
    reason: str
    sandbox: str | None
    playing: bool
    created_at: float
    started_at: float | None
    ended_at: float | None


class Registry:
    """Reader and writer of exercises and runs."""

    def __init__(self, store: PortalStore, audit: Audit) -> None:
        self._store = store
        self._audit = audit
        self._lock = threading.RLock()
        self._known_exercises: dict[str, ExerciseRow] = {}
        self._known_runs: dict[str, RunRow] = {}
        self._known_places: dict[str, list[str]] = {}

    # ---- relations, for `Access`

    def to_exercise(self, person: Person, exercise: str) -> frozenset[Relation]:
        """What a person is to an exercise."""
        row = self.exercise(exercise)
        inside = any(run.account == person.id for run in self.runs_of(exercise))
        drill = row.kind is Kind.DRILL
        member = inside or (drill and self._in_group(row, person))
        found = {Relation.OWNER} if row.owner == person.id else set()
        return frozenset(found | ({Relation.MEMBER} if member else set()))

    def to_run(self, person: Person, run: str) -> frozenset[Relation]:
        """What a person is to a run."""
        row = self.run(run)
        exercise = self.exercise(row.exercise)
        found = {Relation.TEACHER} if exercise.owner == person.id else set()
        if row.account == person.id or (row.account is None and self._in_group(exercise, person)):
            found.add(Relation.LEARNER)
        return frozenset(found)

    def _in_group(self, exercise: ExerciseRow, person: Person) -> bool:
        if exercise.group_id is None:
            return False
        with self._store.reading() as connection:
            return is_member(connection, exercise.group_id, person.id)

    # ---- reading

    def exercise(self, exercise: str) -> ExerciseRow:
        """One exercise.

        Raises:
            ProblemError: 404.
        """
        known = self._known_exercises.get(exercise)
        if known is not None:
            return known
        with self._lock:
            rows = self._exercises(select(_EXERCISE).where(_EXERCISE.c.id == exercise))
            if not rows:
                raise not_found("exercise", exercise)
            self._known_exercises[exercise] = rows[0]
            self._forget_most()
        return rows[0]

    def run(self, run: str) -> RunRow:
        """One run.

        Raises:
            ProblemError: 404.
        """
        known = self._known_runs.get(run)
        if known is not None:
            return known
        with self._lock:
            rows = self._runs(select(_RUN).where(_RUN.c.id == run))
            if not rows:
                raise not_found("run", run)
            self._known_runs[run] = rows[0]
            self._forget_most()
        return rows[0]

    def _forget_most(self) -> None:
        if len(self._known_runs) + len(self._known_exercises) > _REMEMBERED:
            self._known_exercises.clear()
            self._known_runs.clear()
            self._known_places.clear()

    def at_hand(self, kind: str, identity: str) -> bool:
        """Whether relations to an exercise or run can be told without the data base."""
        if kind == "run":
            run = self._known_runs.get(identity)
            if run is None or run.account is None:
                return False
            return run.exercise in self._known_exercises
        row = self._known_exercises.get(identity)
        return row is not None and row.kind is not Kind.DRILL and identity in self._known_places

    def knows(self, run: str) -> bool:
        """Whether there is, or was, a run of this id."""
        return bool(self._runs(select(_RUN).where(_RUN.c.id == run)))

    def runs_of(self, exercise: str) -> list[RunRow]:
        """The runs of an exercise, by their places."""
        places = self._known_places.get(exercise)
        if places is None:
            query = select(_RUN.c.id).where(_RUN.c.exercise == exercise).order_by(_RUN.c.place)
            with self._lock, self._store.reading() as connection:
                places = list(connection.execute(query).scalars())
                if places:
                    self._known_places[exercise] = places
        return [self.run(run) for run in places]

    def active(self) -> list[RunRow]:
        """All runs that use or wait for the machine, in the order of the queue."""
        query = select(_RUN).where(_RUN.c.state.in_(ACTIVE))
        return self._runs(query.order_by(_RUN.c.created_at, _RUN.c.exercise, _RUN.c.place))

    def running_exercises(self) -> list[ExerciseRow]:
        """Exercises that have not ended."""
        query = select(_EXERCISE).where(_EXERCISE.c.state != ExerciseState.ENDED)
        return self._exercises(query)

    def runs_for(self, person: Person, after: str | None, limit: int) -> list[RunRow]:
        """A person's own runs, latest first; one more than ``limit`` if there are more."""
        drills = (
            select(_EXERCISE.c.id)
            .join(_MEMBERSHIP, _MEMBERSHIP.c.group_id == _EXERCISE.c.group_id)
            .where(_EXERCISE.c.kind == Kind.DRILL, _MEMBERSHIP.c.account == person.id)
        )
        query = select(_RUN).where(or_(_RUN.c.account == person.id, _RUN.c.exercise.in_(drills)))
        return self._runs(_latest_first(query, _RUN, after, limit))

    def exercises_for(self, person: Person, after: str | None, limit: int) -> list[ExerciseRow]:
        """The exercises that a person may look into, latest first, as `runs_for`."""
        query = select(_EXERCISE)
        if not person.roles & {Role.ORGANISER, Role.OPERATOR}:
            query = query.where(_EXERCISE.c.owner == person.id)
        return self._exercises(_latest_first(query, _EXERCISE, after, limit))

    def _exercises(self, query: Select[Any]) -> list[ExerciseRow]:
        with self._store.reading() as connection:
            return [_exercise(row) for row in connection.execute(query)]

    def _runs(self, query: Select[Any]) -> list[RunRow]:
        with self._store.reading() as connection:
            return [_run(row) for row in connection.execute(query)]

    # ---- writing

    def create(self, exercise: ExerciseRow, runs: Iterable[RunRow], *, by: Person) -> None:
        """Keep a new exercise with its runs."""
        with self._store.writing() as connection:
            connection.execute(insert(_EXERCISE).values(**_values(exercise)))
            connection.execute(insert(_RUN), [_values(run) for run in runs])
            what = {"kind": exercise.kind, "pack": exercise.pack}
            self._audit.write(connection, by.name, "exercise.started", exercise.id, what)

    def change_run(self, run: str, **values: Any) -> RunRow:
        """Change some columns of a run; how it is then."""
        with self._lock:
            with self._store.writing() as connection:
                connection.execute(update(_RUN).where(_RUN.c.id == run).values(**values))
            self._known_runs.pop(run, None)
        return self.run(run)

    def begin_run(self, run: str, *, sandbox: str, at: float) -> bool:
        """A run that was being started runs; whether it was still wanted."""
        mine = (_RUN.c.id == run) & (_RUN.c.state == RunState.STARTING)
        values = {"state": RunState.RUNNING, "sandbox": sandbox, "started_at": at}
        with self._lock:
            with self._store.writing() as connection:
                changed = connection.execute(update(_RUN).where(mine).values(**values)).rowcount
            self._known_runs.pop(run, None)
        return bool(changed)

    def change_exercise(self, exercise: str, **values: Any) -> ExerciseRow:
        """Change some columns of an exercise; how it is then."""
        with self._lock:
            with self._store.writing() as connection:
                mine = _EXERCISE.c.id == exercise
                connection.execute(update(_EXERCISE).where(mine).values(**values))
            self._known_exercises.pop(exercise, None)
        return self.exercise(exercise)


def _latest_first(query: Select[Any], table: Any, after: str | None, limit: int) -> Select[Any]:
    if after is not None:
        at = select(table.c.created_at).where(table.c.id == after).scalar_subquery()
        older = (table.c.created_at == at) & (table.c.id > after)
        query = query.where((table.c.created_at < at) | older)
    return query.order_by(table.c.created_at.desc(), table.c.id).limit(limit + 1)


def _values(row: ExerciseRow | RunRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def _exercise(row: Row[Any]) -> ExerciseRow:
    values = row._asdict()
    values["kind"], values["state"] = Kind(row.kind), ExerciseState(row.state)
    return ExerciseRow(**values)


def _run(row: Row[Any]) -> RunRow:
    return RunRow(**{**row._asdict(), "state": RunState(row.state)})
