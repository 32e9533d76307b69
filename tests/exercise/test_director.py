"""A story told to a sandbox whose clock the test holds."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from bachang.exercise import Director, observe, play_fast, play_live
from bachang.fabric import ExecResult, PlatformError
from bachang.plan import Plan
from tests.exercise.memory import MemorySandbox

STORY = [
    (0.0, "story.started", "hall"),
    (20.0, "inject.started", "fail"),
    (20.0, "inject.applied", "fail"),
    (20.0, "inject.started", "notice"),
    (20.0, "inject.applied", "notice"),
    (50.0, "inject.started", "broken"),
    (50.0, "inject.failed", "broken"),
    (60.0, "story.ended", "hall"),
]


def told(sandbox: MemorySandbox) -> list[tuple[float, str, str]]:
    return [e for e in sandbox.kinds() if e[1].split(".")[0] in ("story", "inject")]


def play(sandbox: MemorySandbox, plan: Plan, *, until_s: float | None = None) -> None:
    for _ in play_fast(Director(plan, sandbox, actors=()), until_s=until_s):
        pass


def test_the_story_is_told_once(sandbox: MemorySandbox, plan: Plan) -> None:
    play(sandbox, plan)
    assert told(sandbox) == STORY
    assert sandbox.now_s == 60.0
    assert sandbox.values["grid.available"] is False
    assert sandbox.kinds("command") == [(20.0, "command.applied", "grid.available")]
    assert sandbox.kinds("message") == [(20.0, "message.sent", "trainee")]


def test_a_failed_inject_says_why(sandbox: MemorySandbox, plan: Plan) -> None:
    play(sandbox, plan)
    (failed,) = [e for e in sandbox.journal if e.kind == "inject.failed"]
    assert failed.data == {"event": "mistake", "script": "morning", "reason": "no point 'no.such'"}


def test_an_event_waits_for_its_conditions(sandbox: MemorySandbox, plan: Plan) -> None:
    director = Director(plan, sandbox, actors=())
    for view in play_fast(director):
        sandbox.values["genset.running"] = view.time_s >= 40
    assert sandbox.kinds("condition") == [
        (21.0, "condition.held", "dark"),
        (44.0, "condition.held", "running"),
    ]
    assert [e for e in told(sandbox) if e[2] == "check"] == [
        (44.0, "inject.started", "check"),
        (44.0, "inject.applied", "check"),
    ]


def test_conditions_that_come_after_the_script_are_too_late(
    sandbox: MemorySandbox, plan: Plan
) -> None:
    play(sandbox, plan)
    sandbox.values["genset.running"] = True
    director = Director(plan, sandbox, actors=())
    sandbox.now_s = 70.0
    director.step(observe(sandbox))
    assert "check" not in sandbox.programs


@pytest.mark.parametrize("stop_s", [0.0, 10.0, 20.0, 35.0, 59.0])
def test_a_director_that_is_started_again_goes_on(
    sandbox: MemorySandbox, plan: Plan, stop_s: float
) -> None:
    play(sandbox, plan, until_s=stop_s)
    play(sandbox, plan)
    assert told(sandbox) == STORY


class Crash(BaseException):
    pass


def crash_at(sandbox: MemorySandbox, number: int) -> None:
    def on_record(kind: str) -> None:
        if len(sandbox.journal) == number:
            raise Crash

    sandbox.on_record = on_record


@pytest.mark.parametrize("number", range(1, 11))
def test_wherever_it_is_cut_off_nothing_is_done_twice(
    sandbox: MemorySandbox, plan: Plan, number: int
) -> None:
    crash_at(sandbox, number)
    with pytest.raises(Crash):
        play(sandbox, plan)
    sandbox.on_record = lambda kind: None
    play(sandbox, plan)
    started = [e for e in told(sandbox) if e[1] == "inject.started"]
    outcomes = [e for e in told(sandbox) if e[1] in ("inject.applied", "inject.failed")]
    assert [e[2] for e in started] == ["fail", "notice", "broken"]
    assert [e[2] for e in outcomes] == ["fail", "notice", "broken"]
    assert len(sandbox.kinds("command")) <= 1
    assert told(sandbox)[-1] == STORY[-1]


def test_a_new_epoch_tells_the_story_from_its_start(sandbox: MemorySandbox, plan: Plan) -> None:
    director = Director(plan, sandbox, actors=())
    for view in play_fast(director):
        if view.time_s == 30.0 and sandbox.epoch == 0:
            sandbox.values["grid.available"] = True
            sandbox.reset()
    again = [event for event in sandbox.journal if event.epoch == 1]
    kinds = [(e.sandbox_time_s, e.kind, e.subject) for e in again if e.kind.startswith("inj")]
    first_look_s = 1.0
    assert kinds == [(t + first_look_s, *e) for t, *e in STORY if e[0].startswith("inject")]


def test_an_ended_story_may_be_played_again(sandbox: MemorySandbox, plan: Plan) -> None:
    play(sandbox, plan)
    play(sandbox, plan)
    assert [e[0] for e in sandbox.kinds("story")] == [0.0, 60.0, 60.0, 120.0]
    assert len(sandbox.kinds("inject.applied")) == 4


def test_a_director_that_comes_too_late_says_what_it_missed(
    sandbox: MemorySandbox, plan: Plan
) -> None:
    play(sandbox, plan, until_s=10.0)
    sandbox.now_s = 500.0
    play(sandbox, plan)
    failed = [e for e in sandbox.journal if e.kind == "inject.failed"]
    assert [e.subject for e in failed] == ["fail", "notice", "broken"]
    assert {e.data["reason"] for e in failed} == {
        "exercise control was away until its script had ended"
    }
    assert sandbox.values["grid.available"] is True


def test_actors_act_at_their_times(sandbox: MemorySandbox, plan: Plan) -> None:
    for _ in play_fast(Director(plan, sandbox)):
        pass
    assert [e for e in sandbox.kinds("action") if e[1] == "action.ran"] == [
        (5.0, "action.ran", "clerk/work"),
        (10.0, "action.ran", "intruder/poke"),
        (30.0, "action.ran", "intruder/poke"),
        (50.0, "action.ran", "intruder/poke"),
    ]
    ran = [e for e in sandbox.journal if e.kind == "action.ran"]
    assert (ran[0].actor, ran[1].actor) == ("green/clerk", "red/intruder")
    assert ran[1].data == {"occurrence": 0, "status": 0, "output": "done"}


def test_an_action_on_a_missing_host_is_an_outcome(sandbox: MemorySandbox, plan: Plan) -> None:
    exercise = plan.exercise
    clerk = exercise.actors[2]
    action = clerk.actions[0]
    lost = dataclasses.replace(action, program=dataclasses.replace(action.program, host="gone"))
    actors = (dataclasses.replace(clerk, actions=(lost,)),)
    broken = dataclasses.replace(plan, exercise=dataclasses.replace(exercise, actors=actors))
    for _ in play_fast(Director(broken, sandbox)):
        pass
    (ran,) = [e for e in sandbox.journal if e.kind == "action.ran"]
    assert ran.data == {"occurrence": 0, "status": None, "output": "no host 'gone'"}


def test_output_is_kept_short_and_readable(sandbox: MemorySandbox, plan: Plan) -> None:
    flood = ExecResult(status=1, stdout=b"\xff" * 100_000, stderr=b"last words", timed_out=True)
    sandbox.on_program = lambda name: flood
    for _ in play_fast(Director(plan, sandbox, actors=["clerk"])):
        pass
    (ran,) = [e for e in sandbox.journal if e.kind == "action.ran"]
    assert len(ran.data["output"]) < 2100
    assert ran.data["output"].startswith("timed out\n")
    assert ran.data["output"].endswith("last words")


class Waiting(Executor):
    """An executor whose jobs end when the test says."""

    def __init__(self) -> None:
        self.jobs: list[Future[Any]] = []

    def submit(self, *call: Any, **more: Any) -> Future[Any]:
        self.jobs.append(Future())
        return self.jobs[-1]


def test_a_slow_action_does_not_hold_up_the_story(sandbox: MemorySandbox, plan: Plan) -> None:
    waiting = Waiting()
    director = Director(plan, sandbox, actors=["clerk"], executor=waiting)
    for _ in play_fast(director, until_s=60.0):
        pass
    assert len(sandbox.kinds("inject.applied")) == 2
    assert not director.ended
    waiting.jobs[0].set_result(ExecResult(status=0, stdout=b"", stderr=b""))
    for _ in play_fast(director):
        pass
    assert sandbox.kinds("action") == [
        (5.0, "action.started", "clerk/work"),
        (60.0, "action.ran", "clerk/work"),
    ]
    assert director.ended


def test_a_cut_off_action_gets_an_outcome(sandbox: MemorySandbox, plan: Plan) -> None:
    for _ in play_fast(Director(plan, sandbox, actors=["clerk"], executor=Waiting()), until_s=6.0):
        pass
    Director(plan, sandbox, actors=["clerk"])
    ran = sandbox.journal[-1]
    assert (ran.kind, ran.subject, ran.data["status"]) == ("action.ran", "clerk/work", None)
    assert ran.data["output"].startswith("interrupted")


def test_a_fault_of_the_platform_is_not_swallowed(sandbox: MemorySandbox, plan: Plan) -> None:
    def fail(name: str) -> ExecResult:
        raise PlatformError("the spawner has ended")

    sandbox.on_program = fail
    with pytest.raises(PlatformError):
        for _ in play_fast(Director(plan, sandbox)):
            pass


def test_live_it_sleeps_until_the_next_thing_is_due(sandbox: MemorySandbox, plan: Plan) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        sandbox.now_s += seconds

    for _ in play_live(Director(plan, sandbox, actors=()), sleep=sleep):
        pass
    assert max(slept) <= 0.25
    late = [there[0] - planned[0] for there, planned in zip(told(sandbox), STORY, strict=True)]
    assert all(0 <= seconds < 0.02 for seconds in late)
