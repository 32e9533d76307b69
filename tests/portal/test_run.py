"""One trainee's run on the real fabric, from the start to the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Client
from starlette.testclient import TestClient

from bachang.portal import Assembly
from tests.portal.people import People

_WAIT_S = 60.0


def start(client: Client, **more: Any) -> str:
    """The id of a training that was just asked for."""
    made = client.post("/api/exercises", json={"pack": "hall", **more})
    assert made.status_code == 201, made.text
    run: str = made.json()["runs"][0]["id"]
    return run


def until(look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What is seen once it is as wanted; looks again and again for a while."""
    ends = time.monotonic() + _WAIT_S
    while not wanted(seen := look()):
        assert time.monotonic() < ends, seen
        time.sleep(0.02)
    return seen


def running(client: Client, run: str) -> dict[str, Any]:
    """The run once it runs."""
    seen: dict[str, Any] = until(
        lambda: client.get(f"/api/runs/{run}").json(), lambda it: it["state"] not in WAITING
    )
    assert seen["state"] == "running", seen["reason"]
    return seen


WAITING = ("queued", "starting")


@pytest.fixture
def ann(people: People) -> TestClient:
    return people("ann")


def test_a_training(ann: TestClient, assembly: Assembly) -> None:
    run = start(ann)
    seen = running(ann, run)
    assert [door["host"] for door in seen["doors"]] == ["desk"]
    assert [host["state"] for host in seen["hosts"]] == ["up", "up"]
    assert [task["name"] for task in seen["task_list"]] == ["find", "read", "dark"]
    assert seen["task_list"][2]["requires"] == ["find"]
    _answers(ann, run)
    _hints(ann, run)
    _topology(ann, run)
    _points(ann, run)
    _pause_and_reset(ann, run)
    exercise = seen["exercise"]
    ended = ann.post(f"/api/exercises/{exercise}/end").json()
    assert (ended["state"], ended["runs"][0]["state"]) == ("ended", "ended")
    assert ended["runs"][0]["points"] == 85
    assert assembly.stage.engine.fabric.sandboxes() == []
    again = ann.post(f"/api/runs/{run}/answers", json={"task": "read", "answer": "x"})
    assert again.status_code == 409


def _answers(ann: TestClient, run: str) -> None:
    def answer(task: str, text: str = "", **headers: str) -> Any:
        given = {"task": task, "answer": text}
        return ann.post(f"/api/runs/{run}/answers", json=given, headers=headers)

    assert answer("nothing").status_code == 404
    assert answer("dark").json()["outcome"] == "refused"
    wrong = answer("find", "10.44.0.99", **{"Idempotency-Key": "one"}).json()
    assert (wrong["correct"], wrong["outcome"], wrong["points"]) == (False, "wrong", 0)
    assert answer("find", "10.44.0.99", **{"Idempotency-Key": "one"}).json() == wrong
    task = ann.get(f"/api/runs/{run}").json()["task_list"][0]
    assert (task["attempts"], task["solved"]) == (1, False)
    other = answer("find", "10.44.0.98", **{"Idempotency-Key": "one"})
    assert other.status_code == 422


def _hints(ann: TestClient, run: str) -> None:
    hint = ann.post(f"/api/runs/{run}/hints", json={"task": "read"})
    assert hint.status_code == 409  # it has none
    taken = ann.post(f"/api/runs/{run}/hints", json={"task": "find"}).json()
    assert (taken["price"], taken["text"]["en"]) == (10, "look around")
    right = ann.post(f"/api/runs/{run}/answers", json={"task": "find", "answer": "10.44.0.21"})
    assert right.json()["points"] == 100 - 10 - 5
    _exactly(ann.get(f"/api/runs/{run}").json(), points=85, solved=1, current_task="read")


def _exactly(document: dict[str, Any], **wanted: Any) -> None:
    assert {key: document[key] for key in wanted} == wanted


def _topology(ann: TestClient, run: str) -> None:
    topology = ann.get(f"/api/runs/{run}/topology").json()
    desk, server = topology["hosts"]
    assert (desk["users"], desk["ports"][0]["address"]) == (["trainee"], "10.44.0.11")
    assert (server["users"], server["ports"][0]["address"]) == ([], None)
    assert (server["screens"], server["services"]) == (["pages"], {"pages": "up"})


def _points(ann: TestClient, run: str) -> None:
    points = until(lambda: ann.get(f"/api/runs/{run}/points").json(), bool)
    names = {point["name"] for point in points}
    assert "grid.available" in names
    events = ann.get(f"/api/runs/{run}/events").json()["items"]
    kinds = {event["kind"] for event in events}
    assert {"task.answered", "hint.taken"} <= kinds
    assert not kinds & {"exercise.started", "points.sampled", "program.ran"}
    assert "10.44.0.21" not in str([event["data"] for event in events])


def _pause_and_reset(ann: TestClient, run: str) -> None:
    assert ann.post(f"/api/runs/{run}/pause").json()["state"] == "paused"
    assert ann.post(f"/api/runs/{run}/pause").status_code in (200, 409)
    assert ann.post(f"/api/runs/{run}/resume").json()["state"] == "running"
    reset = ann.post(f"/api/runs/{run}/reset", json={"host": "desk"}).json()
    assert {host["name"]: host["generation"] for host in reset["hosts"]} == {"desk": 1, "server": 0}
    assert ann.post(f"/api/runs/{run}/reset", json={"host": "nope"}).status_code == 409
    whole = ann.post(f"/api/runs/{run}/reset", json={}).json()
    assert (whole["epoch"], whole["points"]) == (1, 85)
    refused = ann.post(f"/api/runs/{run}/answers", json={"task": "dark"}).json()
    assert refused["outcome"] == "wrong"
