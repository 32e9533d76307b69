"""Starting, steering and watching exercises."""

from __future__ import annotations

from collections.abc import Callable

from bachang.exercise import run as run_program
from bachang.fabric import FabricError
from bachang.plan import Inject as PlannedInject
from bachang.plan import InjectKind
from bachang.portal import _capacity as machine
from bachang.portal import _views as views
from bachang.portal._access import Person, may_start
from bachang.portal._audit import Audit
from bachang.portal._library import Library
from bachang.portal._memory import Memory
from bachang.portal._outside import Outside, moment, moment_or_none
from bachang.portal._people import People
from bachang.portal._problem import conflict, invalid, not_found
from bachang.portal._registry import ACTIVE, ExerciseRow, Registry, RunRow
from bachang.portal._runs import Runs
from bachang.portal._settings import Settings
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import (
    Advance,
    Board,
    BoardRow,
    BoardTask,
    Broadcast,
    Capacity,
    DoInject,
    Done,
    Exercise,
    ExerciseState,
    Extend,
    Freeze,
    Inject,
    Kind,
    NewExercise,
    Page,
    RunState,
)

_MOST_LEARNERS = 200
_BOARDS = 100
_OWN_RUNS = 3
"""Trainings that one person may have at a time."""
_ADVANCE_LIMIT_S = 60.0


class Exercises:
    """The exercises. Whether whoever asks may is decided before, by `Access`."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        stage: Stage,
        runs: Runs,
        library: Library,
        people: People,
        audit: Audit,
        outside: Outside,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._stage = stage
        self._runs = runs
        self._library = library
        self._people = people
        self._audit = audit
        self._outside = outside
        self._boards: dict[str, tuple[int, bytes]] = {}

    # ---- looking

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
        fits, limit, reason = self._stage.room(pack)
        running = len(self._stage.worlds())
        memory = machine.memory()
        return Capacity(
            fits=fits,
            running=running,
            limit=limit,
            reason=reason,
            load=machine.load(),
            memory_mib=memory.total,
            memory_free_mib=memory.available,
        )

    def at_hand(self, kind: str, identity: str) -> bool:
        """See `Registry.at_hand`."""
        return self._registry.at_hand(kind, identity)

    def board_at_hand(self, exercise: str) -> bytes | None:
        """The board as JSON, if nothing has changed since it was last made."""
        progress, content = self._boards.get(exercise, (-1, b""))
        return content if progress == self._stage.progress else None

    def board_json(self, exercise: str) -> bytes:
        """The board as JSON; remembered until somebody gets on."""
        progress = self._stage.progress
        content = self.board(exercise).model_dump_json().encode()
        if len(self._boards) > _BOARDS:
            self._boards.clear()
        self._boards[exercise] = (progress, content)
        return content

    def board(self, exercise: str) -> Board:
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

    # ---- starting and ending

    def start(self, new: NewExercise, *, by: Person) -> Exercise:
        """Start an exercise; its runs begin as there is room."""
        pack = self._library.usable(new.pack)
        members = self._members(new, by)
        may_start(
            by,
            new.kind,
            proven=pack.shipped or bool(pack.verified and pack.verified.ok),
            own_pack=self._library.owner(new.pack) == by.id,
            own_group=new.group is None or self._people.group(new.group).owner == by.id,
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
        return self.get(identity)

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
        group = self._people.group(new.group)
        if new.kind is Kind.DRILL:
            return [(None, group.title)]
        page = self._people.members(new.group, after=None, limit=_MOST_LEARNERS + 1)
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

    def end(self, exercise: str, *, by: Person) -> Exercise:
        """End an exercise with all of its runs."""
        self._stage.end_exercise(exercise, f"ended by {by.display_name or by.name}")
        self._audit.note(by.name, "exercise.ended", exercise)
        return self.get(exercise)

    # ---- steering

    def broadcast(self, exercise: str, message: Broadcast, *, by: Person) -> Done:
        """Tell everybody something."""

        def tell(world: World) -> None:
            data = {"text": {"en": message.text}}
            world.record(
                actor=f"white/{by.name}", kind="message.sent", subject="everyone", data=data
            )

        return self._for_all(exercise, None, tell, by, "exercise.broadcast")

    def inject(self, exercise: str, what: DoInject, *, by: Person) -> Done:
        """Do an inject now."""

        def do(world: World) -> None:
            planned = {one.name: one for one in world.plan.exercise.injects}
            if what.inject not in planned:
                raise not_found("inject", what.inject)
            _inject(world, planned[what.inject], f"white/{by.name}")

        return self._for_all(exercise, what.run, do, by, "exercise.inject", what.inject)

    def extend(self, exercise: str, more: Extend, *, by: Person) -> Exercise:
        """Give more time."""
        row = self._registry.exercise(exercise)
        if row.ends_at is None or row.state is ExerciseState.ENDED:
            raise conflict("this exercise has no end to put off", "end it when everybody is ready")
        ends_at = row.ends_at + 60 * more.minutes
        self._registry.change_exercise(exercise, ends_at=ends_at)
        self._audit.note(by.name, "exercise.extended", exercise, {"minutes": more.minutes})
        return self.get(exercise)

    def freeze(self, exercise: str, what: Freeze, *, by: Person) -> Done:
        """Stop all clocks and hosts, or let them go on."""

        def do(world: World) -> None:
            with world.acting:
                if what.frozen != world.paused:
                    (world.sandbox.pause if what.frozen else world.sandbox.resume)()
                    world.look()

        done = self._for_all(exercise, None, do, by, "exercise.frozen", str(what.frozen))
        state = ExerciseState.FROZEN if what.frozen else ExerciseState.RUNNING
        self._registry.change_exercise(exercise, state=state)
        return done

    def advance(self, exercise: str, how: Advance, *, by: Person) -> Done:
        """Let the field systems step ahead."""

        def do(world: World) -> None:
            until_s = world.sandbox.status().sandbox_time_s + how.seconds
            world.sandbox.advance(until_s, limit_s=_ADVANCE_LIMIT_S)

        return self._for_all(exercise, how.run, do, by, "exercise.advanced", str(how.seconds))

    def _for_all(
        self,
        exercise: str,
        run: str | None,
        do: Callable[[World], None],
        by: Person,
        action: str,
        what: str = "",
    ) -> Done:
        """Do something in each sandbox, or in one; a sandbox that fails stops no other."""
        if self._registry.exercise(exercise).state is ExerciseState.ENDED:
            raise conflict("this exercise has ended", "start a new one")
        rows = [row for row in self._registry.runs_of(exercise) if run in (None, row.id)]
        if not rows:
            raise not_found("run", str(run))
        done, failed = list[str](), dict[str, str]()
        for row in rows:
            world = self._stage.world(row.id)
            if world is None:
                if row.state in ACTIVE:
                    failed[row.id] = f"it is {row.state}"
                continue
            try:
                do(world)
                done.append(row.id)
            except (FabricError, TimeoutError) as error:
                failed[row.id] = str(error)
        self._audit.note(by.name, action, exercise, {"what": what} if what else None)
        return Done(done=done, failed=failed)


def _inject(world: World, inject: PlannedInject, actor: str) -> None:
    """Carry an inject out and journal it, as the story's director does."""
    outcome: dict[str, object] = {}
    if inject.kind is InjectKind.POINT and inject.point and inject.value is not None:
        tick = world.sandbox.command(inject.point, inject.value, actor=actor)
        outcome = {"point": inject.point, "value": inject.value, "tick": tick}
    elif inject.kind is InjectKind.PROGRAM and inject.program:
        outcome = {"status": run_program(world.sandbox, inject.program).status}
    else:
        for receiver in inject.to or ("everyone",):
            text = {"text": inject.message}
            world.record(actor=actor, kind="message.sent", subject=receiver, data=text)
    data = {"event": "", "script": "", **outcome}
    world.record(actor=actor, kind="inject.applied", subject=inject.name, data=data)


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
