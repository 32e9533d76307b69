"""How runs look: documents for whoever may see them."""

from __future__ import annotations

import functools
from typing import Any

from bachang.journal import Event
from bachang.portal import _views as views
from bachang.portal._access import Person, Relation
from bachang.portal._ground import Ground
from bachang.portal._library import Library
from bachang.portal._problem import conflict
from bachang.portal._registry import Registry, RunRow
from bachang.portal._runs._summary import progress, summary
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import (
    Page,
    PointInfo,
    Role,
    Run,
    RunEvent,
    RunState,
    RunSummary,
    Score,
    Topology,
)

_PROGRESS = frozenset({"task.answered", "hint.taken", "platform.fault", "condition.held"})
_MOVING = ("solved", "current_task", "attempts", "stuck_s", "last_activity")
_STATE = frozenset({"sandbox.paused", "sandbox.resumed", "sandbox.reset", "sandbox.restored"})
_NO_SCORE = Score(points=0, max_points=0, objectives={}, goals={}, consequences={}, faults=0)


class Runs:
    """The runs. Whether whoever asks may is decided before, by `Access`."""

    def __init__(self, ground: Ground, registry: Registry, stage: Stage, library: Library) -> None:
        self._outside = ground.outside
        self._library = library
        self._registry = registry
        self._stage = stage
        stage.changes = self.changes

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
        """Whether somebody sees behind the scenes of a run: who teaches, and not who learns.

        Whoever has the run is a learner in it, whatever roles there are besides: the addresses
        on the map would be answers. Once it has ended, there is nothing left to spoil.
        """
        row = self._registry.run(run)
        if row.account == person.id and row.ended_at is None:
            return False
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
            objective_titles=views.objective_titles(plan) if plan else {},
            points_now=memory.points_now if memory else {},
            timeline=memory.timeline(everything=everything) if memory else [],
            timeline_more=memory is not None and memory.more_before,
            degraded=world.degraded if world else [],
        )

    def places(self) -> dict[str, int]:
        """Waiting runs and their places in the queue, from 1."""
        return {row.id: place for place, row in enumerate(self._stage.starts.queue(), 1)}

    def summary(self, row: RunRow, places: dict[str, int]) -> RunSummary:
        """One run as a row of a table."""
        exercise, memory = self._registry.exercise(row.exercise), self._stage.memory(row)
        named = memory.plan.title if memory else self._library.title(exercise.pack)
        return summary(
            row,
            exercise.pack,
            named or {"en": exercise.title},
            self._stage.world(row.id),
            memory,
            place=places.get(row.id),
            now_s=self._outside.now(),
        )

    def changes(self, world: World, kinds: set[str]) -> dict[str, Any]:
        """What a batch of events has changed in the run's document."""
        memory, changes = world.memory, dict[str, Any]()
        changes["sandbox_time_s"] = memory.sandbox_time_s
        if "points.sampled" in kinds:
            changes["points_now"] = memory.points_now
        if kinds & _PROGRESS:
            changes |= self._progress(world)
        if any(kind.startswith(("host.", "service.", "sandbox.")) for kind in kinds):
            changes["hosts"] = world.hosts
        if kinds & _STATE:
            changes["state"] = RunState.PAUSED if world.paused else RunState.RUNNING
            changes["epoch"] = world.epoch
        if any(kind.startswith("story.") for kind in kinds):
            changes["story"] = memory.story
        return changes

    def _progress(self, world: World) -> dict[str, Any]:
        """Values are made from what is now, but only once somebody wants to see them."""
        row, now_s = self._registry.run(world.run), self._outside.now()
        plan, score, trail = world.memory.plan, world.memory.score, world.memory.trail
        touched_at = world.touched_at
        if world.got_on(score):
            self._stage.progress += 1

        @functools.cache
        def moved() -> dict[str, Any]:
            return progress(row, score.tasks, trail, touched_at, now_s)

        return {
            "points": score.points,
            "max_points": score.max_points,
            "task_list": lambda: views.tasks(plan, score.tasks),
            "score": lambda: views.score(score),
            **{key: lambda key=key: moved()[key] for key in _MOVING},
        }

    def points(self, run: str) -> list[PointInfo]:
        """The points as they were sampled last."""
        memory = self._stage.memory(self._registry.run(run))
        return views.points(memory.plan, memory.points_now) if memory else []

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


def _shown(event: Event, kinds: list[str], everything: bool) -> bool:
    if event.kind == "points.sampled" and event.kind not in kinds:
        return False
    return everything or event.kind in views.PUBLIC_KINDS
