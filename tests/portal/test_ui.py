"""The web UI's files: views, nonces, compressed files, nothing of the API."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bachang.portal import Settings
from bachang.portal._ui import WebUi

PAGE = '<meta property="csp-nonce" nonce="__CSP_NONCE__"><script src="/assets/a.js"></script>'


@pytest.fixture
def browser(tmp_path: Path) -> TestClient:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "a.js").write_text("let a = 1;")
    (folder / "assets" / "a.js.gz").write_bytes(gzip.compress(b"let a = 1;"))
    (folder / "assets" / "b.woff2").write_bytes(b"font")
    ui = WebUi(folder, Settings(data=tmp_path))
    return TestClient(Starlette(routes=[Mount("/", ui)]))


@pytest.mark.parametrize("path", ["/", "/index.html", "/runs/abc", "/exercises/x/board"])
def test_every_view_is_the_start_page(browser: TestClient, path: str):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "assets/a.js" in answer.text


def test_each_start_page_has_a_nonce_of_its_own_and_the_policy_names_it(browser: TestClient):
    nonces = set()
    for _ in range(3):
        answer = browser.get("/")
        found = re.search(r'nonce="([^"]+)"', answer.text)
        assert found is not None
        nonces.add(found[1])
        policy = answer.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{found[1]}'" in policy
        assert "unsafe" not in policy
    assert len(nonces) == 3


def test_a_file_comes_compressed_to_who_takes_it(browser: TestClient):
    packed = browser.get("/assets/a.js", headers={"Accept-Encoding": "gzip"})
    plain = browser.get("/assets/a.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == "let a = 1;"
    for answer in (packed, plain):
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_file_is_the_same_when_it_is_asked_for_again(browser: TestClient, encoding: str):
    wanted = {"Accept-Encoding": encoding}
    first, head, again = (
        browser.request(method, "/assets/a.js", headers=wanted) for method in ("GET", "HEAD", "GET")
    )
    assert first.text == again.text == "let a = 1;"
    assert head.content == b""
    assert first.headers == again.headers


def test_a_file_without_a_compressed_one_comes_as_it_is(browser: TestClient):
    answer = browser.get("/assets/b.woff2", headers={"Accept-Encoding": "gzip"})
    assert answer.content == b"font"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/assets/gone.js", "/api/nothing"])
def test_what_is_no_view_is_not_found(browser: TestClient, path: str):
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/..%2fsecret", "/assets/..%2f..%2fsecret", "/%2e%2e/secret"])
def test_nothing_outside_is_reached(browser: TestClient, tmp_path: Path, path: str):
    (tmp_path / "secret").write_text("secret")
    assert "secret" not in browser.get(path).text
