"""The portal at port 443 behind a TLS proxy with a wildcard domain, as operators set it up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, PATIENCE_MS
from tests.browser.serving import Serving, serve
from tests.browser.test_trainee import open_terminal
from tests.browser.tls import certificate, proxy

pytestmark = pytest.mark.slow

ORIGIN = "https://range.test"
_ASK = """async ([path, body]) => {
  const headers = {"X-Bachang": "1", "Content-Type": "application/json"};
  const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
  return [answer.status, await answer.json()];
}"""


@pytest.fixture
def serving(home: Path) -> Iterator[Serving]:
    options = ("--public", ORIGIN, "--screens", "screens.range.test")
    yield from serve(Serving(arguments=options))


@pytest.fixture
def page(serving: Serving, playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """A page of a browser in which the names lead to the proxy."""
    names = ("range.test", "*.screens.range.test")
    with proxy(certificate(tmp_path, *names), serving.port) as port:
        rules = ", ".join(f"MAP {name}:443 127.0.0.1:{port}" for name in names)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, f"--host-resolver-rules={rules}"]
        )
        context = browser.new_context(ignore_https_errors=True, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()
        browser.close()


def test_all_of_it_works_behind_tls(page: Page, serving: Serving) -> None:
    assert serving.address.startswith(f"{ORIGIN}/#token=")
    page.goto(serving.address)
    page.get_by_role("heading", name="Library").wait_for()
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["domain"]) == ("__Host-bachang", "range.test")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")

    page.goto(f"{ORIGIN}/packs/blackout")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/runs/*")
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("echo tls$((40 + 2))\n")
    expect(page.locator(".xterm-rows").last).to_contain_text("tls42")

    run = page.url.rsplit("/", 1)[-1]
    asked = {"host": "genset-ctl", "screen": "genset"}
    status, screen = page.evaluate(_ASK, [f"/api/runs/{run}/screens", asked])
    assert status == 201
    other = page.context.new_page()
    other.goto(screen["url"])
    assert other.url == f"https://{screen['id']}.screens.range.test/"
    expect(other.locator("body")).to_contain_text("kW")
    assert other.evaluate("window.isSecureContext")
    assert other.evaluate("document.cookie") == ""
    other.close()
    exercise = page.evaluate(
        "async path => (await (await fetch(path)).json()).exercise", f"/api/runs/{run}"
    )
    status, ended = page.evaluate(_ASK, [f"/api/exercises/{exercise}/end", {}])
    assert (status, ended["state"]) == (200, "ended")
