"""A portal that listens at an IPv6 address only, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import PATIENCE_MS, visit
from tests.browser.serving import Serving, serve
from tests.browser.test_trainee import open_terminal

pytestmark = pytest.mark.slow

PAGES = Path(__file__).parents[1] / "portal" / "pages"


@pytest.fixture(scope="module")
def six(lasting_home: Path) -> Iterator[Serving]:
    yield from serve(Serving(arguments=("--packs", str(PAGES)), host="[::1]"))


@pytest.fixture(scope="module")
def person(six: Serving, browser: Browser) -> Iterator[BrowserContext]:
    yield from visit(browser, six)


def test_its_page_sockets_and_pages_of_hosts(six: Serving, person: BrowserContext) -> None:
    assert six.address.startswith(f"http://[::1]:{six.port}/#token=")
    page, said = person.new_page(), list[str]()
    page.on("console", lambda line: said.append(line.text))
    page.goto(f"{six.origin}/packs/sockets")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/runs/*")
    expect(page.get_by_text("Running", exact=True)).to_be_visible(timeout=PATIENCE_MS)  # told live
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("echo by-$((3+3))\n")
    expect(page.locator(".xterm-rows").last).to_contain_text("by-6")
    page.get_by_text("Screens", exact=True).click()
    page.get_by_role("button", name="server · app").first.click()
    result = page.frame_locator("iframe").locator("#said")
    expect(result).to_contain_text("origin", timeout=PATIENCE_MS)
    found = json.loads(result.inner_text())
    assert (found["origin"], found["socket"], found["cookie"]) == ("null", "hi", "refused")
    assert [line for line in said if "invalid source" in line or "WebSocket" in line] == []


def test_nobody_else_is_let_in(six: Serving, person: BrowserContext) -> None:
    end = f"{six.origin}/api/session"
    for origin in ("http://[::1]:1", "http://[::2]", "http://evil.example"):
        refused = person.request.post(end, headers={"X-Bachang": "1", "Origin": origin}, data={})
        assert refused.status == 403, origin
    renamed = person.request.get(end, headers={"Host": f"evil.example:{six.port}"})
    assert renamed.status == 421
