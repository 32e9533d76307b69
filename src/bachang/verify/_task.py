"""Tasks: wrong answers are refused, doing nothing solves nothing, the reference solution does.

Solutions run one after the other in one sandbox, in the order in which a trainee may solve
them. Where the answer is a condition, the story plays on at full speed until it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bachang.exercise import Director, Held, Outcome, View, judge, play_fast, submit
from bachang.journal import Store
from bachang.plan import AnswerKind, Condition, Plan, Role, Task
from bachang.verify._stage import NotProvenError, Stage

POLL_S = 5.0
"""Sandbox seconds between two looks at the story; what held in between stands in the samples."""

_WRONG = ("wrong", "0", "flag{wrong}", "'; --", "靶场")
"""Answers that no task accepts, unless they are its answer."""


def in_order(plan: Plan) -> list[Task]:
    """Tasks, each after those that it requires (which resolving has proven to be possible)."""
    left = list(plan.exercise.tasks)
    ordered: list[Task] = []
    while left:
        done = {task.name for task in ordered}
        following = next((task for task in left if set(task.requires) <= done), left[0])
        left.remove(following)
        ordered.append(following)
    return ordered


def _director(stage: Stage) -> Director:
    """Plays the first story, which is the one for people, with those who stand against them."""
    exercise = stage.plan.exercise
    story = exercise.stories[0] if exercise.stories else None
    cast = story.actors if story else ()
    against = [
        actor.name
        for actor in exercise.actors
        if actor.role is Role.RED and actor.actions and (actor.name in cast or not cast)
    ]
    name = story.name if story else None
    return Director(stage.plan, stage.sandbox, story=name, actors=against)


@dataclass
class Trainee:
    """One who solves the tasks of a fresh sandbox by their reference solutions."""

    stage: Stage
    store: Store
    _story: Iterator[View] | None = field(default=None, init=False)

    def prove(self, task: Task) -> str:
        """Solve a task; returns what was answered.

        Raises:
            NotProvenError: a wrong answer is accepted, or the solution is not.
        """
        self._try_wrong(task)
        answer = self._solve(task)
        if task.answer.kind is AnswerKind.CONDITION:
            return self._await_condition(task)
        verdict = self._submit(task, answer)
        if verdict is not Outcome.SOLVED:
            raise NotProvenError(f"the reference solution answers {answer!r}, which is {verdict}")
        return f"answered {answer!r}"

    def _submit(self, task: Task, answer: str) -> Outcome:
        sandbox, plan = self.stage.sandbox, self.stage.plan
        return submit(sandbox, self.store, plan, task.name, answer, actor="system/verify").outcome

    def _try_wrong(self, task: Task) -> None:
        if task.answer.kind is AnswerKind.CONDITION:
            outcome = self._submit(task, "")
            if outcome is Outcome.SOLVED:
                seen = self.stage.seen(_condition(self.stage.plan, task).expression)
                raise NotProvenError(f"solved before anything was done for it: {seen}")
            return
        for wrong in _WRONG:
            if judge(self.stage.plan, task, wrong, view=View(time_s=0.0)).correct:
                raise NotProvenError(f"the wrong answer {wrong!r} is accepted")
        if task.max_attempts != 1 and self._submit(task, _WRONG[0]) is not Outcome.WRONG:
            raise NotProvenError(f"submitting {_WRONG[0]!r} was not judged as wrong")

    def _solve(self, task: Task) -> str:
        """Run the reference solution; the answer to submit."""
        output = ""
        if task.solution is not None:
            result = self.stage.do("reference solution", task.solution)
            output = result.stdout.decode("utf-8", "replace").strip()
        elif task.solution_answer is None:
            raise NotProvenError("the task has no reference solution")
        if task.solution_answer is not None:
            return task.solution_answer
        return output.splitlines()[-1].strip() if output else ""

    def _await_condition(self, task: Task) -> str:
        """Let the story play on until the task's condition is accepted."""
        wanted = _condition(self.stage.plan, task)
        held = Held(wanted)
        view = None
        for view in self._playing():
            held.update(view)
            if held.held and self._submit(task, "") is Outcome.SOLVED:
                return f"held at {view.time_s:.0f} s: {self.stage.seen(wanted.expression)}"
        end = f" until the end of the story ({view.time_s:.0f} s)" if view else ""
        raise NotProvenError(
            f"after the reference solution {wanted.expression} did not hold for "
            f"{wanted.for_s:g} s{end}; {self.stage.seen(wanted.expression)}"
        )

    def _playing(self) -> Iterator[View]:
        if self._story is None:
            self._story = play_fast(_director(self.stage), poll_s=POLL_S)
        return self._story


def prove_idle(stage: Stage) -> str:
    """Play the whole story with nobody solving anything; no task may come true by itself.

    Raises:
        NotProvenError: one does; named, with the time.
    """
    plan = stage.plan
    waiting = {
        task.name: Held(_condition(plan, task))
        for task in plan.exercise.tasks
        if task.answer.kind is AnswerKind.CONDITION
    }
    time_s = 0.0
    for view in play_fast(_director(stage), poll_s=POLL_S):
        time_s = view.time_s
        for name, held in waiting.items():
            held.update(view)
            if held.held:
                raise NotProvenError(
                    f"task {name!r} is solved at {time_s:.0f} s of the story by doing nothing: "
                    f"{stage.seen(held.condition.expression)}"
                )
    return f"{len(waiting)} conditions stayed false for {time_s:.0f} s of the story"


def _condition(plan: Plan, task: Task) -> Condition:
    return next(one for one in plan.exercise.conditions if one.name == task.answer.condition)
