"""Each way in which a task can fail to be proven has its own clear reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bachang.journal import SqliteStore
from bachang.plan import (
    Answer,
    AnswerKind,
    Condition,
    Inject,
    InjectKind,
    Script,
    Story,
    StoryEvent,
    Task,
)
from bachang.verify._stage import NotProvenError, Stage
from bachang.verify._task import Trainee, in_order, prove_idle
from tests.verify.rehearsal import Act, HeldClock, Rehearsal, done, plan, program

READY = Condition(name="ready", expression="set.used && set.dark", for_s=2.0)
OUTAGE: dict[str, Any] = {
    "injects": (Inject(name="dark", kind=InjectKind.POINT, point="set.dark", value=True),),
    "events": (StoryEvent(name="outage", injects=("dark",)),),
    "scripts": (Script(name="shift", start_s=0, end_s=30, events={"outage": 10.0}),),
    "stories": (Story(name="night", scripts=("shift",)),),
}
"""A story in which it gets dark after 10 s."""


def task(name: str = "one", **more: Any) -> Task:
    given: dict[str, Any] = {
        "level": 1,
        "title": {"en": name},
        "text": {"en": name},
        "points": 10,
        "answer": Answer(kind=AnswerKind.STATIC, values=("42",)),
        "solution": program("solve"),
    }
    return Task(name=name, **(given | more))


WORLD_TASK = task(answer=Answer(kind=AnswerKind.CONDITION, condition="ready"))
Make = Callable[..., Trainee]


@pytest.fixture(name="trainee")
def _trainee(tmp_path: Path) -> Iterator[Make]:
    with SqliteStore(tmp_path / "journal.db") as store:

        def make(one: Task, solve: Act, **exercise: Any) -> Trainee:
            world = Rehearsal({"solve": solve})
            world.points_["set.dark"] = False
            world.tick = _sample
            there = plan(tasks=(one,), conditions=(READY,), **exercise)
            return Trainee(Stage(world, there, HeldClock()), store)

        yield make


def _sample(world: Rehearsal) -> None:
    world.record(actor="system", kind="points.sampled", subject="sandbox", data=dict(world.points_))


def use(world: Rehearsal) -> None:
    world.points_["set.used"] = True


def test_the_last_line_of_the_solution_is_the_answer(trainee: Make) -> None:
    one = task()
    assert trainee(one, lambda _: done(out="looking\n 42 \n")).prove(one) == "answered '42'"


def test_a_written_answer_goes_before_the_output(trainee: Make) -> None:
    one = task(solution_answer="42")
    assert trainee(one, lambda _: done(out="7")).prove(one) == "answered '42'"


def test_a_condition_is_awaited_through_the_story(trainee: Make) -> None:
    found = trainee(WORLD_TASK, use, **OUTAGE).prove(WORLD_TASK)
    assert found.startswith("held at 20 s")
    assert "set.used = True, set.dark = True" in found


@pytest.mark.parametrize(
    ("one", "solve", "reason"),
    [
        (task(), lambda _: done(out="41"), r"answers '41', which is wrong"),
        (task(), lambda _: done(), r"answers '', which is refused"),
        (task(), lambda _: done(4, "lost"), r"reference solution .* status 4.*lost"),
        (task(), lambda _: done(timed_out=True), r"hung"),
        (task(solution=None), use, r"has no reference solution"),
        (
            task(answer=Answer(kind=AnswerKind.STATIC, values=("Wrong", "42"))),
            lambda _: done(out="42"),
            r"the wrong answer 'wrong' is accepted",
        ),
        (
            WORLD_TASK,
            lambda _: done(),
            r"set.used && set.dark did not hold for 2 s until the end of the story \(30 s\); "
            r"set.used = False, set.dark = True",
        ),
    ],
)
def test_what_is_wrong_is_said(trainee: Make, one: Task, solve: Act, reason: str) -> None:
    with pytest.raises(NotProvenError, match=reason):
        trainee(one, solve, **OUTAGE).prove(one)


def test_a_condition_that_holds_from_the_start_is_no_task(trainee: Make) -> None:
    instant = Condition(name="ready", expression="set.mode == 'auto'")
    who = trainee(WORLD_TASK, use)
    there = plan(tasks=(WORLD_TASK,), conditions=(instant,))
    early = Trainee(Stage(who.stage.sandbox, there, HeldClock()), who.store)
    with pytest.raises(NotProvenError, match=r"solved before .* set.mode = 'auto'"):
        early.prove(WORLD_TASK)


def test_a_story_that_solves_a_task_by_itself_is_refused() -> None:
    lazy = Condition(name="ready", expression="set.dark", for_s=2.0)
    world = Rehearsal({})
    world.points_["set.dark"] = False
    there = plan(tasks=(WORLD_TASK,), conditions=(lazy,), **OUTAGE)
    with pytest.raises(NotProvenError, match=r"'one' is solved at 20 s .* by doing nothing"):
        prove_idle(Stage(world, there, HeldClock()))


def test_doing_nothing_is_nothing() -> None:
    world = Rehearsal({})
    world.points_["set.dark"] = False
    there = plan(tasks=(WORLD_TASK,), conditions=(READY,), **OUTAGE)
    assert "1 conditions stayed false" in prove_idle(Stage(world, there, HeldClock()))


def test_tasks_come_after_those_that_they_require() -> None:
    tasks = (task("last", requires=("middle",)), task("middle", requires=("first",)), task("first"))
    assert [one.name for one in in_order(plan(tasks=tasks))] == ["first", "middle", "last"]
