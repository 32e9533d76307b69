"""Hints: taken like answers, in the portal's loop, with their keys in the journal."""

from __future__ import annotations

from bachang.exercise import hint_taken, next_hint, task_named
from bachang.fabric import Entry
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._problem import conflict, invalid
from bachang.portal._runs._recording import Recording
from bachang.portal._runs._runs import Runs
from bachang.portal._stage import Stage
from bachang.portal.models import TakeHint, TakenHint

_KIND = "hint.taken"


class Hints:
    """Gives hints away for their price."""

    def __init__(self, ground: Ground, stage: Stage, runs: Runs) -> None:
        self._recording = Recording(ground, stage)
        self._runs = runs

    async def take(self, run: str, wanted: TakeHint, *, by: Person, key: str | None) -> TakenHint:
        """Buy the next hint of a task; it is in the store when this returns.

        Raises:
            ProblemError: 409 while the same is on its way, 422 for a key of another task's.
            ExerciseError, FabricError, JournalError: nothing was acknowledged.
        """
        world = self._runs.living(run)
        world.insist()
        world.touch()
        task = task_named(world.plan, wanted.task)
        sealed = self._recording.seal(by, key)
        if sealed in world.pending:
            raise conflict("this hint is still being taken", "send it again in a second")
        before = world.memory.done_with(_KIND, sealed)
        if before is not None and before.subject != task.name:
            raise invalid("this key was used for another request", "use a new key")
        if before is None:
            data = next_hint(task, world.pending.standings()[task.name], sealed)
            entry = Entry(actor=f"blue/{by.name}", kind=_KIND, subject=task.name, data=data)
            await self._recording.put(world, entry)
            before = world.memory.done_with(_KIND, sealed)
        taken = hint_taken(task, before.data if before else data)
        return TakenHint(
            task=taken.task,
            number=taken.number,
            of=taken.of,
            price=taken.hint.penalty,
            text=taken.hint.text,
        )
