"""Signing in and out."""

from __future__ import annotations

from httpx2 import Response

from bachang.portal.models import Role
from tests.portal.people import PASSWORD, Clock, People

NEW = {"name": "ann", "password": PASSWORD, "roles": ["trainee"]}


def test_nobody_is_told_the_ways_in(people: People) -> None:
    session = people.nobody.get("/api/session").json()
    assert session["account"] is None
    assert session["sign_in"] == {"local": True, "oidc": None}


def test_the_token_opens_the_local_account_once(people: People) -> None:
    token = people.assembly.sessions.one_time_token
    one, other = people.client(), people.client()
    session = one.post("/api/session/token", json={"token": token})
    assert session.status_code == 200
    assert set(session.json()["account"]["roles"]) == set(Role)
    cookie = session.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert one.get("/api/machine").status_code == 200
    assert other.post("/api/session/token", json={"token": token}).status_code == 401
    assert other.get("/api/machine").status_code == 401


def test_name_and_password(people: People) -> None:
    admin = people("root", Role.ADMINISTRATOR)
    assert admin.post("/api/accounts", json=NEW).status_code == 201
    ann = people.client()
    wrong = ann.post("/api/session", json={"name": "ann", "password": "guess"})
    unknown = ann.post("/api/session", json={"name": "ben", "password": "guess"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json()["detail"] == unknown.json()["detail"]
    right = ann.post("/api/session", json={"name": "ann", "password": PASSWORD})
    assert right.json()["account"]["name"] == "ann"
    assert ann.get("/api/runs").status_code == 200
    ann.delete("/api/session")
    assert ann.get("/api/runs").status_code == 401


def test_passwords_are_argon2id_and_tokens_are_hashes(people: People) -> None:
    people("root", Role.ADMINISTRATOR).post("/api/accounts", json=NEW)
    with people.assembly.store.reading() as connection:
        stored = connection.exec_driver_sql("SELECT password FROM account WHERE name = 'ann'")
        assert stored.scalar_one().startswith("$argon2id$")
        tokens = connection.exec_driver_sql("SELECT token_hash FROM session").scalars().all()
    assert people("root").cookies["bachang-8080"] not in tokens


def test_guessing_is_slowed_down(people: People, clock: Clock) -> None:
    def guess() -> Response:
        return people.nobody.post("/api/session", json={"name": "ann", "password": "x"})

    assert [guess().status_code for _ in range(12)] == [401] * 10 + [429] * 2
    wait_s = int(guess().headers["retry-after"])
    clock.now_s += wait_s
    assert [guess().status_code for _ in range(2)] == [401, 429]


def test_who_is_disabled_is_out_at_once(people: People) -> None:
    admin, ann = people("root", Role.ADMINISTRATOR), people("ann")
    assert ann.get("/api/runs").status_code == 200
    changed = admin.patch(f"/api/accounts/{people.ids['ann']}", json={"disabled": True})
    assert changed.json()["disabled"] is True
    assert ann.get("/api/runs").status_code == 401


def test_the_last_administrator_stays(people: People) -> None:
    admin = people("root", Role.ADMINISTRATOR)
    refused = admin.patch(f"/api/accounts/{people.ids['root']}", json={"roles": ["trainee"]})
    assert refused.status_code == 409
    assert admin.get("/api/audit").status_code == 200


def test_one_changes_the_own_password_only_with_the_old_one(people: People) -> None:
    people("root", Role.ADMINISTRATOR).post("/api/accounts", json=NEW)
    ann = people.client()
    account = ann.post("/api/session", json={"name": "ann", "password": PASSWORD}).json()["account"]
    address, new = f"/api/accounts/{account['id']}", "a much longer password"
    assert ann.patch(address, json={"password": new}).status_code == 401
    changed = ann.patch(address, json={"password": new, "current_password": PASSWORD})
    assert changed.status_code == 200
    assert ann.get("/api/runs").status_code == 401  # every session has ended
    again = ann.post("/api/session", json={"name": "ann", "password": new})
    assert again.status_code == 200


def test_one_sees_and_ends_the_own_other_sessions(people: People) -> None:
    people("root", Role.ADMINISTRATOR).post("/api/accounts", json=NEW)
    here, there = people.client(), people.client()
    for client in (here, there):
        session = client.post("/api/session", json={"name": "ann", "password": PASSWORD}).json()
    address = f"/api/accounts/{session['account']['id']}/sessions"
    assert sorted(one["current"] for one in here.get(address).json()) == [False, True]
    assert here.delete(address).status_code == 204
    assert there.get("/api/runs").status_code == 401
    assert [one["current"] for one in here.get(address).json()] == [True]


def test_an_administrator_signs_somebody_out_everywhere(people: People) -> None:
    admin, ann = people("root", Role.ADMINISTRATOR), people("ann")
    assert admin.delete(f"/api/accounts/{people.ids['ann']}/sessions").status_code == 204
    assert ann.get("/api/runs").status_code == 401
