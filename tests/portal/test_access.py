"""Who may do what: role × route × own or another's object, generated from the rules.

The table below is written by hand and independent of the rules; the matrix asks the running
API for every cell, with real objects, and takes anything but 401 and 403 for "may".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Table
from starlette.testclient import TestClient

from bachang.portal import Assembly, Settings
from bachang.portal._access import RULES, Relation
from bachang.portal.models import ExerciseState, Kind, Role, RunState
from bachang.portal.store import tables
from tests.portal.people import PACKS, People

EVERYBODY = frozenset(Role)
STAFF = frozenset({Role.INSTRUCTOR, Role.ORGANISER, Role.ADMINISTRATOR})
PARTICIPANTS = EVERYBODY - {Role.VISITOR}
AUTHORING = {"files", "file", "lint", "verification"}
SEEN = {"{run}", "points", "events", "topology", "report.html", "report.pdf"}
STEERING = {"broadcast", "inject", "extend", "freeze", "advance"}


def may(role: Role, route: str, relation: Relation | None) -> bool:  # noqa: C901 - a table
    """What is wanted: an independent statement of the rules, by resource."""
    method, _, path = route.partition(" ")
    parts = path.split("/")[2:]
    organises, last = role is Role.ORGANISER, parts[-1]
    owns = relation is Relation.OWNER
    if parts[0] == "session" or path.endswith("/accept"):
        return True
    match parts[0]:
        case "accounts" if len(parts) == 1:
            return role in STAFF if method == "GET" else role is Role.ADMINISTRATOR
        case "accounts" if last == "sessions":
            return role is Role.ADMINISTRATOR or relation is Relation.SELF
        case "accounts":
            privileged = role in STAFF if method == "GET" else role is Role.ADMINISTRATOR
            return privileged or relation is Relation.SELF
        case "groups" if len(parts) == 1:
            return method == "GET" or role in STAFF
        case "groups":
            sees = method == "GET" and len(parts) == 2 and relation is Relation.MEMBER
            return organises or role is Role.ADMINISTRATOR or owns or sees
        case "invitations" if len(parts) == 1:
            return role in STAFF
        case "invitations":
            return role is Role.ADMINISTRATOR or owns
        case "audit":
            return role is Role.ADMINISTRATOR
        case "packs" if last == "packs":
            return method == "GET" or role in {Role.AUTHOR, Role.ORGANISER}
        case "packs" if method == "PUT" or last in AUTHORING:
            return organises or (role is Role.AUTHOR and owns)
        case "packs" if method == "DELETE":
            return organises or owns
        case "packs" | "schema":
            return True
        case "exercises" if len(parts) == 1:
            return method == "GET" or role in PARTICIPANTS
        case "exercises" if last == "capacity":
            return True
        case "exercises" if last == "board":
            watches = role in {Role.ORGANISER, Role.OPERATOR, Role.VISITOR}
            return watches or relation in {Relation.OWNER, Relation.MEMBER}
        case "exercises" if last in STEERING:
            return organises or (role is Role.INSTRUCTOR and owns)
        case "exercises":
            return owns or role in {Role.ORGANISER, Role.OPERATOR}
        case "machine":
            operates = role is Role.OPERATOR
            return operates or (method == "GET" and role in STAFF)
        case "runs" if len(parts) == 1:
            return True
        case "runs":
            return _may_run(role, method, last, relation)
    raise AssertionError(f"say here who may use {route}")


def _may_run(role: Role, method: str, last: str, relation: Relation | None) -> bool:
    if role is Role.VISITOR:
        return False
    learns, teaches = relation is Relation.LEARNER, relation is Relation.TEACHER
    if last in {"answers", "hints"}:
        return learns
    if last == "end":
        return teaches or role in {Role.ORGANISER, Role.OPERATOR}
    sees = method == "GET" and last in SEEN
    return learns or teaches or role is Role.ORGANISER or (sees and role is Role.OPERATOR)


@dataclass(frozen=True)
class Objects:
    """An object of each kind, by whoever has the relation to it."""

    person: str
    other: str
    group: str
    exercise: str
    run: str
    invitation: str
    pack: str


RELATIONS: dict[str | None, tuple[Relation | None, ...]] = {
    None: (None,),
    "account": (None, Relation.SELF),
    "group": (None, Relation.OWNER, Relation.MEMBER),
    "invitation": (None, Relation.OWNER),
    "pack": (None, Relation.OWNER),
    "exercise": (None, Relation.OWNER, Relation.MEMBER),
    "run": (None, Relation.LEARNER, Relation.TEACHER),
}
CELLS = [
    (route, relation)
    for route, rule in RULES.items()
    if not route.startswith("WS")
    for relation in RELATIONS[rule.of]
]


@pytest.fixture(autouse=True)
def tidy() -> None:
    """The shared portal's pool opens connections as it needs them; the module closes them all."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """One portal for the whole matrix: no cell changes what another sees."""
    data = tmp_path_factory.mktemp("portal")
    settings = Settings(
        data=data, packs=PACKS, requests_per_minute=100_000, sign_ins_per_minute=100_000,
        hash_memory_mib=1, sandboxes=0,
    )  # fmt: skip
    assembly = Assembly(settings)
    with People(assembly) as people:
        yield people
    assembly.close()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("route", "relation"), CELLS)
def test_cell(shared: People, role: Role, route: str, relation: Relation | None) -> None:
    objects = _objects(shared, f"{route} {relation} {role}", role, relation)
    status = _ask(shared(objects.person, role), route, objects)
    assert (status not in (401, 403)) == may(role, route, relation), status


@pytest.mark.parametrize("route", [route for route in RULES if not route.startswith("WS")])
def test_nobody(shared: People, route: str) -> None:
    blank = "a" * 16
    objects = Objects("", blank, blank, blank, blank, blank, "hall")
    status = _ask(shared.nobody, route, objects)
    if RULES[route].everybody:
        assert status != 403
    else:
        assert status == 401


def _ask(client: TestClient, route: str, objects: Objects) -> int:
    """The status of a request that is well formed as far as its path goes."""
    method, _, path = route.partition(" ")
    address = path.format(
        account=objects.other, group=objects.group, exercise=objects.exercise, run=objects.run,
        invitation=objects.invitation, pack=objects.pack, session="desk-1",
    )  # fmt: skip
    body = None if method in ("GET", "DELETE", "PUT") else {"nonsense": 1}
    return client.request(method, address, json=body).status_code


def _objects(people: People, cell: str, role: Role, relation: Relation | None) -> Objects:
    """Fresh objects, to one of which a person has the relation: a fresh one where something is
    written, as that may end a session."""
    key = hashlib.sha256(cell.encode()).hexdigest()[:12]
    person = f"reader{role}" if cell.startswith("GET") else f"p{key}"
    people(person, role)
    people("stranger", Role.TRAINEE)
    mine, stranger = people.ids[person], people.ids["stranger"]
    owner = mine if relation in (Relation.OWNER, Relation.TEACHER) else stranger
    member = mine if relation in (Relation.MEMBER, Relation.LEARNER) else stranger
    return _insert(people.assembly, person, owner, member, mine, stranger, key, relation)


def _insert(
    assembly: Assembly, person: str, owner: str, member: str, mine: str, stranger: str,
    key: str, relation: Relation | None,
) -> Objects:  # fmt: skip
    made = Objects(
        person=person,
        other=mine if relation is Relation.SELF else stranger,
        group=f"g{key}",
        exercise=f"e{key}",
        run=f"r{key}",
        invitation=f"i{key}",
        pack=f"k{key}",
    )
    rows: list[tuple[Table, dict[str, Any]]] = [
        (tables.people_group, {"id": made.group, "title": "G", "owner": owner, "created_at": 1.0}),
        (tables.membership, {"group_id": made.group, "account": member}),
        (tables.invitation, {
            "id": made.invitation, "token_hash": key, "roles": ["trainee"], "group_id": None,
            "uses_left": 1, "expires_at": 4e9, "created_by": owner}),
        (tables.pack, {"name": made.pack, "owner": owner, "uploaded_at": 1.0}),
        (tables.exercise, {
            "id": made.exercise, "kind": Kind.CLASS, "pack": "hall", "title": "E",
            "group_id": None, "owner": owner, "state": ExerciseState.ENDED, "created_at": 1.0,
            "ends_at": None, "ended_at": 2.0}),
        (tables.run, {
            "id": made.run, "exercise": made.exercise, "place": 0, "learner": "L",
            "account": member, "state": RunState.ENDED, "reason": "", "sandbox": None,
            "playing": False, "created_at": 1.0, "started_at": None, "ended_at": 2.0}),
    ]  # fmt: skip
    with assembly.store.writing() as connection:
        for table, values in rows:
            connection.execute(table.insert().values(**values))
    return made
