"""Pages of hosts without an origin, of a portal that has only an IP address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.portal.test_screens import Looking, looking


@pytest.fixture(scope="module")
def opaque(lasting_home: Path) -> Iterator[Looking]:
    """Such a page."""
    with looking("--public", "http://127.0.0.1:PORT") as made:
        yield made


def test_a_page_without_an_origin(opaque: Looking) -> None:
    assert opaque.client.get("/api/session").json()["screens"] == "opaque"
    assert opaque.url == f"http://127.0.0.1:{opaque.port}/screens/{opaque.screen['id']}/"
    page = opaque.get("/")
    assert "<h1>hello</h1>" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms; default-src")
    assert "allow-same-origin" not in policy
    assert "set-cookie" not in page.headers
    told = json.loads(opaque.get("/json").text)["headers"]
    assert "cookie" not in told
    assert opaque.cookie not in str(told)
    away = opaque.get("/away")
    assert away.headers["location"] == f"/screens/{opaque.screen['id']}/next"
    with opaque.socket() as talk:
        talk.send("headers")
        told = json.loads(talk.recv(30))["headers"]
        assert "cookie" not in told
    for origin in (f"http://127.0.0.1:{opaque.port}", "http://evil.example"):
        with pytest.raises(InvalidStatus), opaque.socket(origin=Origin(origin)):
            pass
    closed = httpx2.get(f"http://127.0.0.1:{opaque.port}/screens/aaaaaaaaaaaaaaaa/")
    assert closed.status_code == 410
    stranger = httpx2.get(opaque.url, headers={"Host": f"evil.example:{opaque.port}"})
    assert stranger.status_code == 421  # a name that was made to point here


def test_absolute_paths_of_a_page_without_an_origin(opaque: Looking) -> None:
    root = f"/screens/{opaque.screen['id']}"
    page = opaque.get("/").text
    assert f'href="{root}/style.css"' in page
    assert f'href="{root}/next?a=1"' in page
    assert f'src="{root}/app.js"' in page
    assert page.index("<script>(() =>") < page.index(f'src="{root}/app.js"')
    assert opaque.get("/app.js").text.startswith("\nconst tried")  # scripts stay as they are
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a"}
    below = f"http://127.0.0.1:{opaque.port}{root}"
    preflight = httpx2.options(f"{below}/json", headers={"Origin": "null", **asking})
    assert preflight.headers["access-control-allow-headers"] == "x-a"
    foreign = {"Origin": "http://evil.example"}
    assert httpx2.post(f"{below}/json", json={}, headers=foreign).status_code == 403
