"""Signing in by a real identity provider, on loopback."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from bachang.portal import Assembly, OidcSettings, Settings
from tests.portal.people import People
from tests.portal.test_run import until


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    """The address of a provider, a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "oidc_provider_mock",
            "--port",
            str(port),
            "--require-nonce",
            "true",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    until(lambda: _answers(address), bool)
    yield address
    process.terminate()
    process.wait(10)


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/.well-known/openid-configuration").is_success
    except httpx2.TransportError:
        return False


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    address: str = request.getfixturevalue("postgres").database()
    return address


@pytest.fixture
def settings(settings: Settings, provider: str) -> Settings:
    oidc = OidcSettings(title="Zone", issuer=provider, client_id="range", client_secret="s" * 20)
    return dataclasses.replace(settings, oidc=oidc)


def at_provider(address: str, subject: str) -> str:
    """Sign in there; where it sends the browser afterwards."""
    answer = httpx2.post(address, data={"sub": subject}, follow_redirects=False)
    return answer.headers["location"]


def test_a_person_comes_by_it(people: People) -> None:
    browser = people.client()
    assert browser.get("/api/session").json()["sign_in"]["oidc"] == "Zone"
    begun = browser.get("/api/session/oidc", follow_redirects=False)
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = at_provider(begun.headers["location"], "Ann.Lee@zone.example")
    done = browser.get(back, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    account = browser.get("/api/session").json()["account"]
    assert (account["name"], account["roles"]) == ("ann.lee", ["trainee"])
    again = people.client()
    begun = again.get("/api/session/oidc", follow_redirects=False)
    again.get(at_provider(begun.headers["location"], "Ann.Lee@zone.example"))
    assert again.get("/api/session").json()["account"]["id"] == account["id"]


def test_two_people_of_one_name(people: People) -> None:
    names = []
    for subject in ("ann@one.example", "ann@two.example"):
        browser = people.client()
        begun = browser.get("/api/session/oidc", follow_redirects=False)
        browser.get(at_provider(begun.headers["location"], subject), follow_redirects=False)
        names.append(browser.get("/api/session").json()["account"]["name"])
    assert names == ["ann", "ann-2"]


def test_an_answer_works_once_and_only_in_the_browser_that_asked(people: People) -> None:
    browser, other = people.client(), people.client()
    begun = browser.get("/api/session/oidc", follow_redirects=False)
    back = at_provider(begun.headers["location"], "ann@zone.example")
    assert other.get(back, follow_redirects=False).status_code == 401
    assert browser.get(back, follow_redirects=False).status_code == 401
    assert browser.get("/api/session").json()["account"] is None


@pytest.mark.parametrize("change", ["code=forged", "error=access_denied", ""])
def test_a_forged_answer(people: People, change: str) -> None:
    browser = people.client()
    begun = browser.get("/api/session/oidc", follow_redirects=False)
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    forged = browser.get(
        f"/api/session/oidc/callback?state={state}&{change}", follow_redirects=False
    )
    assert forged.status_code == 401
    assert browser.get("/api/session").json()["account"] is None


def test_a_provider_that_is_away(settings: Settings) -> None:
    assert settings.oidc is not None
    away = dataclasses.replace(settings.oidc, issuer="http://127.0.0.1:9")
    assembly = Assembly(dataclasses.replace(settings, oidc=away))
    with People(assembly) as people:
        answer = people.nobody.get("/api/session/oidc", follow_redirects=False)
        assert (answer.status_code, answer.json()["type"]) == (503, "machine")
    assembly.close()
