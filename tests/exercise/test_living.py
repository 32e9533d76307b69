"""A story, an answer, a score and a replay in a living sandbox, not in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.exercise import Director, Outcome, play_fast, replay, score, submit, take_hint
from bachang.fabric import LocalFabric, Sandbox
from bachang.journal import LogFile, SqliteStore, copy
from bachang.plan import (
    Host,
    HostKind,
    Inject,
    InjectKind,
    Interface,
    Network,
    Plan,
    StoryEvent,
    User,
    World,
)
from tests.exercise.memory import PLAN, program
from tests.exercise.recorded import SYSTEMS

DESK = Host(
    name="desk",
    kind=HostKind.HOST,
    interfaces=(
        Interface(
            name="eth0",
            network="lan",
            address="10.0.0.11/24",
            mac="02:00:00:00:00:11",
            port="p0",
        ),
    ),
    users=(User(name="trainee", uid=1000, gid=1000, home="/home/trainee"),),
)
WORLD = World(
    networks=(Network(name="lan", cidr="10.0.0.0/24", bridge="lan"),),
    hosts=(DESK,),
    field_systems=SYSTEMS,
    seed="1",
)


def living_plan() -> Plan:
    """The plan of the tests in memory, with a real program and a world for it."""
    check = dataclasses.replace(program("id"), argv=("id", "-un"))
    exercise = dataclasses.replace(
        PLAN.exercise,
        conditions=(),
        metrics=(),
        evaluations=(),
        objectives=(),
        goals=(),
        actors=(),
        tasks=PLAN.exercise.tasks[:2],
        injects=(
            Inject(name="fail", kind=InjectKind.POINT, point="grid.available", value=False),
            Inject(name="notice", kind=InjectKind.MESSAGE, message={"en": "!"}),
            Inject(name="check", kind=InjectKind.PROGRAM, program=check),
            Inject(name="broken", kind=InjectKind.POINT, point="no.such", value=1),
        ),
        events=(
            StoryEvent(name="blackout", injects=("fail", "notice")),
            StoryEvent(name="aftermath", injects=("check",)),
            StoryEvent(name="mistake", injects=("broken",)),
        ),
    )
    return dataclasses.replace(PLAN, world=WORLD, exercise=exercise)


@pytest.fixture
def living(home: Path) -> Iterator[Sandbox]:
    sandbox = LocalFabric().deploy(WORLD, name="hall")
    yield sandbox
    sandbox.destroy()


def test_the_whole_line(living: Sandbox, store: SqliteStore, home: Path) -> None:
    plan = living_plan()
    take_hint(living, store, plan, "find", actor="blue/trainee")
    assert submit(living, store, plan, "find", "x", actor="blue").outcome is Outcome.WRONG
    for _ in play_fast(Director(plan, living)):
        pass
    assert submit(living, store, plan, "find", "10.0.0.21", actor="blue").correct
    assert living.points()["grid.available"] is False
    copy(living, store)
    events = store.events(living.status().id)
    outcomes = {e.subject: e for e in events if e.kind in ("inject.applied", "inject.failed")}
    assert outcomes["check"].data["output"] == "trainee"
    assert "no.such" in outcomes["broken"].data["reason"]
    assert score(plan, events).tasks[0].points == 100 - 10 - 5
    assert replay(plan, events).equal
    (log,) = home.rglob("events.log")
    assert LogFile(log).events(limit=len(events)) == events
