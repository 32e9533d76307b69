"""Scores: golden, and the properties that no journal may break."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.exercise import ExerciseError, Score, Standings, Tally, score, standings
from bachang.exercise._secret import seal
from bachang.journal import Event
from bachang.plan import Answer, AnswerKind
from tests.exercise.memory import EXERCISE, PLAN


def journal(*entries: tuple[float, str, str, dict[str, Any]]) -> list[Event]:
    """Events from ``(time, kind, subject, data)``."""
    return [
        Event(
            sandbox="hall-1", epoch=0, sequence=n, wall_time_s=1e9 + time_s,
            sandbox_time_s=time_s, actor="blue/trainee", kind=kind, subject=subject, data=data,
        )
        for n, (time_s, kind, subject, data) in enumerate(entries, 1)
    ]  # fmt: skip


def answered(time_s: float, task: str, text: str) -> tuple[float, str, str, dict[str, Any]]:
    definition = next(t for t in EXERCISE.tasks if t.name == task)
    correct = text == "yes"
    return (time_s, "task.answered", task,
            {"answer": seal(PLAN, definition, text), "correct": correct})  # fmt: skip


GOLDEN = journal(
    (0.0, "exercise.started", "hall", {}),
    answered(1.0, "tune", "yes"),  # locked: does not count
    (2.0, "hint.taken", "find", {"hint": 0, "penalty": 10}),
    (2.5, "hint.taken", "find", {"hint": 0, "penalty": 10}),  # paid for once
    answered(3.0, "find", "10.0.0.1"),
    answered(4.0, "find", "10.0.0.2"),
    (4.5, "points.sampled", "hall-1", {"feeder.not_supplied_kwh": 0.5}),
    answered(5.0, "find", "Genset-CTL"),
    (6.0, "hint.taken", "find", {"hint": 1, "penalty": 30}),  # after it was solved
    answered(7.0, "find", "10.0.0.3"),  # after it was solved
    answered(8.0, "read", "a"),
    answered(9.0, "read", "b"),
    answered(10.0, "read", "c"),
    answered(11.0, "read", "FLAG{Ab-1}"),  # all attempts are used up
    (12.0, "condition.held", "running", {}),
    (13.0, "condition.lapsed", "running", {}),
    (60.0, "platform.fault", "plant", {"reason": "killed"}),
    answered(61.0, "tune", "no"),  # the platform was at fault
    answered(200.0, "tune", "no"),
    answered(201.0, "tune", "yes"),
    (202.0, "points.sampled", "hall-1", {
        "feeder.not_supplied_kwh": 1.25, "feeder.dark_min": 2, "genset.speed_rpm": 1500.0}),
)  # fmt: skip


def test_golden() -> None:
    result = score(PLAN, GOLDEN)
    assert [(t.name, t.points, t.hint_penalty, t.wrong_penalty) for t in result.tasks] == [
        ("find", 80, 10, 10),
        ("read", 0, 0, 0),
        ("tune", 80, 0, 20),
    ]
    assert [(t.standing.attempts, t.standing.excused, t.solved) for t in result.tasks] == [
        (3, 0, True),
        (3, 0, False),
        (2, 1, True),
    ]
    assert [t.standing.solved_at_s for t in result.tasks] == [5.0, None, 201.0]
    assert [(m.name, m.points, m.max_points) for m in result.metrics] == [
        ("started", 50, 50),
        ("found", 32, 40),
    ]
    assert [(e.points, e.max_points, e.passed) for e in result.evaluations] == [(82, 90, True)]
    assert result.objectives == {"keep-power": True}
    assert result.goals == {"lights-on": True}
    assert (result.points, result.max_points) == (80 + 0 + 80 + 50, 350)
    assert result.consequences == {"feeder.dark_min": 2.0, "feeder.not_supplied_kwh": 1.25}
    assert [fault.subject for fault in result.faults] == ["plant"]


def test_an_empty_journal() -> None:
    result = score(PLAN, [])
    assert (result.points, result.max_points) == (0, 350)
    assert result.goals == {"lights-on": False}


def test_a_score_is_json() -> None:
    result = score(PLAN, GOLDEN)
    assert msgspec.json.decode(msgspec.json.encode(result), type=Score) == result


def test_a_corrected_answer_is_scored_again() -> None:
    """The author repaired the task: what was wrong then is right now."""
    repaired = dataclasses.replace(
        EXERCISE.tasks[1], answer=Answer(kind=AnswerKind.FLAG, values=("b",))
    )
    tasks = (EXERCISE.tasks[0], repaired, EXERCISE.tasks[2])
    plan = dataclasses.replace(PLAN, exercise=dataclasses.replace(EXERCISE, tasks=tasks))
    assert score(plan, GOLDEN).tasks[1].points == 100


def test_a_forged_verdict_brings_nothing() -> None:
    events = journal((1.0, "task.answered", "find", {"answer": "x", "correct": True}))
    assert score(PLAN, events).points == 0


def test_two_sandboxes_are_not_mixed() -> None:
    other = dataclasses.replace(GOLDEN[0], sandbox="hall-2")
    with pytest.raises(ExerciseError, match="several sandboxes"):
        score(PLAN, [*GOLDEN, other])


TEXTS = ["10.0.0.21", "FLAG{Ab-1}", "yes", "no", ""]
TASKS = ["find", "read", "tune"]
entries = st.one_of(
    st.builds(
        answered, st.floats(0, 1000), st.sampled_from(TASKS), st.sampled_from(TEXTS)
    ),
    st.tuples(
        st.floats(0, 1000),
        st.just("hint.taken"),
        st.sampled_from([*TASKS, "unknown"]),
        st.fixed_dictionaries({"hint": st.one_of(st.integers(-2, 3), st.none(), st.text())}),
    ),
    st.tuples(
        st.floats(0, 1000),
        st.sampled_from(["condition.held", "condition.lapsed", "platform.fault", "other.kind"]),
        st.sampled_from(["running", "dark", "plant"]),
        st.just({}),
    ),
)  # fmt: skip
journals = st.lists(entries, max_size=25).map(lambda drawn: journal(*sorted(drawn, key=first)))


def first(entry: tuple[float, str, str, dict[str, Any]]) -> float:
    return entry[0]


@given(journals, st.integers(0, 2**32))
def test_order_and_repetition_do_not_matter(events: list[Event], seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    copied = events + draw.choices(events, k=5) if events else events
    draw.shuffle(copied)
    assert score(PLAN, copied) == score(PLAN, events)


@given(journals)
def test_never_negative_and_never_too_much(events: list[Event]) -> None:
    result = score(PLAN, events)
    assert 0 <= result.points <= result.max_points
    assert all(0 <= task.points <= task.max_points for task in result.tasks)
    assert all(0 <= metric.points <= metric.max_points for metric in result.metrics)


@given(journals, st.floats(0, 1000))
def test_a_fault_of_the_platform_never_costs(events: list[Event], time_s: float) -> None:
    calm = [e for e in events if e.kind != "platform.fault"]
    fault = Event(
        sandbox="hall-1", epoch=0, sequence=10_000, wall_time_s=1e9 + time_s,
        sandbox_time_s=time_s, actor="system", kind="platform.fault", subject="plant",
    )  # fmt: skip
    assert score(PLAN, [*calm, fault]).points >= score(PLAN, calm).points


@given(journals)
def test_a_longer_journal_takes_no_solved_task_back(events: list[Event]) -> None:
    solved: set[str] = set()
    for n in range(len(events) + 1):
        calm = [e for e in events[:n] if e.kind != "platform.fault"]
        now = {task.name for task in score(PLAN, calm).tasks if task.solved}
        assert solved <= now
        solved = now


@given(journals)
def test_a_tally_is_the_score_after_each_event(events: list[Event]) -> None:
    tally = Tally(PLAN)
    for number, event in enumerate(events, 1):
        tally.apply(event)
        if number % 3 == 0:
            assert tally.score == score(PLAN, events[:number])
    assert tally.score == score(PLAN, events)


@given(journals, journals)
def test_looking_ahead_changes_nothing(events: list[Event], coming: list[Event]) -> None:
    now = Standings.of(PLAN)
    for event in events:
        now.apply(event)
    ahead = now.ahead()
    deeds = [event for event in coming if event.kind != "platform.fault"]
    for event in deeds:
        ahead.apply(event)
    later = [dataclasses.replace(event, sequence=event.sequence + 1000) for event in deeds]
    assert ahead.now == standings(PLAN, [*events, *later])
    assert now.now == standings(PLAN, events)
