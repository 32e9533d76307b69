"""A class: sandboxes for everybody, a queue, a board, and the instructor's actions."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from starlette.testclient import TestClient

from bachang.portal import Assembly, Settings
from bachang.portal import _capacity as capacity
from bachang.portal.models import Role
from tests.portal.people import People
from tests.portal.test_live import connect, event
from tests.portal.test_run import running, until


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, sandboxes=2)


@pytest.fixture
def tom(people: People) -> TestClient:
    return people("tom", Role.INSTRUCTOR)


@pytest.fixture
def group(people: People, tom: TestClient) -> str:
    identity: str = tom.post("/api/groups", json={"title": "Monday"}).json()["id"]
    for name in ("ann", "ben", "cat"):
        people(name)
        tom.put(f"/api/groups/{identity}/members/{people.ids[name]}")
    return identity


def states(tom: TestClient, exercise: str) -> list[tuple[str, str, int | None]]:
    runs = tom.get(f"/api/exercises/{exercise}").json()["runs"]
    return [(run["learner"], run["state"], run["queue_place"]) for run in runs]


def test_a_class(people: People, tom: TestClient, group: str, assembly: Assembly) -> None:
    assert tom.get("/api/exercises/capacity?pack=hall").json()["fits"] == 2
    asked = {"kind": "class", "pack": "hall", "group": group, "duration_min": 60}
    exercise = tom.post("/api/exercises", json=asked).json()
    address = f"/api/exercises/{exercise['id']}"
    two_run = [("Ann", "running", None), ("Ben", "running", None), ("Cat", "queued", 1)]
    until(lambda: states(tom, exercise["id"]), lambda seen: seen == two_run)
    waits = tom.get(f"/api/runs/{exercise['runs'][2]['id']}").json()
    assert waits["title"] == tom.get("/api/packs/hall").json()["title"]
    assert set(waits["title"]) == {"en", "zh"}
    full = tom.get(address).json()["capacity"]
    assert (full["fits"], full["running"], full["reason"]) == (0, 2, "operator")
    ann, ben, _ = [run["id"] for run in exercise["runs"]]
    _tasks_differ(people, ann, ben)
    _steer(tom, people, address, ann, ben)
    _board(tom, people, exercise["id"], ann, ben)
    tom.post(f"/api/runs/{ann}/end")
    next_one = [("Ann", "ended", None), ("Ben", "running", None), ("Cat", "running", None)]
    until(lambda: states(tom, exercise["id"]), lambda seen: seen == next_one)
    assert tom.post(f"{address}/end").json()["state"] == "ended"
    assert assembly.stage.engine.fabric.sandboxes() == []
    kept = tom.get(f"{address}/board").json()["rows"]
    assert [(row["learner"], row["points"]) for row in kept][:1] == [("Ben", 100)]


def _tasks_differ(people: People, ann: str, ben: str) -> None:
    """Each sandbox has its own flag: another's is wrong, the own is right."""
    sandbox = people.assembly.stage.engine.attach(ben).sandbox
    flag = sandbox.get_file("desk", "/home/trainee/flag").decode().strip()

    def answer(name: str, run: str) -> str:
        given = {"task": "read", "answer": flag}
        outcome: str = people(name).post(f"/api/runs/{run}/answers", json=given).json()["outcome"]
        return outcome

    assert answer("ann", ann) == "wrong"
    assert people("ann").get(f"/api/runs/{ben}").status_code == 403


def _steer(tom: TestClient, people: People, address: str, ann: str, ben: str) -> None:
    with connect(people("ann"), f"/api/live?topic=run:{ann}") as live:
        revision = live.receive_json()["revision"]
        told = tom.post(f"{address}/broadcast", json={"text": "Ten minutes left\n加油"}).json()
        assert (sorted(told["done"]), told["failed"].values()) != ([], [])
        message = event(live, "message.sent", revision)["event"]
        assert message["data"]["text"]["en"] == "Ten minutes left\n加油"
        done = tom.post(f"{address}/inject", json={"inject": "mains-fail", "run": ann}).json()
        assert done["done"] == [ann]
        dark = event(live, "points.sampled", message["sequence"])
        while dark["event"]["changes"]["points_now"]["grid.available"]:
            dark = event(live, "points.sampled", dark["revision"])
    assert tom.post(f"{address}/inject", json={"inject": "nothing"}).status_code == 404
    frozen = tom.post(f"{address}/freeze", json={"frozen": True}).json()
    assert sorted(frozen["done"]) == sorted([ann, ben])
    assert people("ann").get(f"/api/runs/{ann}").json()["state"] == "paused"
    tom.post(f"{address}/freeze", json={"frozen": False})
    before = people("ben").get(f"/api/runs/{ben}").json()["sandbox_time_s"]
    tom.post(f"{address}/advance", json={"seconds": 30, "run": ben})
    until(
        lambda: people("ben").get(f"/api/runs/{ben}").json()["sandbox_time_s"],
        lambda now_s: now_s >= before + 30,
    )
    ends = tom.get(address).json()["ends_at"]
    assert tom.post(f"{address}/extend", json={"minutes": 5}).json()["ends_at"] > ends


def _board(tom: TestClient, people: People, exercise: str, ann: str, ben: str) -> None:
    with connect(tom, f"/api/live?topic=board:{exercise}") as live:
        assert [row["place"] for row in live.receive_json()["snapshot"]["rows"]] == [1, 1]
        given = {"task": "find", "answer": "10.44.0.21"}
        people("ben").post(f"/api/runs/{ben}/answers", json=given)
        rows: list[dict[str, Any]] = []
        while not rows or rows[0]["points"] == 0:
            rows = live.receive_json()["event"]["changes"].get("rows", [])
    assert [(row["place"], row["learner"], row["points"]) for row in rows] == [
        (1, "Ben", 100), (2, "Ann", 0),
    ]  # fmt: skip
    watched = tom.get(f"/api/runs/{ann}").json()
    assert (watched["learner"], watched["attempts"], watched["current_task"]) == ("Ann", 1, "read")
    joined = tom.post(f"/api/runs/{ann}/terminals", json={"host": "server"})
    assert joined.json()["user"] == "root"


def test_a_class_needs_a_teacher_and_people(people: People, tom: TestClient, group: str) -> None:
    asked = {"kind": "class", "pack": "hall", "group": group}
    assert people("ann").post("/api/exercises", json=asked).status_code == 403
    tim = people("tim", Role.INSTRUCTOR)
    assert tim.post("/api/exercises", json=asked).status_code == 403
    empty = tim.post("/api/groups", json={"title": "Nobody"}).json()["id"]
    assert tim.post("/api/exercises", json=asked | {"group": empty}).status_code == 422
    assert tim.post("/api/exercises", json={"kind": "class", "pack": "hall"}).status_code == 422


def test_a_drill_is_one_world_for_all(people: People, tom: TestClient, group: str) -> None:
    asked = {"kind": "drill", "pack": "hall", "group": group}
    exercise = tom.post("/api/exercises", json=asked).json()
    (run,) = [run["id"] for run in exercise["runs"]]
    assert exercise["runs"][0]["learner"] == "Monday"
    running(tom, run)
    until(lambda: tom.get(f"/api/runs/{run}").json()["story"], lambda story: story == "playing")
    given = {"task": "find", "answer": "10.44.0.21"}
    for name, outcome in (("ann", "solved"), ("ben", "refused")):
        said = people(name).post(f"/api/runs/{run}/answers", json=given)
        assert said.json()["outcome"] == outcome, said.text
    assert people("eve").get(f"/api/runs/{run}").status_code == 403
    assert people("eve").post("/api/exercises", json=asked).status_code == 403
    assert [one["id"] for one in people("cat").get("/api/runs").json()["items"]] == [run]


def test_nobody_takes_the_whole_machine(people: People) -> None:
    ann = people("ann")
    codes = [ann.post("/api/exercises", json={"pack": "hall"}).status_code for _ in range(4)]
    assert codes == [201, 201, 201, 409]


@pytest.mark.parametrize(
    ("available", "starting", "limit", "expected"),
    [
        (16_000, 0, None, (30, 30, "processors")),
        (4_000, 0, None, (15, 15, "memory")),
        (4_000, 5, None, (10, 15, "memory")),
        (900, 0, None, (0, 0, "memory")),
        (16_000, 0, 7, (7, 7, "operator")),
    ],
)
def test_what_fits(
    monkeypatch: pytest.MonkeyPatch,
    available: int,
    starting: int,
    limit: int | None,
    expected: tuple[int, int, str],
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    now = capacity.Memory(total=16_000, available=available)
    assert capacity.reckon(156, starting, starting, limit, now) == expected
