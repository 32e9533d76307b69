"""Answers and hints: judged, journalled, committed, then told."""

from __future__ import annotations

import dataclasses

import pytest

from bachang.exercise import (
    ConditionError,
    NoHintError,
    Outcome,
    UnknownTaskError,
    score,
    standings,
    submit,
    take_hint,
)
from bachang.journal import SqliteStore, StoreError, encode
from bachang.plan import Condition, Plan
from tests.exercise.memory import MemorySandbox

WHO = "blue/trainee"


def answer(sandbox: MemorySandbox, store: SqliteStore, plan: Plan, task: str, text: str) -> Outcome:
    return submit(sandbox, store, plan, task, text, actor=WHO).outcome


@pytest.mark.parametrize(
    "text", ["10.0.0.21", "  10.0.0.21\n", "GENSET-ctl", "\uff11\uff10.0.0.2\uff11", "genset-ctl "]
)
def test_a_static_answer_may_be_written_in_many_ways(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan, text: str
) -> None:
    assert answer(sandbox, store, plan, "find", text) is Outcome.SOLVED


@pytest.mark.parametrize("text", ["10.0.0.2", "10.0.0.211", "10 .0.0.21", "genset ctl"])
def test_other_answers_are_wrong(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan, text: str
) -> None:
    assert answer(sandbox, store, plan, "find", text) is Outcome.WRONG


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(" FLAG{Ab-1} ", Outcome.SOLVED), ("flag{ab-1}", Outcome.WRONG), ("FLAG{}", Outcome.WRONG)],
)
def test_a_flag_is_exact(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan, text: str, outcome: Outcome
) -> None:
    assert answer(sandbox, store, plan, "read", text) is outcome


def test_it_is_committed_when_it_is_acknowledged(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    answer(sandbox, store, plan, "find", "nonsense")
    with SqliteStore(store.path) as other:
        (event,) = other.events("hall-1")
    assert (event.kind, event.subject, event.actor) == ("task.answered", "find", WHO)
    assert event.data["correct"] is False


def test_the_journal_never_holds_an_answer(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    answer(sandbox, store, plan, "read", "my-own-password")
    answer(sandbox, store, plan, "read", "FLAG{Ab-1}")
    written = b"".join(map(encode, sandbox.journal))
    assert b"password" not in written
    assert b"Ab-1" not in written


def test_nothing_is_acknowledged_when_the_store_refuses(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    store.close()
    with pytest.raises(StoreError):
        answer(sandbox, store, plan, "find", "10.0.0.21")


def test_a_solved_task_refuses_more_answers(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    answer(sandbox, store, plan, "find", "10.0.0.21")
    verdict = submit(sandbox, store, plan, "find", "10.0.0.21", actor=WHO)
    assert (verdict.outcome, verdict.reason["en"]) == (Outcome.REFUSED, "already solved")
    assert len(sandbox.journal) == 1


def test_attempts_are_limited(sandbox: MemorySandbox, store: SqliteStore, plan: Plan) -> None:
    for _ in range(3):
        assert answer(sandbox, store, plan, "read", "guess") is Outcome.WRONG
    verdict = submit(sandbox, store, plan, "read", "FLAG{Ab-1}", actor=WHO)
    assert verdict.reason == {"en": "all 3 attempts are used up", "zh": "3 次机会已用完"}


@pytest.mark.parametrize("text", ["", "   ", "x" * 1025])
def test_unusable_answers_cost_nothing(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan, text: str
) -> None:
    assert answer(sandbox, store, plan, "read", text) is Outcome.REFUSED
    assert sandbox.journal == []


@pytest.mark.parametrize("text", ["\ud800", "\0", "😀", "' OR 1=1 --", "%s%n", "é" * 1000])
def test_hostile_text_is_just_wrong(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan, text: str
) -> None:
    assert answer(sandbox, store, plan, "find", text) is Outcome.WRONG


def test_an_unknown_task_names_the_known(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    with pytest.raises(UnknownTaskError, match="no task 'x' in hall; its tasks: find, read, tune"):
        answer(sandbox, store, plan, "x", "")


def test_a_required_task_comes_first(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    verdict = submit(sandbox, store, plan, "tune", actor=WHO)
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.reason["en"] == "locked: solve find first"


def test_a_condition_is_judged_over_its_time(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    answer(sandbox, store, plan, "find", "10.0.0.21")
    assert answer(sandbox, store, plan, "tune", "") is Outcome.WRONG
    sandbox.values["genset.running"] = True
    for second in range(1, 4):
        sandbox.now_s = float(second)
        sandbox.sample()
    verdict = submit(sandbox, store, plan, "tune", actor=WHO)
    assert verdict.reason["en"] == "holds for 2.0 s so far, 3 s are needed"
    sandbox.now_s = 4.0
    assert answer(sandbox, store, plan, "tune", "") is Outcome.SOLVED


def test_samples_of_an_earlier_epoch_prove_nothing(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    answer(sandbox, store, plan, "find", "10.0.0.21")
    sandbox.values["genset.running"] = True
    for second in range(1, 5):
        sandbox.now_s = float(second)
        sandbox.sample()
    sandbox.reset()
    sandbox.now_s = 4.5
    assert answer(sandbox, store, plan, "tune", "") is Outcome.WRONG


def test_an_author_s_mistake_costs_nothing(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    broken = Condition(name="running", expression="genset.runing")
    exercise = dataclasses.replace(plan.exercise, conditions=(broken,))
    answer(sandbox, store, plan, "find", "10.0.0.21")
    with pytest.raises(ConditionError, match="did you mean 'running'"):
        answer(sandbox, store, dataclasses.replace(plan, exercise=exercise), "tune", "")
    assert len(sandbox.journal) == 1


def test_hints_come_one_after_the_other(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    taken = [take_hint(sandbox, store, plan, "find", actor=WHO) for _ in range(2)]
    assert [(t.number, t.of, t.hint.penalty) for t in taken] == [(1, 2, 10), (2, 2, 30)]
    with pytest.raises(NoHintError, match="all 2 are taken"):
        take_hint(sandbox, store, plan, "find", actor=WHO)
    answer(sandbox, store, plan, "find", "10.0.0.21")
    assert score(plan, sandbox.journal).tasks[0].points == 60


def test_no_hint_for_a_solved_task(sandbox: MemorySandbox, store: SqliteStore, plan: Plan) -> None:
    answer(sandbox, store, plan, "find", "10.0.0.21")
    with pytest.raises(NoHintError, match="it is solved"):
        take_hint(sandbox, store, plan, "find", actor=WHO)


def test_many_wrong_answers(sandbox: MemorySandbox, store: SqliteStore, plan: Plan) -> None:
    """A thousand of them, in a real sandbox: `e2e/test_requests.py`."""
    for n in range(100):
        assert answer(sandbox, store, plan, "find", f"guess {n}") is Outcome.WRONG
    assert answer(sandbox, store, plan, "find", "10.0.0.21") is Outcome.SOLVED
    standing = standings(plan, store.events("hall-1"))["find"]
    assert (standing.attempts, standing.wrong) == (101, 100)
    result = score(plan, sandbox.journal)
    assert result.tasks[0].points == 0
    assert result.points == 0


def test_an_answer_with_the_same_key_counts_once(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    first = submit(sandbox, store, plan, "find", "nonsense", actor=WHO, key="k1")
    again = submit(sandbox, store, plan, "find", "nonsense", actor=WHO, key="k1")
    assert (first.outcome, again.outcome) == (Outcome.WRONG, Outcome.WRONG)
    assert standings(plan, sandbox.events())["find"].attempts == 1
    submit(sandbox, store, plan, "find", "nonsense", actor=WHO, key="k2")
    assert standings(plan, sandbox.events())["find"].attempts == 2


def test_a_hint_with_the_same_key_is_paid_once(
    sandbox: MemorySandbox, store: SqliteStore, plan: Plan
) -> None:
    first = take_hint(sandbox, store, plan, "find", actor=WHO, key="k1")
    assert take_hint(sandbox, store, plan, "find", actor=WHO, key="k1") == first
    assert len(standings(plan, sandbox.events())["find"].hints) == 1
