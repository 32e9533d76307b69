"""The store suite: the same for SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bachang.portal import Assembly, Settings
from bachang.portal.models import Role
from bachang.portal.store import PortalStore, migrate, tables
from tests.portal.people import PASSWORD, People


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    address: str = request.getfixturevalue("postgres").database()
    return address


def test_migrations_make_the_tables_that_the_code_knows(assembly: Assembly) -> None:
    with assembly.store.writing() as connection:
        migrate(connection)  # a second time changes nothing
        options = {"compare_type": True, "include_name": _of_people}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, tables.METADATA)
    assert differences == []


def _of_people(name: str | None, kind: str, _parents: object) -> bool:
    """The journal keeps its own table, and the version of it, in the same data base."""
    return kind != "table" or name in {*tables.METADATA.tables, "alembic_version"}


def test_all_or_nothing(assembly: Assembly) -> None:
    def half(connection: Connection) -> None:
        connection.execute(tables.account.insert().values(**_account("half")))
        raise RuntimeError

    with pytest.raises(RuntimeError), assembly.store.writing() as connection:
        half(connection)
    with assembly.store.reading() as connection:
        assert connection.execute(tables.account.select()).all() == []


def test_a_second_portal_finds_what_the_first_kept(settings: Settings) -> None:
    first = Assembly(settings)
    with People(first) as people:
        people("root", Role.ADMINISTRATOR)
    first.close()
    second = Assembly(settings)
    with second.store.reading() as connection:
        names = [row.name for row in connection.execute(tables.account.select())]
    assert names == ["root"]
    second.close()


def test_groups_and_invitations(people: People) -> None:
    teacher = people("tom", Role.INSTRUCTOR)
    group = teacher.post("/api/groups", json={"title": "第一班"}).json()
    invitation = teacher.post("/api/invitations", json={"group": group["id"], "uses": 2}).json()
    kept = teacher.get("/api/invitations").json()["items"]
    assert [(one["id"], one["token"]) for one in kept] == [(invitation["id"], None)]

    def accept(name: str) -> Any:
        body = {"token": invitation["token"], "name": name, "password": PASSWORD}
        return people.client().post("/api/invitations/accept", json=body)

    assert accept("ann").status_code == 201
    assert accept("ann").status_code == 409  # and nothing was used up
    assert accept("ben").json()["account"]["roles"] == ["trainee"]
    assert accept("cat").status_code == 404
    members = teacher.get(f"/api/groups/{group['id']}/members").json()["items"]
    assert [member["name"] for member in members] == ["ann", "ben"]
    ann = members[0]["id"]
    assert teacher.delete(f"/api/groups/{group['id']}/members/{ann}").status_code == 204
    assert teacher.get(f"/api/groups/{group['id']}").json()["members"] == 1
    assert teacher.delete(f"/api/groups/{group['id']}").status_code == 204
    assert teacher.get(f"/api/groups/{group['id']}").status_code == 404


def test_nobody_invites_to_more_than_the_own_role(people: People) -> None:
    teacher = people("tom", Role.INSTRUCTOR)
    refused = teacher.post("/api/invitations", json={"roles": ["administrator"]})
    assert refused.status_code == 403
    strange = people("tim", Role.INSTRUCTOR).post("/api/groups", json={"title": "B"}).json()
    into = teacher.post("/api/invitations", json={"group": strange["id"]})
    assert into.status_code == 403


def test_the_last_use_of_an_invitation_is_given_once(people: People) -> None:
    teacher = people("tom", Role.INSTRUCTOR)
    token = teacher.post("/api/invitations", json={}).json()["token"]
    codes: list[int] = []

    def accept(name: str) -> None:
        body = {"token": token, "name": name, "password": PASSWORD}
        codes.append(people.client().post("/api/invitations/accept", json=body).status_code)

    threads = [threading.Thread(target=accept, args=(f"n{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [404] * 5


def test_the_audit_log_shows_what_was_changed_in_it(people: People) -> None:
    admin = people("root", Role.ADMINISTRATOR)
    for name in ("ann", "ben", "cat"):
        body = {"name": name, "password": PASSWORD, "roles": ["trainee"]}
        admin.post("/api/accounts", json=body)
    entries = admin.get("/api/audit").json()["items"]
    created = [entry["subject"] for entry in entries if entry["action"] == "account.created"]
    assert created == ["cat", "ben", "ann"]
    assert PASSWORD not in str(entries)
    assert admin.get("/api/audit/check").json() == {
        "intact": True, "entries": len(entries), "broken_at": None,
    }  # fmt: skip
    with people.assembly.store.writing() as connection:
        second = tables.audit.c.sequence == 2
        connection.execute(tables.audit.update().where(second).values(subject="somebody"))
    broken = admin.get("/api/audit/check").json()
    assert (broken["intact"], broken["broken_at"]) == (False, 2)


def test_the_audit_log_has_no_gaps_when_many_write(people: People) -> None:
    audit = people.assembly.portal.audit

    def write() -> None:
        for _ in range(10):
            audit.note("x", "y", "z")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check = audit.check()
    assert (check.intact, check.entries) == (True, 40)


def test_a_data_base_that_does_not_answer(settings: Settings) -> None:
    with pytest.raises(ConnectionError, match="does not answer"):
        PortalStore("postgresql://nobody@/none?host=/nonexistent")


def _account(name: str) -> dict[str, Any]:
    return {
        "id": f"{name:x<16}",
        "name": name,
        "display_name": name,
        "roles": ["trainee"],
        "disabled": False,
        "created_at": 1.0,
    }
