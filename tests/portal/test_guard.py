"""What every request goes through: names, origins, headers, sizes, rates, keys, errors."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bachang.portal import Assembly, Settings
from bachang.portal._headers import content_policy, hosts
from bachang.portal._screens._page import Page as ProxiedPage
from bachang.portal._screens._place import place_of
from bachang.portal._settings import AddressError
from bachang.portal.models import Role
from bachang.portal.openapi import text
from tests.portal.people import ORIGIN, People


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1", "10.0.0.1:8080"]
)
def test_a_name_that_was_made_to_point_here_is_refused(people: People, host: str) -> None:
    refused = people("ann").get("/api/session", headers={"Host": host})
    assert (refused.status_code, refused.json()["type"]) == (421, "wrong-host")


@pytest.mark.parametrize(
    ("host", "port", "origin"),
    [
        ("10.0.0.1", 8080, "http://10.0.0.1:8080"),
        ("fd00::1", 8080, "http://[fd00::1]:8080"),
        ("fd00::1", 80, "http://[fd00::1]"),
        ("::1", 8080, "http://[::1]:8080"),
    ],
)
def test_its_own_name_as_browsers_write_it(host: str, port: int, origin: str, home: Path) -> None:
    settings = Settings(data=home, host=host, port=port)
    assert settings.origin == origin
    assert origin.removeprefix("http://") in hosts(settings)
    place = place_of(settings, "x")
    assert place.url == f"{origin}/screens/x/"
    assert "[" not in place.framed_by
    assert ProxiedPage(host, port, place, "c").authority == origin.removeprefix("http://")


@pytest.mark.parametrize(
    ("chosen", "origin", "page"),
    [
        ({"port": 80}, "http://127.0.0.1", "http://x.localhost"),
        ({"port": 8080}, "http://127.0.0.1:8080", "http://x.localhost:8080"),
        (
            {"host": "::1", "port": 80, "screens_domain": "localhost"},
            "http://[::1]",
            "http://x.localhost",
        ),
        (
            {"public": "https://Range.Example:443/", "screens_domain": "screens.example"},
            "https://range.example",
            "https://x.screens.example",
        ),
        (
            {"public": "https://range.example:8443", "screens_domain": "Screens.example"},
            "https://range.example:8443",
            "https://x.screens.example:8443",
        ),
        (
            {"public": "http://range.example", "screens_domain": "screens.example:81"},
            "http://range.example",
            "http://x.screens.example:81",
        ),
    ],
)
def test_default_ports_are_left_out_as_browsers_do(
    chosen: dict[str, Any], origin: str, page: str, settings: Settings
) -> None:
    """The page, its WebSocket and a page of a host are let in by the names that browsers say."""
    assembly = Assembly(dataclasses.replace(settings, **chosen))
    assert assembly.portal.settings.origin == origin
    place = place_of(assembly.portal.settings, "x")
    assert place.url == f"{page}/"
    assert place.asks(page)
    with TestClient(assembly.app, base_url=origin, headers={"X-Bachang": "1"}) as client:
        host = origin.partition("://")[2]
        headers = {"Host": host, "Origin": origin}
        assert client.get("/api/session", headers=headers).status_code == 200
        assert client.delete("/api/session", headers=headers).status_code == 204
        screen = client.get("/", headers={"Host": page.partition("://")[2]})
        assert (screen.status_code, "Open it again" in screen.text) == (410, True)
        refused = client.delete("/api/session", headers={"Origin": f"{origin}1"})
        assert refused.status_code == 403
        plain = origin.replace("https:", "http:")
        without_tls = client.delete("/api/session", headers={"Host": host, "Origin": plain})
        assert without_tls.status_code == (204 if plain == origin else 403)
        token = {"token": assembly.sessions.one_time_token}
        assert client.post("/api/session/token", json=token, headers=headers).status_code == 200
        assert client.get("/api/machine", headers=headers).status_code == 200
    policy = content_policy(assembly.portal.settings)
    assert f"frame-src {page.replace('x', '*', 1)};" in policy
    assembly.close()


@pytest.mark.parametrize(
    "public", ["range.example", "ftp://range.example", "https://", "http://a:b"]
)
def test_an_address_that_is_none_is_said_at_once(settings: Settings, public: str) -> None:
    with pytest.raises(AddressError, match="no address of a site"):
        dataclasses.replace(settings, public=public)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_another_site_cannot_write(people: People, origin: str) -> None:
    ann = people("ann")
    refused = ann.post("/api/exercises", json={"pack": "hall"}, headers={"Origin": origin})
    assert (refused.status_code, refused.json()["type"]) == (403, "wrong-origin")
    assert ann.get("/api/runs").json()["items"] == []
    assert ann.delete("/api/session", headers={"Origin": ORIGIN}).status_code == 204


def test_a_form_of_another_site_cannot_write(people: People) -> None:
    """A form can send no header of its own."""
    ann = people("ann")
    del ann.headers["X-Bachang"]
    refused = ann.post("/api/exercises", content=b"{}", headers={"Content-Type": "text/plain"})
    assert (refused.status_code, refused.json()["type"]) == (403, "wrong-origin")
    assert ann.get("/api/runs").status_code == 200


def test_a_strict_policy_on_everything(people: People) -> None:
    for path in ("/", "/api/session", "/api/nothing", "/api/packs"):
        headers = people.nobody.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_body_has_an_end(people: People) -> None:
    ann = people("ann")
    assert ann.post("/api/exercises", content=b" " * 300_000).status_code == 413
    pieces = (b" " * 10_000 for _ in range(100))
    assert ann.post("/api/exercises", content=pieces).status_code == 413


def test_requests_have_a_rate(settings: Settings) -> None:
    assembly = Assembly(dataclasses.replace(settings, requests_per_minute=5))
    with People(assembly) as people:
        codes = [people.nobody.get("/api/session").status_code for _ in range(7)]
        assert codes == [200] * 5 + [429] * 2
        assert people("ann").get("/api/session").status_code == 200  # a rate of one's own
    assembly.close()


def test_errors_say_cause_and_remedy(people: People) -> None:
    ann = people("ann")
    cases = {
        ann.get("/api/nothing"): 404,
        ann.patch("/api/packs"): 405,
        ann.get("/api/packs/nothing"): 404,
        ann.post("/api/exercises", json={"pack": 7, "what": 1}): 422,
        ann.post("/api/exercises", content=b"{"): 422,
        ann.get("/api/packs?limit=0"): 422,
    }
    for response, status in cases.items():
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        assert problem["detail"]
        assert problem["remedy"]


def test_a_key_makes_a_request_once(people: People) -> None:
    teacher = people("tom", Role.INSTRUCTOR)
    send: dict[str, Any] = {"json": {"title": "A"}, "headers": {"Idempotency-Key": "k-1"}}
    first, again = teacher.post("/api/groups", **send), teacher.post("/api/groups", **send)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(teacher.get("/api/groups").json()["items"]) == 1
    other = teacher.post("/api/groups", json={"title": "B"}, headers={"Idempotency-Key": "k-1"})
    assert other.status_code == 422
    stranger = people("tim", Role.INSTRUCTOR).post("/api/groups", **send)
    assert stranger.json()["id"] != first.json()["id"]
    assert teacher.post("/api/groups", json={"title": "B"}, headers={
        "Idempotency-Key": "x" * 201}).status_code == 422  # fmt: skip


def test_lists_come_in_pages(people: People) -> None:
    teacher: TestClient = people("tom", Role.INSTRUCTOR)
    made = {teacher.post("/api/groups", json={"title": f"G{n}"}).json()["id"] for n in range(7)}
    seen: list[str] = []
    after = ""
    while True:
        page = teacher.get(f"/api/groups?limit=3{after}").json()
        seen += [group["id"] for group in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(made)


def test_the_openapi_document_is_up_to_date() -> None:
    kept = Path(__file__).parents[2] / "web" / "openapi.json"
    assert kept.read_text() == text(), "run: python -m bachang.portal.openapi > web/openapi.json"
