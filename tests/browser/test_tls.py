"""The portal at port 443 behind a TLS proxy with a wildcard domain, as operators set it up."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, PATIENCE_MS
from tests.browser.proxies import documented
from tests.browser.serving import Serving, serve
from tests.browser.test_screens import tried
from tests.browser.test_trainee import open_terminal
from tests.browser.tls import certificate, proxy
from tests.portal.test_library import archive

pytestmark = pytest.mark.slow

ORIGIN = "https://range.test"
_ASK = """async ([path, body]) => {
  const headers = {"X-Bachang": "1", "Content-Type": "application/json"};
  const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
  return [answer.status, await answer.json()];
}"""
_UPLOAD = """async ([path, content]) => {
  const body = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const headers = {"X-Bachang": "1", "Content-Type": "application/zip"};
  const answer = await fetch(path, {method: "PUT", headers, body});
  return [answer.status, await answer.json()];
}"""
PACK = Path(__file__).parents[1] / "portal" / "pages" / "sockets"


@pytest.fixture
def serving(home: Path) -> Iterator[Serving]:
    options = ("--public", ORIGIN, "--screens", "screens.range.test")
    yield from serve(Serving(arguments=options))


@pytest.fixture(params=["small", "nginx", "haproxy", "caddy", "apache"])
def page(
    serving: Serving, playwright: Playwright, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page of a browser in which the names lead to a proxy."""
    names = ("range.test", "*.screens.range.test")
    file = certificate(tmp_path, *names)
    small = request.param == "small"
    with (
        proxy(file, serving.port)
        if small
        else documented(request.param, file, serving.port) as port
    ):
        rules = ", ".join(f"MAP {name}:443 127.0.0.1:{port}" for name in names)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, f"--host-resolver-rules={rules}"]
        )
        context = browser.new_context(ignore_https_errors=True, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()
        browser.close()


def large_pack() -> str:
    """The pack of a host whose page has a WebSocket, and 20 MiB that no archive makes smaller."""
    files = {str(path.relative_to(PACK)): path.read_bytes() for path in PACK.rglob("*.*")}
    parts = {f"files/{part}.bin": os.urandom(4 << 20) for part in range(5)}
    return base64.b64encode(archive(files | parts)).decode()


def test_all_of_it_works_behind_tls(page: Page, serving: Serving) -> None:
    assert serving.address.startswith(f"{ORIGIN}/#token=")
    page.goto(serving.address)
    page.get_by_role("heading", name="Library").wait_for()
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["domain"]) == ("__Host-bachang", "range.test")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")

    status, pack = page.evaluate(_UPLOAD, ["/api/packs/sockets", large_pack()])
    assert (status, pack["name"], pack["problems"]) == (201, "sockets", [])
    page.goto(f"{ORIGIN}/packs/sockets")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/runs/*")
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("echo tls$((40 + 2))\n")
    expect(page.locator(".xterm-rows").last).to_contain_text("tls42")

    run = page.url.rsplit("/", 1)[-1]
    asked = {"host": "server", "screen": "app"}
    status, screen = page.evaluate(_ASK, [f"/api/runs/{run}/screens", asked])
    assert status == 201
    other = page.context.new_page()
    other.goto(screen["url"])
    own = f"https://{screen['id']}.screens.range.test"
    assert other.url == f"{own}/"
    found = tried(other)
    assert (found["origin"], found["socket"]) == (own, "hi")
    assert "mine=1" in found["cookie"]
    assert json.loads(found["post"])["path"] == "/json"
    assert other.evaluate("window.isSecureContext")
    other.close()
    exercise = page.evaluate(
        "async path => (await (await fetch(path)).json()).exercise", f"/api/runs/{run}"
    )
    status, ended = page.evaluate(_ASK, [f"/api/exercises/{exercise}/end", {}])
    assert (status, ended["state"]) == (200, "ended")
