"""A class of two, played for real; what the portal said of it is kept for the interface's own work.

``BACHANG_RECORD`` names the folder for ``class.json``: live streams as they came over the wire
and answers by address. Unset: nothing is written, the recording is only checked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from bachang.portal import Assembly, Settings
from bachang.portal.models import Role
from bachang.portal.store import tables
from tests.portal.people import People
from tests.portal.test_live import connect
from tests.portal.test_run import running, until

pytestmark = pytest.mark.slow

RECORD = os.environ.get("BACHANG_RECORD")
NAMES = {"lin": "Lin Yue", "chen": "Chen Wei", "tom": "Tom Hale"}
SAME = {
    "board": ("title", "state", "tasks", "rows"),
    "exercise": ("title", "state", "ends_at"),
    "run": ("state", "points", "solved", "task_list", "score", "points_now"),
}
"""What a stream must have told of a document, whatever a clock has changed since."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    shipped = Path(__file__).parents[2] / "packs"
    return dataclasses.replace(settings, packs=shipped, sandboxes=2)


@pytest.fixture
def tom(people: People, assembly: Assembly) -> TestClient:
    teacher = people("tom", Role.INSTRUCTOR)
    identity = teacher.post("/api/groups", json={"title": "Night shift"}).json()["id"]
    for name in ("lin", "chen"):
        people(name)
        teacher.put(f"/api/groups/{identity}/members/{people.ids[name]}")
    with assembly.store.writing() as connection:
        for name, shown in NAMES.items():
            row = tables.account.update().where(tables.account.c.name == name)
            connection.execute(row.values(display_name=shown))
    return teacher


@dataclasses.dataclass
class Learner:
    """One who works: the own client, run and terminal."""

    client: TestClient
    run: str
    terminal: WebSocketTestSession
    seen: str = ""

    def answer(self, task: str, text: str = "") -> str:
        """Answer a task; gives the outcome."""
        given = {"task": task, "answer": text}
        said = self.client.post(f"/api/runs/{self.run}/answers", json=given).json()
        return str(said["outcome"])

    def hint(self, task: str) -> None:
        """Buy a hint."""
        self.client.post(f"/api/runs/{self.run}/hints", json={"task": task})

    def type(self, line: str, shows: str) -> None:
        """Type a command and wait until its output shows something."""
        before = len(self.seen)
        self.terminal.send_bytes(f"{line}\n".encode())
        while shows not in self.seen[before:]:
            message = self.terminal.receive()
            self.seen += (message.get("bytes") or b"").decode(errors="replace")

    def points(self) -> dict[str, Any]:
        """The values of the points now."""
        listed = self.client.get(f"/api/runs/{self.run}/points").json()
        return {point["name"]: point["value"] for point in listed}

    def clock_s(self) -> float:
        """The sandbox's clock."""
        return float(self.client.get(f"/api/runs/{self.run}").json()["sandbox_time_s"])

    def until_s(self, moment: float) -> None:
        """Think until a moment of the sandbox's clock."""
        until(self.clock_s, lambda now: now >= moment)

    def hold(self, point: str, value: Any, seconds: float) -> None:
        """Wait until a point has had a value for so many seconds of the sandbox's clock."""
        until(self.points, lambda now: now.get(point) == value)
        self.until_s(self.clock_s() + seconds)


@contextlib.contextmanager
def working(client: TestClient, run: str) -> Iterator[Learner]:
    """A learner with a terminal on the own desk."""
    running(client, run)
    terminals = f"/api/runs/{run}/terminals"
    asked = {"host": "desk", "user": "trainee", "rows": 18, "columns": 88}
    session = client.post(terminals, json=asked).json()["session"]
    with connect(client, f"{terminals}/{session}") as terminal:
        yield Learner(client, run, terminal)


def test_a_class_is_recorded(people: People, tom: TestClient) -> None:
    group = tom.get("/api/groups").json()["items"][0]["id"]
    asked = {"kind": "class", "pack": "blackout", "group": group, "title": "Power night"}
    exercise = tom.post("/api/exercises", json={**asked, "duration_min": 60}).json()
    address, runs = f"/api/exercises/{exercise['id']}", [run["id"] for run in exercise["runs"]]
    topics = [f"board:{exercise['id']}", f"exercise:{exercise['id']}"]
    topics += [f"run:{run}" for run in runs]
    with contextlib.ExitStack() as stack:
        learners = [
            stack.enter_context(working(people(name), run))
            for name, run in zip(("chen", "lin"), runs, strict=True)
        ]
        watched = {
            topic: stack.enter_context(connect(tom, f"/api/live?topic={topic}")) for topic in topics
        }
        first = {topic: live.receive_json() for topic, live in watched.items()}
        play(tom, address, *learners)
        answers = answered(tom, exercise["id"], runs)
        tom.post(f"{address}/end")
        streams = {topic: [first[topic], *until_ended(live)] for topic, live in watched.items()}
    ends = {topic: tom.get(document_of(topic)).json() for topic in topics}
    check(streams, ends)
    if RECORD:
        kept = {"streams": streams, "answers": answers}
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        (Path(RECORD) / "class.json").write_text(text + "\n")


def play(tom: TestClient, address: str, chen: Learner, lin: Learner) -> None:
    """Two people at the same world: one quick, one who needs help."""
    lin.until_s(4)
    lin.type("modbus devices", "10.20.30.22:502")
    chen.type("ls /", "$ ")
    lin.until_s(7)
    assert lin.answer("way-in", "10.20.30.12") == "solved"
    assert chen.answer("way-in", "10.20.30.1") == "wrong"
    lin.until_s(11)
    lin.type("modbus read genset register 6", "$ ")
    assert lin.answer("frequency", "50 Hz") == "solved"
    chen.hint("way-in")
    lin.until_s(15)
    lin.type("PANEL_PASSWORD=SG6120 panel genset mains_abnormal_delay_s 2 warm_up_s 2", "$ ")
    lin.type("PANEL_PASSWORD=SG6120 panel genset safety_on_s 5", "$ ")
    chen.type("modbus devices", "10.20.30.22:502")
    lin.until_s(18)
    assert lin.answer("how-long", "28.3") == "solved"
    assert chen.answer("way-in", "10.20.30.12") == "solved"
    tom.post(f"{address}/broadcast", json={"text": "The manual is on the intranet."})
    lin.until_s(21)
    lin.type("modbus write genset coil 2 on", "$ ")
    chen.type("curl -s http://10.20.20.10/ | head -20", "$ ")
    chen.hint("frequency")
    lin.hold("genset.state", "running", 6)
    assert lin.answer("test-run") == "solved"
    lin.type("modbus write genset coil 3 on", "$ ")
    chen.client.post(f"/api/runs/{chen.run}/reset", json={"host": "share"})
    until(lambda: lin.points().get("genset.state"), lambda state: state == "standby")
    tom.post(f"{address}/inject", json={"inject": "mains-fail"})
    tom.post(f"{address}/inject", json={"inject": "say-dark"})
    chen.type("modbus read genset register 6", "$ ")
    assert chen.answer("frequency", "0") == "wrong"
    lin.hold("ats.position", 2, 4)
    assert lin.answer("fast-enough") == "solved"
    until(lambda: chen.points()["ats.position"], lambda position: position == 2)
    tom.post(f"{address}/inject", json={"inject": "mains-return"})
    tom.post(f"{address}/inject", json={"inject": "say-back"})
    chen.type("modbus read genset register 6", "$ ")
    assert chen.answer("frequency", "50") == "solved"
    chen.hint("registration")
    chen.type("curl -s http://10.20.20.11/", "$ ")
    until(lambda: lin.points()["ats.position"], lambda position: position == 1)


def answered(tom: TestClient, exercise: str, runs: list[str]) -> dict[str, Any]:
    """What the interface asks for about the class and its runs, by address."""
    mine = f"/api/exercises/{exercise}"
    packs = "/api/packs/blackout"
    asked = [packs, f"{packs}/topology", "/api/groups", "/api/exercises/capacity"]
    asked += [mine, f"{mine}/board"]
    for own in (f"/api/runs/{run}" for run in runs):
        asked += [own, f"{own}/topology", f"{own}/points", f"{own}/terminals"]
        asked += [f"{own}/events", f"{own}/events?kind=points.sampled"]
    answers = {path: tom.get(path).json() for path in asked}
    for path in [path for path in asked if path.endswith("/terminals")]:
        for one in answers[path]:
            recording = f"{path}/{one['session']}/recording"
            answers[recording] = tom.get(recording).text
    return answers


def document_of(topic: str) -> str:
    """Where a topic's document is asked for."""
    kind, _, identity = topic.partition(":")
    board = f"/api/exercises/{identity}/board"
    return board if kind == "board" else f"/api/{kind}s/{identity}"


def until_ended(live: WebSocketTestSession) -> list[Any]:
    """The rest of a stream, to the message that says that it is over."""
    got: list[Any] = []
    while not got or _state(got[-1]) != "ended":
        got.append(live.receive_json())
    return got


def _state(message: dict[str, Any]) -> str | None:
    told: dict[str, Any] = message.get("snapshot") or message["event"]["changes"]
    return told.get("state")


def folded(messages: list[Any]) -> dict[str, Any]:
    """What a viewer knows at the end of a stream: the snapshot, changed event by event."""
    known: dict[str, Any] = {}
    for message in messages:
        known = message.get("snapshot") or known | message["event"]["changes"]
    return known


def check(streams: dict[str, list[Any]], now: dict[str, dict[str, Any]]) -> None:
    """Whoever followed a stream knows what the portal says at its end."""
    for topic, messages in streams.items():
        revisions = [message["revision"] for message in messages]
        assert revisions == sorted(set(revisions))
        known = folded(messages)
        for key in SAME[topic.partition(":")[0]]:
            assert known[key] == now[topic][key], (topic, key)
