"""Exercise control: what is done to all sandboxes of an exercise, or to one of them."""

from __future__ import annotations

from collections.abc import Callable

from bachang.catalogue import both
from bachang.exercise import run as run_program
from bachang.fabric import FabricError
from bachang.journal import JournalError
from bachang.plan import Inject, InjectKind
from bachang.portal._access import Person
from bachang.portal._exercises._exercises import Exercises
from bachang.portal._ground import Ground
from bachang.portal._problem import conflict, not_found
from bachang.portal._registry import ACTIVE, Registry
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import (
    Advance,
    Broadcast,
    DoInject,
    Done,
    Exercise,
    ExerciseState,
    Extend,
    Freeze,
)

_ADVANCE_LIMIT_S = 60.0


class Control:
    """Steers exercises. Whether whoever asks may is decided before, by `Access`."""

    def __init__(
        self, ground: Ground, registry: Registry, stage: Stage, exercises: Exercises
    ) -> None:
        self._audit = ground.audit
        self._registry = registry
        self._stage = stage
        self._exercises = exercises

    def end(self, exercise: str, *, by: Person) -> Exercise:
        """End an exercise with all of its runs."""
        self._stage.end_exercise(exercise, f"ended by {by.display_name or by.name}")
        self._audit.note(by.name, "exercise.ended", exercise)
        return self._exercises.get(exercise)

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
        return self._exercises.get(exercise)

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
        done, failed = list[str](), dict[str, dict[str, str]]()
        for row in rows:
            world = self._stage.world(row.id)
            if world is None:
                if row.state in ACTIVE:
                    failed[row.id] = both(f"it is {row.state}")
                continue
            try:
                do(world)
                done.append(row.id)
            except (FabricError, JournalError, TimeoutError) as error:
                failed[row.id] = both(str(error))
        self._audit.note(by.name, action, exercise, {"what": what} if what else None)
        return Done(done=done, failed=failed)


def _inject(world: World, inject: Inject, actor: str) -> None:
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
