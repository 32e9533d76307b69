"""With only an IP address: a host's page in a frame, in a real browser, cannot reach the portal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.browser.conftest import PATIENCE_MS, visit
from tests.browser.serving import Serving, free_port, serve

pytestmark = pytest.mark.slow

PAGES = Path(__file__).parents[1] / "portal" / "pages"


@pytest.fixture(scope="module")
def bare(lasting_home: Path) -> Iterator[Serving]:
    """A portal that is reached by an IP address, without names for pages."""
    port = free_port()
    public = ("--public", f"http://127.0.0.1:{port}")
    yield from serve(Serving(arguments=("--packs", str(PAGES), *public), port=port))


@pytest.fixture(scope="module")
def person(bare: Serving, browser: Browser) -> Iterator[BrowserContext]:
    yield from visit(browser, bare)


@pytest.fixture
def run(bare: Serving, person: BrowserContext) -> Page:
    """The page of a run that runs."""
    headers = {"X-Bachang": "1", "Origin": bare.origin}
    made = person.request.post(
        f"{bare.origin}/api/exercises", data={"pack": "sockets"}, headers=headers
    ).json()
    page = person.new_page()
    page.goto(f"{bare.origin}/runs/{made['runs'][0]['id']}")
    expect(page.get_by_text("Screens", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    return page


@pytest.fixture
def shown(run: Page) -> Page:
    """The run with the host's page in a frame, and the limitation said."""
    run.get_by_text("Screens", exact=True).click()
    run.get_by_role("button", name="server · app").first.click()
    expect(run.get_by_text("without cookies")).to_be_visible()
    return run


def tried(place: FrameLocator | Page) -> dict[str, str]:
    """What came of what the page tried."""
    said = place.locator("#said")
    expect(said).to_contain_text("origin", timeout=PATIENCE_MS)
    found: dict[str, str] = json.loads(said.inner_text())
    return found


def test_a_framed_page_works_and_is_nobodys(shown: Page) -> None:
    frame = shown.frame_locator("iframe")
    found = tried(frame)
    assert found["origin"] == "null"
    assert [found[name] for name in ("cookie", "storage", "frame")] == ["refused"] * 3
    for name in ("own", "post"):
        asked = json.loads(found[name])
        assert asked["path"] == "/json"
        assert "cookie" not in asked["headers"]
    assert found["socket"] == "hi"
    colour = frame.locator("h1").evaluate("element => getComputedStyle(element).color")
    assert colour == "rgb(1, 2, 3)"  # its absolute paths are its own
    frame.get_by_role("link", name="next").click()
    expect(frame.get_by_role("heading", name="the next page")).to_be_visible()


def test_a_framed_page_reaches_nothing_of_the_portal(bare: Serving, shown: Page) -> None:
    frame = shown.frame_locator("iframe")
    frame.get_by_role("link", name="raw").click()
    expect(frame.get_by_role("heading", name="raw")).to_be_visible()
    found = tried(frame)
    for name in ("cookie", "storage", "frame", "/api/session", "/api/accounts", "write", "live"):
        assert found[name] == "refused", (name, found)
    assert shown.context.request.get(f"{bare.origin}/api/session").json()["account"]  # signed in


def test_popped_out_it_has_no_origin_either(shown: Page) -> None:
    address = shown.locator("iframe").get_attribute("src")
    assert address is not None
    alone = shown.context.new_page()
    alone.goto(f"{address}raw")
    found = tried(alone)
    assert [found[name] for name in ("cookie", "storage", "/api/session")] == ["refused"] * 3
    assert (found["origin"], found["write"], found["live"]) == ("null", "refused", "refused")
