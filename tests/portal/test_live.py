"""Live views, terminals and pages of hosts, on the real fabric."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from bachang.portal import Assembly
from bachang.portal._live import QUEUE, SLOW, Viewer
from tests.portal.people import ORIGIN, People
from tests.portal.test_run import running, start


@pytest.fixture
def ann(people: People) -> TestClient:
    return people("ann")


@pytest.fixture
def run(ann: TestClient) -> str:
    run = start(ann)
    running(ann, run)
    return run


def connect(client: TestClient, path: str, **more: Any) -> WebSocketTestSession:
    return client.websocket_connect(f"{ORIGIN.replace('http', 'ws')}{path}", **more)


def event(live: WebSocketTestSession, kind: str, after: int) -> dict[str, Any]:
    """The next event of a kind; revisions only ever grow."""
    while True:
        message = live.receive_json()
        assert message["revision"] > after
        after = message["revision"]
        if message.get("event", {}).get("kind") == kind:
            return dict(message)


def test_a_snapshot_then_events_then_only_what_was_missed(ann: TestClient, run: str) -> None:
    topic = f"/api/live?topic=run:{run}"
    answers = f"/api/runs/{run}/answers"
    with connect(ann, topic) as live:
        first = live.receive_json()
        assert first["snapshot"]["state"] == "running"
        ann.post(answers, json={"task": "find", "answer": "one"})
        told = event(live, "task.answered", first["revision"])
        assert told["event"]["changes"]["task_list"][0]["attempts"] == 1
        assert "answer" not in told["event"]["data"]
        sampled = event(live, "points.sampled", told["revision"])
        assert sampled["event"]["changes"]["points_now"]["grid.available"] is True
    ann.post(answers, json={"task": "find", "answer": "two"})
    ann.post(answers, json={"task": "find", "answer": "three"})
    with connect(ann, f"{topic}&revision={sampled['revision']}") as live:
        missed = [event(live, "task.answered", sampled["revision"]) for _ in range(2)]
        attempts = [one["event"]["changes"]["task_list"][0]["attempts"] for one in missed]
        assert attempts == [2, 3]
    with connect(ann, f"{topic}&revision=7") as live:
        assert live.receive_json()["snapshot"]["task_list"][0]["attempts"] == 3


def test_a_learner_does_not_see_behind_the_scenes(
    ann: TestClient, run: str, assembly: Assembly
) -> None:
    world = assembly.stage.world(run)
    assert world is not None
    with connect(ann, f"/api/live?topic=run:{run}") as live:
        revision = live.receive_json()["revision"]
        world.record(actor="red/x", kind="action.ran", subject="x/y", data={"output": "secret"})
        world.record(actor="white", kind="message.sent", subject="everyone", data={"text": {}})
        told = event(live, "message.sent", revision)
    assert told["event"]["actor"] == "white"
    listed = ann.get(f"/api/runs/{run}/events").json()["items"]
    assert "action.ran" not in {one["kind"] for one in listed}


def test_who_is_too_slow_is_dropped_with_a_reason() -> None:
    loop = asyncio.new_event_loop()
    viewer = Viewer(sees_private=False, loop=loop)
    for number in range(QUEUE + 5):
        viewer.offer(str(number))
    shown = [viewer.messages.get_nowait() for _ in range(viewer.messages.qsize())]
    loop.close()
    assert len(shown) == QUEUE + 1
    assert shown[-1] is SLOW


def read_until(terminal: WebSocketTestSession, wanted: bytes) -> bytes:
    shown = b""
    while wanted not in shown:
        message = terminal.receive()
        assert message["type"] == "websocket.send", (message, shown)
        shown += message.get("bytes") or b""
    return shown


def test_a_terminal_is_typed_into_shared_redrawn_and_recorded(ann: TestClient, run: str) -> None:
    asked = {"host": "desk", "rows": 30, "columns": 100}
    opened = ann.post(f"/api/runs/{run}/terminals", json=asked).json()
    assert (opened["user"], opened["opened_by"], opened["alive"]) == ("trainee", "Ann", True)
    address = f"/api/runs/{run}/terminals/{opened['session']}"
    with connect(ann, address) as terminal:
        terminal.send_text(json.dumps({"resize": {"rows": 33, "columns": 99}}))
        terminal.send_text("nonsense")
        terminal.send_bytes(b"stty size; echo so$((1+1))me\n")
        shown = read_until(terminal, b"so2me\r\n")
        assert b"33 99" in shown
    with connect(ann, address) as again:
        assert b"so2me" in read_until(again, b"so2me\r\n")
    recording = ann.get(f"{address}/recording")
    assert json.loads(recording.text.splitlines()[0])["version"] == 2
    assert ann.delete(address).status_code == 204
    exercise = ann.get(f"/api/runs/{run}").json()["exercise"]
    ann.post(f"/api/exercises/{exercise}/end")
    assert "so2me" in ann.get(f"{address}/recording").text
    kept = ann.get(f"/api/runs/{run}/terminals").json()
    assert [(one["session"], one["alive"]) for one in kept] == [(opened["session"], False)]


def test_typing_into_a_terminal_that_ends_hides_nothing(ann: TestClient, run: str) -> None:
    """Whoever types on while a shell ends sees its last words, and that it has ended."""
    for _ in range(5):
        opened = ann.post(f"/api/runs/{run}/terminals", json={"host": "desk"}).json()
        with connect(ann, f"/api/runs/{run}/terminals/{opened['session']}") as terminal:
            terminal.send_bytes(b"exec echo fare$((1+1))well\n")
            for _ in range(300):
                terminal.send_bytes(b"x")
            read_until(terminal, b"fare2well\r\n")
            while (message := terminal.receive()).get("text") is None:
                pass
            assert "has ended" in message["text"]


def test_a_learner_gets_only_the_own_doors(ann: TestClient, run: str) -> None:
    for asked in ({"host": "server"}, {"host": "desk", "user": "root"}, {"host": "nowhere"}):
        refused = ann.post(f"/api/runs/{run}/terminals", json=asked)
        assert refused.status_code == 403, refused.text


def test_others_do_not_join(people: People, run: str) -> None:
    ben = people("ben")
    for address in (f"/api/live?topic=run:{run}", f"/api/runs/{run}/terminals/desk-1"):
        with connect(ben, address) as socket, pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
        assert end.value.code == 1008
        with connect(people.nobody, address) as socket, pytest.raises(WebSocketDisconnect):
            socket.receive_json()


def test_another_site_does_not_connect(ann: TestClient, run: str) -> None:
    address = f"/api/live?topic=run:{run}"
    with pytest.raises(WebSocketDisconnect):
        connect(ann, address, headers={"Origin": "http://evil.example"}).__enter__()
    with connect(ann, address, headers={"Origin": ORIGIN}) as live:
        assert live.receive_json()["snapshot"]


def test_a_page_of_a_host_has_an_origin_of_its_own(
    people: People, ann: TestClient, run: str
) -> None:
    wanted = {"host": "server", "screen": "pages"}
    screen = ann.post(f"/api/runs/{run}/screens", json=wanted).json()
    assert screen["seen_from"] == "desk"
    host = screen["url"].partition("://")[2].rstrip("/")
    assert host == f"{screen['id']}.localhost:8080"
    page = ann.get(screen["url"], headers={"Authorization": "Bearer portal"})
    assert "hello from the server" in page.text
    assert "frame-ancestors 'self' http://127.0.0.1:8080" in page.headers["content-security-policy"]
    for other in ("aaaaaaaaaaaaaaaa", screen["id"][:-1]):
        closed = people.nobody.get(f"http://{other}.localhost:8080/")
        assert closed.status_code == 410
    assert ann.get(f"http://{host}/api/session").status_code == 404  # the page's own, not ours
    missing = ann.post(f"/api/runs/{run}/screens", json={"host": "server", "screen": "x"})
    assert missing.status_code == 404
    elsewhere = ann.post(f"/api/runs/{run}/screens", json=wanted | {"seen_from": "server"})
    assert elsewhere.status_code == 403
