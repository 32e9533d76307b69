"""Answers: judged at once, acknowledged when they are in the store.

All but the look at the world happens in the portal's loop, so many answers at a time cost
little more than their judging: they go to the agents and into the store in bundles. The
journal keeps each answer's idempotency key. So an answer that is sent again, even after the
portal was killed, is the same answer and counts once; nothing else has to remember it.
"""

from __future__ import annotations

import asyncio

from bachang.exercise import Verdict as Judged
from bachang.exercise import answered, judge_now, refusal, seal, task_named, told_again
from bachang.fabric import Entry
from bachang.journal import Event
from bachang.plan import AnswerKind, Task
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._limits import Limit
from bachang.portal._problem import conflict, invalid
from bachang.portal._runs._recording import Recording
from bachang.portal._runs._runs import Runs
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import NewAnswer, Verdict

_KIND = "task.answered"


class Answers:
    """Takes answers in."""

    def __init__(self, ground: Ground, stage: Stage, runs: Runs) -> None:
        self._recording = Recording(ground, stage)
        self._stage = stage
        self._runs = runs
        per_minute = ground.settings.answers_per_minute
        self._limit = Limit("answers", per_minute, ground.outside.elapsed)

    async def give(self, run: str, given: NewAnswer, *, by: Person, key: str | None) -> Verdict:
        """Judge an answer; it is in the store when this returns.

        Raises:
            ProblemError: 429 for too many, 409 while the same is being judged, 422 for a key
                that another answer had.
            ExerciseError, FabricError, JournalError: nothing was acknowledged.
        """
        self._limit.take(run)
        world = self._runs.living(run)
        world.insist()
        world.touch()
        task = task_named(world.plan, given.task)
        sealed = self._recording.seal(by, key)
        verdict = self._settled(world, task, given.answer, sealed)
        if verdict is None:
            judged = await self._judge(world, task, given.answer)
            # While the world was looked at, another answer may have closed the task.
            verdict = self._settled(world, task, given.answer, sealed)
            if verdict is None:
                data = answered(judged, sealed)
                await self._recording.put(
                    world,
                    Entry(actor=f"blue/{by.name}", kind=_KIND, subject=task.name, data=data),
                )
                kept = world.memory.done_with(_KIND, sealed)
                verdict = _again(world, task, given.answer, kept) if kept else judged
        earned = {one.name: one.points for one in world.memory.score.tasks}
        return Verdict(
            task=task.name,
            correct=verdict.correct,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
            points=earned[task.name],
        )

    def _settled(self, world: World, task: Task, answer: str, key: str) -> Judged | None:
        """The verdict that stands without judging: given before, or refused."""
        if key in world.pending:
            raise conflict("this answer is still being judged", "send it again in a second")
        before = world.memory.done_with(_KIND, key)
        if before is not None:
            return _again(world, task, answer, before)
        return refusal(task, answer, world.pending.standings())

    async def _judge(self, world: World, task: Task, answer: str) -> Judged:
        judging = (world.sandbox, self._stage.journal, world.plan, task, answer)
        if task.answer.kind is AnswerKind.CONDITION:
            return await asyncio.to_thread(judge_now, *judging)
        return judge_now(*judging)


def _again(world: World, task: Task, answer: str, before: Event) -> Judged:
    """The verdict on an answer that was given before with the same key.

    Raises:
        ProblemError: 422 where it was another answer.
    """
    sealed = before.data["answer"]
    if before.subject != task.name or (sealed and sealed != seal(world.plan, task, answer)):
        raise invalid("this key was used for another request", "use a new key")
    return told_again(before)
