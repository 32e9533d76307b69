"""Idempotency keys over every writing operation of the API's document, on a run that lives.

For each operation `WAYS` says how to ask for it once for good. The rest is generated: four who
ask at a time with one key, the same again, something else with that key, somebody else with it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from bachang.portal import Assembly, Outside, Settings
from bachang.portal._access import RULES, Person
from bachang.portal._application import document
from bachang.portal._problem import ProblemError
from bachang.portal._replies import Replies
from bachang.portal.models import Role
from bachang.portal.store import PortalStore, tables
from tests.portal.people import PACKS, PASSWORD, People
from tests.portal.test_library import SCENARIO, SOLUTIONS, archive
from tests.portal.test_run import running

AT_ONCE = 4
DEEDS = (
    "task.answered", "hint.taken", "message.sent", "sandbox.paused", "sandbox.resumed",
    "sandbox.reset", "host.reset", "inject.started", "clock.advanced", "terminal.opened",
    "terminal.closed",
)  # fmt: skip
OBJECTS = (tables.account, tables.people_group, tables.membership, tables.invitation, tables.pack)
WRITES = {
    operation["operationId"]: f"{method.upper()} {path}"
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if method != "get"
}
KEYLESS = {name for name, route in WRITES.items() if RULES[route].everybody}


@dataclass(frozen=True)
class Ask:
    """A request that can be done."""

    path: str
    """With the names of its objects."""
    body: dict[str, Any] | bytes | None = None


@dataclass(frozen=True)
class Place:
    """A portal with a run that lives, and who may do everything there."""

    people: People
    client: TestClient
    run: str
    exercise: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        made = self.client.post(f"/api/{path}", json=body)
        assert made.is_success, made.text
        return dict(made.json())

    def new(self) -> str:
        return f"thing{next(self.numbers):04}"

    def person(self) -> str:
        name = self.new()
        body = {"name": name, "password": PASSWORD, "roles": ["trainee"]}
        return str(self.post("accounts", body)["id"])

    def group(self) -> str:
        return str(self.post("groups", {"title": self.new()})["id"])

    def member(self) -> str:
        group, person = self.group(), self.person()
        assert self.client.put(f"/api/groups/{group}/members/{person}").is_success
        return f"{group}/members/{person}"

    def pack(self) -> str:
        return str(self.post("packs", {"name": self.new(), "copy_of": "hall"})["name"])

    def training(self) -> dict[str, Any]:
        return self.post("exercises", {"pack": "hall"})

    def verifying(self) -> str:
        pack = self.pack()
        self.post(f"packs/{pack}/verification")
        return pack

    def terminal(self) -> str:
        return str(self.post(f"runs/{self.run}/terminals", {"host": "desk"})["session"])

    def now(self) -> dict[str, Any]:
        """All that a deed leaves behind."""
        world = self.people.assembly.stage.world(self.run)
        assert world is not None
        store, journal = self.people.assembly.store, self.people.assembly.stage.journal
        with store.reading() as connection:
            rows = [[tuple(row) for row in connection.execute(select(one))] for one in OBJECTS]
            audit = connection.execute(select(tables.audit.c.action)).scalars().all()
            runs = connection.execute(select(tables.run.c.id)).scalars().all()
        deeds = [event.kind for event in journal.events(world.id, kinds=list(DEEDS))]
        return {"rows": rows, "audit": audit, "runs": sorted(runs), "deeds": deeds}


def new_account(place: Place) -> Ask:
    body = {"name": place.new(), "password": PASSWORD, "roles": ["trainee"]}
    return Ask("accounts", body)


def upload(place: Place) -> Ask:
    name = place.new()
    scenario = SCENARIO.replace(b"name: mine", f"name: {name}".encode())
    return Ask(f"packs/{name}", archive({"scenario.yaml": scenario, **SOLUTIONS}))


WAYS: dict[str, Callable[[Place], Ask]] = {
    "create_account": new_account,
    "change_account": lambda at: Ask(f"accounts/{at.person()}", {"display_name": "Anew"}),
    "end_sessions": lambda at: Ask(f"accounts/{at.person()}/sessions"),
    "create_group": lambda at: Ask("groups", {"title": at.new()}),
    "delete_group": lambda at: Ask(f"groups/{at.group()}"),
    "add_member": lambda at: Ask(f"groups/{at.group()}/members/{at.person()}"),
    "remove_member": lambda at: Ask(f"groups/{at.member()}"),
    "create_invitation": lambda _at: Ask("invitations", {"uses": 1}),
    "delete_invitation": lambda at: Ask(f"invitations/{at.post('invitations', {})['id']}"),
    "create_pack": lambda at: Ask("packs", {"name": at.new()}),
    "upload_pack": upload,
    "delete_pack": lambda at: Ask(f"packs/{at.pack()}"),
    "save_file": lambda at: Ask(f"packs/{at.pack()}/file?path=notes.md", {"text": "hello"}),
    "delete_file": lambda at: Ask(f"packs/{at.pack()}/file?path=solutions/find.sh"),
    "read_draft": lambda at: Ask(f"packs/{at.pack()}/lint", {}),
    "start_verification": lambda at: Ask(f"packs/{at.pack()}/verification"),
    "cancel_verification": lambda at: Ask(f"packs/{at.verifying()}/verification"),
    "start_exercise": lambda _at: Ask("exercises", {"pack": "hall"}),
    "end_exercise": lambda at: Ask(f"exercises/{at.training()['id']}/end"),
    "broadcast": lambda at: Ask(f"exercises/{at.exercise}/broadcast", {"text": at.new()}),
    "do_inject": lambda at: Ask(f"exercises/{at.exercise}/inject", {"inject": "notice"}),
    "extend": lambda at: Ask(f"exercises/{at.exercise}/extend", {"minutes": 7}),
    "freeze": lambda at: Ask(f"exercises/{at.exercise}/freeze", {"frozen": False}),
    "advance": lambda at: Ask(f"exercises/{at.exercise}/advance", {"seconds": 2}),
    "answer": lambda at: Ask(f"runs/{at.run}/answers", {"task": "find", "answer": at.new()}),
    "take_hint": lambda at: Ask(f"runs/{at.run}/hints", {"task": "find"}),
    "reset": lambda at: Ask(f"runs/{at.run}/reset", {"host": "desk"}),
    "pause": lambda at: Ask(f"runs/{at.run}/pause"),
    "resume": lambda at: Ask(f"runs/{at.post(f'runs/{at.run}/pause')['id']}/resume"),
    "play_story": lambda at: Ask(f"runs/{at.run}/story", {"playing": False}),
    "end_run": lambda at: Ask(f"runs/{at.training()['runs'][0]['id']}/end"),
    "open_screen": lambda at: Ask(f"runs/{at.run}/screens", {"host": "server", "screen": "pages"}),
    "open_terminal": lambda at: Ask(f"runs/{at.run}/terminals", {"host": "desk"}),
    "close_terminal": lambda at: Ask(f"runs/{at.run}/terminals/{at.terminal()}"),
    "clean_up": lambda _at: Ask("machine/cleanup"),
}


@pytest.fixture(autouse=True)
def tidy() -> None:
    """The shared portal's pool opens connections as it needs them; the module closes them all."""


@pytest.fixture(scope="module")
def place(homes: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    chosen = Settings(
        data=tmp_path_factory.mktemp("portal"), packs=PACKS, hash_memory_mib=1, sandboxes=4,
        requests_per_minute=1_000_000, answers_per_minute=1_000_000, sign_ins_per_minute=1_000_000,
    )  # fmt: skip
    assembly = Assembly(chosen, outside=Outside())
    with People(assembly) as people:
        client, _ = people("root", *Role), people("vic", Role.VISITOR)
        exercise = client.post("/api/exercises", json={"pack": "hall", "duration_min": 60}).json()
        run = exercise["runs"][0]["id"]
        running(client, run)
        yield Place(people, client, run, exercise["id"])
        for row in assembly.portal.exercises.running():
            assembly.stage.end_exercise(row.id)
    assembly.close()


def test_every_write_is_tried() -> None:
    assert set(WAYS) == set(WRITES) - KEYLESS


def test_the_document_says_what_takes_a_key() -> None:
    taking = {
        operation["operationId"]
        for operations in document()["paths"].values()
        for operation in operations.values()
        if "Idempotency-Key" in [one["name"] for one in operation.get("parameters", ())]
    }
    assert taking == set(WAYS)
    assert {"sign_in", "sign_out", "sign_in_with_token", "accept_invitation"} == KEYLESS


@pytest.mark.parametrize("name", sorted(WAYS))
def test_a_key(place: Place, name: str) -> None:
    place.client.post(f"/api/runs/{place.run}/resume")
    asked, key = WAYS[name](place), f"key-of-{name}"
    method, before = WRITES[name].partition(" ")[0], place.now()

    def ask(client: TestClient, wanted: Ask, method: str = method) -> tuple[int, bytes]:
        body, kind = wanted.body, "application/json"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        elif body is not None:
            kind = "application/zip"
        headers = {"Idempotency-Key": key, "Content-Type": kind}
        given = client.request(method, f"/api/{wanted.path}", content=body, headers=headers)
        return given.status_code, given.content

    with ThreadPoolExecutor(AT_ONCE) as pool:
        first = set(pool.map(lambda _: ask(place.client, asked), range(AT_ONCE)))
    done = {one for one in first if one[0] != 409}
    assert len(done) == 1, first
    (good,) = done
    assert good[0] < 300, good
    _once(before, place.now())
    settled = place.now()
    assert ask(place.client, asked) == good
    for other in _others(name, asked):
        status, words = ask(place.client, other, method if other.path == asked.path else "POST")
        assert (status, b"this key was used" in words) == (422, True), words
    status, words = ask(place.people("vic", Role.VISITOR), asked)
    assert (status in (403, 404), words != good[1]) == (True, True)
    assert place.now() == settled


def _others(name: str, asked: Ask) -> Iterator[Ask]:
    """Other requests that the key of this one is not for."""
    if name in ("answer", "take_hint"):  # the journal keeps their keys, apart from all others
        yield Ask(
            asked.path,
            {"task": "read", "answer": "another"} if name == "answer" else {"task": "read"},
        )
        return
    yield Ask("groups", {"title": "another"})
    if isinstance(asked.body, dict):
        yield Ask(asked.path, {**asked.body, "more": 1})


def _once(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Nothing was written down more often than one request does."""
    for kind in ("audit", "deeds"):
        more = Counter(after[kind]) - Counter(before[kind])
        assert set(more.values()) <= {1}, more
    assert len(after["runs"]) - len(before["runs"]) <= 1
    assert all(
        abs(len(new) - len(old)) <= 1
        for new, old in zip(after["rows"], before["rows"], strict=True)
    )


def test_a_refusal_is_not_kept(place: Place) -> None:
    headers = {"Idempotency-Key": "tried-again"}
    ask = {"name": place.new(), "copy_of": "missing-yet"}
    assert place.client.post("/api/packs", json=ask, headers=headers).status_code == 404
    place.post("packs", {"name": "missing-yet"})
    assert place.client.post("/api/packs", json=ask, headers=headers).status_code == 201
    assert place.client.post("/api/packs", json=ask, headers=headers).status_code == 201


def test_who_signs_in_needs_no_key_and_gets_no_others_answer(place: Place) -> None:
    name, client = place.new(), place.people.client()
    headers = {"Idempotency-Key": "of-nobody"}
    place.post("accounts", {"name": name, "password": PASSWORD, "roles": ["trainee"]})
    login = {"name": name, "password": PASSWORD}
    tokens = {
        client.post("/api/session", json=login, headers=headers).cookies["bachang-8080"]
        for _ in range(2)
    }
    assert len(tokens) == 2  # each with a cookie, though the second was signed in already
    assert (
        client.post("/api/session", json={**login, "name": "vic"}, headers=headers).status_code
        == 401
    )
    token = place.post("invitations", {})["token"]
    accepted = {"token": token, "name": place.new(), "password": PASSWORD}
    codes = [
        place.people.client()
        .post("/api/invitations/accept", json=accepted, headers=headers)
        .status_code
        for _ in range(2)
    ]
    assert codes == [201, 404]  # used up, so nothing is done twice
    assert client.delete("/api/session", headers=headers).status_code == 204
    assert client.delete("/api/session", headers=headers).status_code == 204


@pytest.mark.parametrize(("status", "times"), [(201, 1), (409, 2), (429, 2), (503, 2)])
def test_what_is_asked_while_it_is_done_waits(tmp_path: Path, status: int, times: int) -> None:
    """The first is held; the second hears so; what is settled is kept and no refusal is."""
    store = PortalStore(f"sqlite:///{tmp_path}/replies.db")
    done = asyncio.run(_held(Replies(store, Outside()), status))
    store.close()
    assert done == times


async def _held(replies: Replies, status: int) -> int:
    goes_on, begun, done = asyncio.Event(), asyncio.Event(), 0
    person = Person(id="a" * 12, name="ann", display_name="Ann", roles=frozenset(Role))

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal done
        begun.set()
        await goes_on.wait()
        done += 1
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % done})

    async def ask() -> bytes:
        answered: list[bytes] = []

        async def send(message: Any) -> None:
            answered.append(message.get("body", b""))

        async def receive() -> Any:
            raise AssertionError

        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "state": {}}
        await replies.answer(app, scope, person, "key", b"body", receive, send)
        return b"".join(answered)

    first = asyncio.create_task(ask())
    await begun.wait()
    with pytest.raises(ProblemError, match="still being done"):
        await ask()
    goes_on.set()
    assert await first == b"1"
    assert await ask() == (b"1" if status < 400 else b"2")
    return done


def test_what_was_begun_by_a_portal_that_ended_is_not_done_again(tmp_path: Path) -> None:
    store = PortalStore(f"sqlite:///{tmp_path}/replies.db")

    async def killed(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError  # as the loop's end does; no line after it is reached

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError

    async def ask(app: ASGIApp, key: str, path: str) -> None:
        person = Person(id="a" * 12, name="ann", display_name="Ann", roles=frozenset(Role))
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "state": {}}

        async def none(_message: Any = None) -> Any:
            return None

        await Replies(store, Outside()).answer(app, scope, person, key, b"", none, none)

    for path in ("/api/exercises", "/api/runs/aaaaaaaa/reset", "/api/exercises/aaaaaaaa/extend"):
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(ask(killed, path, path))
        with pytest.raises(ProblemError, match="nobody knows"):
            asyncio.run(ask(killed, path, path))
    for app, fault in ((killed, asyncio.CancelledError), (broken, RuntimeError)):
        path = "/api/runs/aaaaaaaa/pause" if app is killed else "/api/exercises"
        for _ in range(2):
            with pytest.raises(fault):
                asyncio.run(ask(app, "again", path))
    store.close()
