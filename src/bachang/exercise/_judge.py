"""Is this answer right? A pure function of the plan, the journal and one look at the world."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bachang.exercise._condition import held_since
from bachang.exercise._error import UnknownTaskError
from bachang.exercise._secret import Judge, seal
from bachang.exercise._standing import Standing, missing
from bachang.exercise._view import View
from bachang.journal import Event
from bachang.plan import AnswerKind, Condition, Plan, Task, Text

ANSWER_LIMIT = 1024
"""Characters of an answer; longer ones are refused unread."""


class Outcome(enum.StrEnum):
    """What became of an answer."""

    SOLVED = "solved"
    WRONG = "wrong"
    REFUSED = "refused"
    """It was not judged and does not count: the task is not open, or the answer unusable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to an answer."""

    task: str
    outcome: Outcome
    reason: Text
    sealed: str = ""
    """Hash of the answer as the journal keeps it; empty for conditions."""

    @property
    def correct(self) -> bool:
        """Whether the task is solved by this answer."""
        return self.outcome is Outcome.SOLVED


def task_named(plan: Plan, name: str) -> Task:
    """A task of a plan.

    Raises:
        UnknownTaskError: there is none of that name.
    """
    for task in plan.exercise.tasks:
        if task.name == name:
            return task
    known = ", ".join(task.name for task in plan.exercise.tasks) or "none"
    raise UnknownTaskError(f"no task {name!r} in {plan.scenario}; its tasks: {known}")


def refusal(task: Task, answer: str, now: Mapping[str, Standing]) -> Verdict | None:
    """Why an answer would not count now, or ``None`` if it would."""
    if now[task.name].solved:
        return _refused(task, "already solved", "已经完成")
    if closed := missing(task, now):
        names = ", ".join(closed)
        return _refused(task, f"locked: solve {names} first", f"未解锁：请先完成 {names}")
    if 0 < task.max_attempts <= now[task.name].attempts:
        limit = task.max_attempts
        return _refused(task, f"all {limit} attempts are used up", f"{limit} 次机会已用完")
    if task.answer.kind is not AnswerKind.CONDITION and not answer.strip():
        return _refused(task, "an answer is needed", "请填写答案")
    if len(answer) > ANSWER_LIMIT:
        en = f"an answer has at most {ANSWER_LIMIT} characters"
        return _refused(task, en, f"答案最多 {ANSWER_LIMIT} 个字符")
    return None


def judge(
    plan: Plan, task: Task, answer: str, *, view: View, samples: Sequence[Event] = ()
) -> Verdict:
    """Judge an answer to an open task.

    Args:
        plan: The sandbox's plan.
        task: The task.
        answer: What was submitted; ignored for a condition.
        view: The world now.
        samples: ``points.sampled`` of this epoch, in order, for conditions with ``for_s``.

    Raises:
        ConditionError: the task's condition cannot be judged (the author's fault).
    """
    if task.answer.kind is AnswerKind.CONDITION:
        return _judge_world(plan, task, view, samples)
    sealed = seal(plan, task, answer)
    if Judge(plan, task).accepts({"answer": sealed}):
        return _verdict(task, Outcome.SOLVED, "right", "正确", sealed)
    return _verdict(task, Outcome.WRONG, "not the answer", "答案不正确", sealed)


def _judge_world(plan: Plan, task: Task, view: View, samples: Sequence[Event]) -> Verdict:
    condition = condition_of(plan, task)
    since = held_since(condition, view, samples)
    if since is None:
        en, zh = "the world is not yet as it should be", "现场状态尚未达到要求"
        return _verdict(task, Outcome.WRONG, en, zh)
    held = view.time_s - since
    if held < condition.for_s:
        en = f"holds for {held:.1f} s so far, {condition.for_s:g} s are needed"
        zh = f"目前已保持 {held:.1f} 秒，需要保持 {condition.for_s:g} 秒"
        return _verdict(task, Outcome.WRONG, en, zh)
    return _verdict(task, Outcome.SOLVED, "the world is as it should be", "现场状态符合要求")


def condition_of(plan: Plan, task: Task) -> Condition:
    """What a task asks of the world: a named condition, else its text as an expression."""
    named = {condition.name: condition for condition in plan.exercise.conditions}
    name = task.answer.condition or ""
    return named.get(name) or Condition(name=task.name, expression=name)


def _refused(task: Task, en: str, zh: str) -> Verdict:
    return _verdict(task, Outcome.REFUSED, en, zh)


def _verdict(task: Task, outcome: Outcome, en: str, zh: str, sealed: str = "") -> Verdict:
    return Verdict(task=task.name, outcome=outcome, reason={"en": en, "zh": zh}, sealed=sealed)
