"""What can be done with one run, and how it looks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bachang.exercise import take_hint, weigh
from bachang.journal import Event
from bachang.plan import Plan
from bachang.portal import _views as views
from bachang.portal._access import Person, Relation
from bachang.portal._audit import Audit
from bachang.portal._limits import Limit
from bachang.portal._outside import Outside, moment_or_none
from bachang.portal._problem import conflict
from bachang.portal._registry import Registry, RunRow
from bachang.portal._settings import Settings
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import (
    NewAnswer,
    Page,
    PlayStory,
    PointInfo,
    Reset,
    Role,
    Run,
    RunEvent,
    RunState,
    RunSummary,
    Score,
    TakeHint,
    TakenHint,
    Topology,
    Verdict,
)
from bachang.twins import TYPES, Point

_PROGRESS = frozenset({"task.answered", "hint.taken", "platform.fault", "condition.held"})
_STATE = frozenset({"sandbox.paused", "sandbox.resumed", "sandbox.reset", "sandbox.restored"})
_NO_SCORE = Score(points=0, max_points=0, objectives={}, goals={}, consequences={}, faults=0)


class Runs:
    """The runs. Whether whoever asks may is decided before, by `Access`."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        stage: Stage,
        audit: Audit,
        outside: Outside,
    ) -> None:
        self._registry = registry
        self._stage = stage
        self._audit = audit
        self._outside = outside
        self._answers = Limit("answers", settings.answers_per_minute, outside.elapsed)
        stage.changes = self.changes

    # ---- looking

    def own(self, person: Person, *, after: str | None, limit: int) -> Page[RunSummary]:
        """Part of a person's own runs, latest first."""
        rows = self._registry.runs_for(person, after, limit)
        following = rows[limit - 1].id if len(rows) > limit else None
        places = self.places()
        return Page(items=[self.summary(row, places) for row in rows[:limit]], next=following)

    def get(self, run: str, person: Person) -> Run:
        """One run, as a person may see it."""
        return self.document(run, everything=self.sees_everything(run, person))

    def sees_everything(self, run: str, person: Person) -> bool:
        """Whether somebody sees behind the scenes of a run: who teaches, and not who learns."""
        if person.roles & {Role.ORGANISER, Role.OPERATOR}:
            return True
        relations = self._registry.to_run(person, run)
        teaches = person.roles & {Role.INSTRUCTOR}
        return Relation.TEACHER in relations and bool(teaches)

    def document(self, run: str, *, everything: bool) -> Run:
        """One run."""
        row = self._registry.run(run)
        world, memory = self._stage.world(run), self._stage.memory(row)
        summary = self.summary(row, self.places())
        plan = memory.plan if memory else None
        return Run(
            **summary.model_dump(),
            sandbox_time_s=memory.sandbox_time_s if memory else 0.0,
            epoch=world.epoch if world else 0,
            story=memory.story if memory else "idle",
            doors=views.doors(plan) if plan else [],
            hosts=world.hosts if world else [],
            task_list=views.tasks(plan, memory.score.tasks) if plan and memory else [],
            score=views.score(memory.score) if memory else _NO_SCORE,
            points_now=memory.points_now if memory else {},
            timeline=memory.timeline(everything=everything) if memory else [],
            degraded=world.degraded if world else [],
        )

    def places(self) -> dict[str, int]:
        """Waiting runs and their places in the queue, from 1."""
        return {row.id: place for place, row in enumerate(self._stage.queue(), 1)}

    def summary(self, row: RunRow, places: dict[str, int]) -> RunSummary:
        """One run as a row of a table."""
        exercise = self._registry.exercise(row.exercise)
        world, memory = self._stage.world(row.id), self._stage.memory(row)
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
            queue_place=places.get(row.id),
            reason=row.reason,
            points=memory.score.points if memory else 0,
            max_points=memory.score.max_points if memory else 0,
            solved=sum(task.solved for task in tasks),
            tasks=len(tasks),
            current_task=current,
            attempts=_attempts(tasks, current),
            stuck_s=self._stuck_s(row, tasks, learning),
            last_activity=moment_or_none(max(active, default=row.started_at)),
            started_at=moment_or_none(row.started_at),
            ended_at=moment_or_none(row.ended_at),
        )

    def _stuck_s(self, row: RunRow, tasks: Any, learning: list[Event]) -> float:
        """Wall seconds since the learner got on; 0 when there is nothing to do."""
        if row.started_at is None or row.ended_at is not None:
            return 0.0
        if tasks and all(task.solved for task in tasks):
            return 0.0
        moments = [task.standing.solved_wall_s or 0.0 for task in tasks]
        moments += [event.wall_time_s for event in learning if event.kind == "hint.taken"]
        got_on = max([row.started_at, *moments])
        return round(max(0.0, self._outside.now() - got_on), 1)

    def changes(self, world: World, kinds: set[str]) -> dict[str, Any]:
        """What a batch of events has changed in the run's document."""
        memory, changes = world.memory, dict[str, Any]()
        changes["sandbox_time_s"] = memory.sandbox_time_s
        if "points.sampled" in kinds:
            changes["points_now"] = memory.points_now
        if kinds & _PROGRESS:
            self._stage.progress += 1
            row = self._registry.run(world.run)
            summary = self.summary(row, {}).model_dump(mode="json")
            keys = ("points", "max_points", "solved", "current_task", "attempts", "stuck_s")
            changes |= {key: summary[key] for key in (*keys, "last_activity")}
            changes["task_list"] = views.tasks(memory.plan, memory.score.tasks)
            changes["score"] = views.score(memory.score)
        if any(kind.startswith(("host.", "service.", "sandbox.")) for kind in kinds):
            changes["hosts"] = world.hosts
        if kinds & _STATE:
            changes["state"] = RunState.PAUSED if world.paused else RunState.RUNNING
            changes["epoch"] = world.epoch
        if any(kind.startswith("story.") for kind in kinds):
            changes["story"] = memory.story
        return changes

    def points(self, run: str) -> list[PointInfo]:
        """The points as they were sampled last."""
        memory = self._stage.memory(self._registry.run(run))
        if memory is None:
            return []
        known = _point_table(memory.plan)
        return [_point(name, value, known.get(name)) for name, value in memory.points_now.items()]

    def events(
        self, run: str, person: Person, *, after: int, limit: int, kinds: list[str]
    ) -> Page[RunEvent]:
        """Part of the journal, oldest first."""
        row = self._registry.run(run)
        if row.sandbox is None:
            return Page(items=[])
        everything = self.sees_everything(run, person)
        found, at = list[Event](), after
        while len(found) < limit:
            batch = self._stage.journal.events(
                row.sandbox, kinds=kinds, after=at, limit=max(limit, 1000)
            )
            if not batch:
                return Page(items=[views.run_event(event) for event in found])
            at = batch[-1].sequence
            found += [event for event in batch if _shown(event, kinds, everything)]
        items = [views.run_event(event) for event in found[:limit]]
        return Page(items=items, next=str(items[-1].sequence))

    def topology(self, run: str, person: Person) -> Topology:
        """Its world with live state."""
        row = self._registry.run(run)
        world, memory = self._stage.world(run), self._stage.memory(row)
        if memory is None:
            raise conflict("this run has not started yet", "wait until it runs")
        live = {host.name: host for host in world.hosts} if world else {}
        everything = self.sees_everything(run, person)
        return views.topology(memory.plan, live, everything=everything)

    # ---- doing

    def answer(self, run: str, given: NewAnswer, *, by: Person, key: str | None) -> Verdict:
        """Judge an answer; it is in the store when this returns."""
        self._answers.take(run)
        sealed, actor = _sealed(by, key), f"blue/{by.name}"
        with self._acting(run) as world:
            weighed = weigh(
                world.sandbox,
                self._stage.journal,
                world.plan,
                given.task,
                given.answer,
                world.known(),
                key=sealed,
            )
            if weighed.data is not None:
                world.begin_record(
                    actor=actor, kind="task.answered", subject=given.task, data=weighed.data
                )
            sequence = world.last_recorded
        world.settle(sequence)  # outside the lock, so that many answers share a commit
        verdict = weighed.verdict
        earned = {task.name: task.points for task in world.memory.score.tasks}
        return Verdict(
            task=given.task,
            correct=verdict.correct,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
            points=earned.get(given.task, 0),
        )

    def hint(self, run: str, wanted: TakeHint, *, by: Person, key: str | None) -> TakenHint:
        """Buy a hint; it is in the store when this returns."""
        with self._acting(run) as world:
            taken = take_hint(
                world.sandbox,
                self._stage.journal,
                world.plan,
                wanted.task,
                actor=f"blue/{by.name}",
                key=_sealed(by, key),
            )
            world.settle(self._stage.journal.last(world.id))
        return TakenHint(
            task=taken.task,
            number=taken.number,
            of=taken.of,
            price=taken.hint.penalty,
            text=taken.hint.text,
        )

    def reset(self, run: str, what: Reset, *, by: Person) -> Run:
        """Make a host, or everything, anew."""
        with self._acting(run) as world:
            world.sandbox.reset(what.host)
            world.look()
        return self._done(run, by, "run.reset", {"host": what.host})

    def pause(self, run: str, *, by: Person) -> Run:
        """Stop its clock."""
        with self._acting(run) as world:
            world.sandbox.pause()
            world.look()
        return self._done(run, by, "run.paused")

    def resume(self, run: str, *, by: Person) -> Run:
        """Let its clock go on."""
        with self._acting(run) as world:
            world.sandbox.resume()
            world.look()
        return self._done(run, by, "run.resumed")

    def story(self, run: str, what: PlayStory, *, by: Person) -> Run:
        """Play the story, or stop it."""
        with self._acting(run):
            self._stage.play(run, playing=what.playing)
        return self._done(run, by, "run.story", {"playing": what.playing})

    def end(self, run: str, *, by: Person) -> Run:
        """End it."""
        self._stage.end_run(run, f"ended by {by.display_name or by.name}")
        return self._done(run, by, "run.ended")

    def _done(self, run: str, by: Person, action: str, data: dict[str, Any] | None = None) -> Run:
        self._audit.note(by.name, action, run, data)
        return self.get(run, by)

    def living(self, run: str) -> World:
        """The world of a run.

        Raises:
            ProblemError: 409 where it does not run.
        """
        world = self._stage.world(run)
        if world is None:
            state = self._registry.run(run).state
            raise conflict(f"this run does not run: it is {state}", "start a new one")
        return world

    @contextmanager
    def _acting(self, run: str) -> Iterator[World]:
        world = self.living(run)
        with world.acting:
            world.touch()
            yield world


def _shown(event: Event, kinds: list[str], everything: bool) -> bool:
    if event.kind == "points.sampled" and event.kind not in kinds:
        return False
    return everything or event.kind in views.PUBLIC_KINDS


def _sealed(person: Person, key: str | None) -> str:
    """An idempotency key as the journal keeps it: one person's key is not another's."""
    return hashlib.sha256(f"{person.id}\0{key}".encode()).hexdigest()[:32] if key else ""


def _current(tasks: Any, learning: list[Event]) -> str | None:
    """The task that is worked on: the last one touched, else the first that is open."""
    is_open = [task.name for task in tasks if not task.solved]
    touched = [event.subject for event in learning if event.subject in is_open]
    return touched[-1] if touched else next(iter(is_open), None)


def _attempts(tasks: Any, current: str | None) -> int:
    return next((task.standing.wrong for task in tasks if task.name == current), 0)


def _point_table(plan: Plan) -> dict[str, Point]:
    return {
        f"{system.name}.{point.name}": point
        for system in plan.world.field_systems
        if system.type in TYPES
        for point in TYPES[system.type].points
    }


def _point(name: str, value: Any, known: Point | None) -> PointInfo:
    return PointInfo(
        name=name,
        system=name.partition(".")[0],
        unit=known.unit if known else "",
        title=known.title if known else {"en": name},
        value=value,
        low=known.low if known else None,
        high=known.high if known else None,
    )
