"""Giving an answer and taking a hint: judged, journalled, committed, and only then told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bachang.exercise._error import NoHintError
from bachang.exercise._judge import (
    Outcome,
    Verdict,
    condition_of,
    judge,
    refusal,
    task_named,
)
from bachang.exercise._standing import KINDS, Standing, standings
from bachang.exercise._view import View, observe
from bachang.fabric import Sandbox
from bachang.journal import Event, Store, copy
from bachang.plan import AnswerKind, Hint, Plan, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenHint:
    """A hint that is now paid for."""

    task: str
    number: int
    """From 1."""
    of: int
    """How many the task has."""
    hint: Hint


def submit(
    sandbox: Sandbox,
    store: Store,
    plan: Plan,
    task: str,
    answer: str = "",
    *,
    actor: str,
    key: str = "",
) -> Verdict:
    """Answer a task. When this returns, the answer is committed in the store.

    Refused answers (see `Outcome.REFUSED`) are not journalled and cost nothing.

    Args:
        sandbox: The living sandbox of the plan.
        store: Where its journal is kept.
        plan: Its plan.
        task: The task's name.
        answer: The text; not used where the world itself is the answer.
        actor: Who answers, as `Event.actor`, e.g. ``blue/trainee``.
        key: Idempotency key: an answer that was given before with it is not judged again.

    Raises:
        UnknownTaskError: the plan has no such task.
        ConditionError: the task's condition cannot be judged; nothing was counted.
        FabricError, StoreError: the sandbox or the store failed; nothing was acknowledged.
    """
    definition, events = task_named(plan, task), _events(sandbox, store)
    if before := _with_key(events, "task.answered", task, key):
        return told_again(before)
    if refused := refusal(definition, answer, standings(plan, events)):
        return refused
    verdict = judge_now(sandbox, store, plan, definition, answer)
    data = answered(verdict, key)
    sandbox.record(actor=actor, kind="task.answered", subject=task, data=data)
    copy(sandbox, store)
    return verdict


def answered(verdict: Verdict, key: str = "") -> dict[str, Any]:
    """Data of a ``task.answered``, from which `told_again` makes the same verdict.

    Args:
        verdict: What was judged.
        key: Idempotency key of the answer.
    """
    data = {
        "answer": verdict.sealed,
        "correct": verdict.outcome is Outcome.SOLVED,
        "reason": verdict.reason["en"],
        "reason_zh": verdict.reason["zh"],
    }
    return {**data, **_keyed(key)}


def told_again(event: Event) -> Verdict:
    """The verdict that a ``task.answered`` tells of."""
    data = event.data
    return Verdict(
        task=event.subject,
        outcome=Outcome.SOLVED if data["correct"] else Outcome.WRONG,
        reason={"en": data["reason"], "zh": data.get("reason_zh", data["reason"])},
        sealed=data["answer"],
    )


def take_hint(
    sandbox: Sandbox, store: Store, plan: Plan, task: str, *, actor: str, key: str = ""
) -> TakenHint:
    """Take the next hint of a task; it is committed when this returns.

    A hint that was taken before with the same idempotency ``key`` is told again.

    Raises:
        UnknownTaskError: the plan has no such task.
        NoHintError: there is no further hint, or the task is solved already.
        FabricError, StoreError: nothing was taken.
    """
    definition = task_named(plan, task)
    events = _events(sandbox, store)
    if before := _with_key(events, "hint.taken", task, key):
        return hint_taken(definition, before.data)
    data = next_hint(definition, standings(plan, events)[task], key)
    sandbox.record(actor=actor, kind="hint.taken", subject=task, data=data)
    copy(sandbox, store)
    return hint_taken(definition, data)


def next_hint(task: Task, standing: Standing, key: str = "") -> dict[str, Any]:
    """Data of the ``hint.taken`` that comes next, from which `hint_taken` makes the hint.

    Args:
        task: Whose hint it is.
        standing: How far it is.
        key: Idempotency key of the wish.

    Raises:
        NoHintError: there is no further hint, or the task is solved already.
    """
    left = [n for n in range(len(task.hints)) if n not in standing.hints]
    if standing.solved or not left:
        why = "it is solved" if standing.solved else f"all {len(task.hints)} are taken"
        raise NoHintError(f"no further hint for {task.name!r}: {why}")
    return {"hint": left[0], "penalty": task.hints[left[0]].penalty, **_keyed(key)}


def hint_taken(task: Task, data: Mapping[str, Any]) -> TakenHint:
    """The hint that the data of a ``hint.taken`` tell of."""
    number, hints = data["hint"], task.hints
    return TakenHint(task=task.name, number=number + 1, of=len(hints), hint=hints[number])


def _keyed(key: str) -> dict[str, str]:
    return {"key": key} if key else {}


def _with_key(events: list[Event], kind: str, task: str, key: str) -> Event | None:
    """What was journalled with this idempotency key."""
    for event in events:
        if key and (event.kind, event.subject, event.data.get("key")) == (kind, task, key):
            return event
    return None


def _events(sandbox: Sandbox, store: Store) -> list[Event]:
    copy(sandbox, store)
    return store.events(sandbox.status().id, kinds=KINDS)


def judge_now(sandbox: Sandbox, store: Store, plan: Plan, task: Task, answer: str) -> Verdict:
    """Judge an answer to an open task; only where the world is the answer it is looked at.

    Raises:
        ConditionError: the task's condition cannot be judged.
        FabricError: the sandbox does not answer.
    """
    if task.answer.kind is not AnswerKind.CONDITION:
        return judge(plan, task, answer, view=View(time_s=0.0))
    lasting = condition_of(plan, task).for_s > 0
    samples = _samples(sandbox, store) if lasting else []
    return judge(plan, task, answer, view=observe(sandbox), samples=samples)


def _samples(sandbox: Sandbox, store: Store) -> list[Event]:
    """What this epoch's points were, once a second."""
    status = sandbox.status()
    samples = store.events(status.id, kinds=("points.sampled",))
    return [event for event in samples if event.epoch == status.epoch]
