"""A store that refuses for a while: nothing acknowledged is lost, and nothing counts twice."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from bachang.journal import SqliteStore
from bachang.portal import Assembly
from tests.portal.people import People
from tests.portal.test_live import connect
from tests.portal.test_run import running, start, until
from tests.postgres import Postgres


@dataclass(frozen=True)
class Trouble:
    """How a store is made to refuse, and to take again."""

    begin: Callable[[], object]
    end: Callable[[], object]


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    """A PostgreSQL server of its own, which may be stopped; ``None``: SQLite."""
    if request.param == "sqlite":
        yield None
        return
    folder: Path = request.getfixturevalue("short_path") / "pg"
    folder.mkdir()
    server = Postgres.alone(folder)
    yield server
    server.stop()


@pytest.fixture
def database(server: Postgres | None) -> str | None:
    return server.database() if server else None


@pytest.fixture
def trouble(server: Postgres | None, assembly: Assembly) -> Trouble:
    if server is not None:
        return Trouble(server.stop, server.start)
    store = assembly.stage.journal
    assert isinstance(store, SqliteStore)
    ask = store._writer.execute  # a disk that is full for this file only
    return Trouble(
        lambda: ask(f"PRAGMA max_page_count = {ask('PRAGMA page_count').fetchone()[0]}"),
        lambda: ask("PRAGMA max_page_count = 1000000"),
    )


def give(client: TestClient, run: str, number: int) -> Any:
    """A wrong answer with a key of its own."""
    body = {"task": "find", "answer": f"guess {number}"}
    headers = {"Idempotency-Key": f"key-{number}"}
    return client.post(f"/api/runs/{run}/answers", json=body, headers=headers)


def told(live: WebSocketTestSession) -> str | None:
    """What viewers are told next about the journal: since when it is not kept."""
    while True:
        event = live.receive_json()["event"]
        if event and "unrecorded_since" in event["changes"]:
            since: str | None = event["changes"]["unrecorded_since"]
            return since


def test_a_store_that_refuses_for_a_while(
    people: People, assembly: Assembly, trouble: Trouble, server: Postgres | None
) -> None:
    ann = people("ann")
    run = start(ann)
    exercise = running(ann, run)["exercise"]
    with connect(ann, f"/api/live?topic=run:{run}") as live:
        assert give(ann, run, 0).status_code == 200
        trouble.begin()
        acknowledged = {0}
        for number in itertools.count(1):  # as long as there is room on the last page
            answer = give(ann, run, number)
            if answer.status_code != 200:
                break
            acknowledged.add(number)
        assert answer.status_code == 503, answer.text
        assert told(live) is not None
        sent = range(number + 10)
        for late in sent[number:]:
            refused = give(ann, run, late)
            assert (refused.status_code, refused.json()["type"]) == (503, "not-recorded")
            assert refused.json()["remedy"]
        hint = ann.post(f"/api/runs/{run}/hints", json={"task": "find"})
        assert hint.status_code == 503
        assert ann.post(f"/api/exercises/{exercise}/end").status_code == 503
        _meanwhile(ann, run, people_too=server is not None)
        trouble.end()
        assert told(live) is None
    assert all(give(ann, run, number).status_code == 200 for number in sent)
    seen = until(lambda: ann.get(f"/api/runs/{run}").json(), lambda it: "task_list" in it)
    assert (seen["state"], seen["unrecorded_since"]) == ("running", None)
    assert seen["task_list"][0]["attempts"] == len(sent)
    world = assembly.stage.world(run)
    assert world is not None
    kept = assembly.stage.journal.events(world.id)
    keys = Counter(event.data["key"] for event in kept if event.kind == "task.answered")
    assert set(keys.values()) == {1}
    assert len(keys) == len(sent) > len(acknowledged)
    assert [event.sequence for event in kept] == list(range(1, len(kept) + 1))
    assert ann.post(f"/api/exercises/{exercise}/end").json()["state"] == "ended"


def _meanwhile(ann: TestClient, run: str, *, people_too: bool) -> None:
    """Whoever comes is told; where the people's data base is away too, nothing is a 500."""
    page, mine = ann.get(f"/api/runs/{run}"), ann.get("/api/runs")
    if not people_too:
        assert page.json()["unrecorded_since"]
        assert mine.json()["items"][0]["unrecorded_since"]
        return
    headers = {"Idempotency-Key": "k"}
    made = ann.post("/api/exercises", json={"pack": "hall"}, headers=headers)
    for answer in (page, mine, made):
        assert answer.status_code == 503, answer.text
        assert answer.json()["remedy"]


def settled(client: TestClient, run: str, *before: str) -> dict[str, Any]:
    """The run once it can be seen, and is not any more what it was."""

    def look() -> dict[str, Any]:
        answer = client.get(f"/api/runs/{run}")
        return dict(answer.json()) if answer.is_success else {"state": before[0]}

    seen: dict[str, Any] = until(look, lambda it: it["state"] not in before)
    return seen


def test_a_sandbox_that_ends_while_the_store_is_away(
    people: People, assembly: Assembly, trouble: Trouble
) -> None:
    ann = people("ann")
    run = start(ann)
    running(ann, run)
    world = assembly.stage.world(run)
    assert world is not None
    trouble.begin()
    os.kill(world.sandbox.status().agent_pid, signal.SIGKILL)
    until(lambda: world.unrecorded_since or not assembly.stage.world(run), bool)
    trouble.end()
    seen = settled(ann, run, "running")
    assert seen["state"] == "failed"
    assert seen["reason"]["zh"]
    assert give(ann, run, 0).status_code == 409


def test_a_sandbox_that_starts_while_the_store_is_away(
    people: People, assembly: Assembly, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = people("ann")
    registry = assembly.stage._registry
    begin, refused = registry.begin_run, threading.Event()

    def begin_run(run: str, **values: Any) -> bool:
        if not refused.is_set():
            trouble.begin()
            refused.set()
        return begin(run, **values)

    monkeypatch.setattr(registry, "begin_run", begin_run)
    run = start(ann)
    assert refused.wait(60)
    trouble.end()
    assert settled(ann, run, "queued", "starting")["state"] == "running"
    assert give(ann, run, 0).status_code == 200
    assert ann.post(f"/api/runs/{run}/end").json()["state"] == "ended"
