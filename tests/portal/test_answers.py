"""Many answers at a time: judged in an order, counted once, told when they are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from bachang.portal import Assembly
from bachang.portal.models import Role
from tests.portal.people import People
from tests.portal.test_run import running, start

AT_ONCE = 24


@pytest.fixture
def run(people: People) -> str:
    run = start(people("ann"))
    running(people("ann"), run)
    return run


@pytest.fixture
def answer(people: People, run: str) -> Callable[..., Any]:
    ann: TestClient = people("ann")

    def give(task: str, text: str, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        given = {"task": task, "answer": text}
        return ann.post(f"/api/runs/{run}/answers", json=given, headers=headers)

    return give


def at_once(give: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(give, range(AT_ONCE)))


def test_many_at_once_are_no_more_attempts_than_allowed(answer: Callable[..., Any]) -> None:
    given = at_once(lambda number: answer("read", f"guess {number}").json())
    assert Counter(one["outcome"] for one in given) == {"wrong": 3, "refused": AT_ONCE - 3}


def test_all_that_was_acknowledged_is_in_the_store(
    answer: Callable[..., Any], run: str, assembly: Assembly
) -> None:
    world = assembly.stage.world(run)
    assert world is not None

    def give(number: int) -> bool:
        assert answer("find", f"guess {number}", f"key-{number}").status_code == 200
        kept = assembly.stage.journal.events(world.id, kinds=["task.answered"])
        return len(kept) >= 1

    assert all(at_once(give))
    kept = assembly.stage.journal.events(world.id, kinds=["task.answered"])
    assert len({event.data["key"] for event in kept}) == AT_ONCE == len(kept)
    assert world.memory.score.tasks[0].standing.attempts == AT_ONCE


def test_one_key_counts_once_however_often_it_is_sent(
    answer: Callable[..., Any], people: People, run: str
) -> None:
    given = at_once(lambda _: answer("find", "guess", "one"))
    assert {one.status_code for one in given} <= {200, 409}
    assert answer("find", "guess", "one").json()["outcome"] == "wrong"
    assert answer("find", "other", "one").status_code == 422
    assert answer("read", "guess", "one").status_code == 422
    document = people("ann").get(f"/api/runs/{run}").json()
    assert [task["attempts"] for task in document["task_list"]][:2] == [1, 0]


def test_a_sandbox_that_dies_with_answers_on_their_way_acknowledges_none_in_vain(
    answer: Callable[..., Any], run: str, assembly: Assembly
) -> None:
    world = assembly.stage.world(run)
    assert world is not None

    def give(number: int) -> bool:
        if number == AT_ONCE // 2:
            world.sandbox.destroy()
        return bool(answer("find", f"guess {number}", f"key-{number}").status_code == 200)

    acknowledged = sum(at_once(give))
    kept = assembly.stage.journal.events(world.id, kinds=["task.answered"])
    assert acknowledged <= len(kept)


def test_hints_at_once_are_each_sold_once(people: People, run: str, assembly: Assembly) -> None:
    """There is one hint: one of many pays for it, and is told it again by its key."""
    ann: TestClient = people("ann")

    def take(key: str, task: str = "find") -> Any:
        headers = {"Idempotency-Key": key}
        return ann.post(f"/api/runs/{run}/hints", json={"task": task}, headers=headers)

    given = at_once(lambda number: take(f"hint-{number}"))
    assert Counter(one.status_code for one in given) == {200: 1, 409: AT_ONCE - 1}
    (sold,) = [number for number, one in enumerate(given) if one.status_code == 200]
    assert take(f"hint-{sold}").json() == given[sold].json()
    assert take(f"hint-{sold}", "read").status_code == 422
    world = assembly.stage.world(run)
    assert world is not None
    assert len(assembly.stage.journal.events(world.id, kinds=["hint.taken"])) == 1
    same = ann.post(
        f"/api/runs/{run}/answers", json={"task": "find", "answer": "x"},
        headers={"Idempotency-Key": f"hint-{sold}"},
    )  # fmt: skip
    assert same.json()["outcome"] == "wrong"  # keys of answers are apart from those of hints


ALIKE = {
    '{"task": "find", "answer": "guess"}': [200, 403, 403, 401],
    '{"task": "find"}': [200, 403, 403, 401],
    '{"task": "find", "answer": "a", "answer": "b"}': [200, 403, 403, 401],
    '{"task": "none", "answer": "guess"}': [404, 403, 403, 401],
    '{"task": "find", "answer": 1}': [422, 403, 403, 401],
    '{"task": "find", "answer": "guess", "more": 1}': [422, 403, 403, 401],
    '{"task": "find", "answer": "\\ud800"}': [422, 403, 403, 401],
    '{"task": "find"': [422, 422, 422, 422],
    "": [422, 403, 403, 401],
}
"""What is said to the learner, another one, an organiser and nobody."""


def test_the_short_way_and_the_apis_answer_alike(people: People, run: str) -> None:
    """Plain JSON is answered in front of the API; the same, said in another way, by the API."""
    clients = (people("ann"), people("bob"), people("org", Role.ORGANISER), people.nobody)

    def ask(client: TestClient, content: str, kind: str) -> tuple[int, bytes, str]:
        key = f"key-{[*ALIKE].index(content)}"
        headers = {"Content-Type": kind, "Idempotency-Key": key}
        said = client.post(f"/api/runs/{run}/answers", content=content, headers=headers)
        return said.status_code, said.content, said.headers["Content-Type"]

    for content, statuses in ALIKE.items():
        short = [ask(client, content, "application/json") for client in clients]
        long = [ask(client, content, "application/json; charset=utf-8") for client in clients]
        assert long == short
        assert [status for status, *_ in short] == statuses
