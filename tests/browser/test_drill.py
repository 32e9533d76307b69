"""A drill from the library to its end: one world for a group, and control moves its time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import end_all
from tests.browser.scene import Api
from tests.browser.serving import Serving

pytestmark = pytest.mark.slow

_MORE_THAN_COMES_AT_ONCE = 220
"""Entries of a timeline."""


@pytest.fixture(scope="module")
def api(signed_in: BrowserContext, serving: Serving) -> Api:
    return Api(signed_in.request, serving.origin)


@pytest.fixture(scope="module")
def console(signed_in: BrowserContext, serving: Serving, api: Api) -> Iterator[str]:
    """The console of a drill of half an hour that was started from the library."""
    group = api.post("/groups", title="Crisis desk")["id"]
    api.put(f"/groups/{group}/members/{api.get('/session')['account']['id']}")
    page = signed_in.new_page()
    page.goto(f"{serving.origin}/packs/blackout")
    page.get_by_role("button", name="Start a drill").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("works together in one sandbox")
    dialog.get_by_role("combobox").click()
    page.locator(".ant-select-item-option", has_text="Crisis desk").click()
    dialog.get_by_label("Title").fill("Dark hour")
    dialog.get_by_label("Minutes").fill("30")
    dialog.get_by_role("button", name="Start a drill").click()
    page.wait_for_url("**/exercises/*")
    page.get_by_role("cell", name="Running").wait_for()
    address = page.url
    page.close()
    yield address
    end_all(signed_in, serving)


@pytest.fixture
def path(console: str) -> str:
    """Of the drill in the API."""
    return "/exercises/" + console.rsplit("/", 1)[-1]


def choose(page: Page, menu: str, item: str) -> None:
    page.get_by_role("button", name=menu).click()
    page.get_by_role("menuitem", name=item).click()


def sandbox_time_s(page: Page) -> float:
    """What the clock of a run's page shows."""
    shown = page.locator("dt", has_text="Sandbox time").locator("xpath=..").locator("dd")
    *hours, minutes, seconds = shown.inner_text().split(":")
    return float(hours[0] if hours else 0) * 3600 + float(minutes) * 60 + float(seconds)


def test_has_one_world_for_the_group(page: Page, console: str, api: Api, path: str):
    page.goto(console)
    expect(page.get_by_role("heading", name="Dark hour")).to_be_visible()
    expect(page.get_by_text("Drill · blackout")).to_be_visible()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("Crisis desk")
    (run,) = api.get(path)["runs"]
    assert api.get(f"/runs/{run['id']}")["story"] == "playing"


def test_extends_its_time(page: Page, console: str, api: Api, path: str):
    page.goto(console)
    ends = datetime.fromisoformat(api.get(path)["ends_at"])
    shown = page.locator("dt", has_text=re.compile("^ends$")).locator("xpath=..").locator("dd")
    before = shown.inner_text()
    choose(page, "Extend time", "+15 min")
    expect(shown).not_to_have_text(before)
    after = datetime.fromisoformat(api.get(path)["ends_at"])
    assert after - ends == timedelta(minutes=15)


def test_injects_into_it(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name="Inject now").click()
    page.get_by_role("menuitem", name=re.compile("^mains-fail")).click()
    expect(page.get_by_text("Done in 1 sandbox")).to_be_visible()
    member(page)
    page.get_by_text("Timeline", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="mains-fail").first).to_be_visible()


def test_advances_its_clock(page: Page, console: str):
    page.goto(console)
    member(page)
    before = sandbox_time_s(page)
    page.goto(console)
    choose(page, "Advance clocks", "+5 min")
    expect(page.get_by_text("Done in 1 sandbox")).to_be_visible()
    member(page)
    assert sandbox_time_s(page) >= before + 300


def test_freezes_it_and_lets_it_go_on(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name="Freeze all").click()
    expect(page.get_by_role("cell", name="Paused")).to_be_visible()
    bar = member(page)
    expect(bar).to_contain_text("the clock stands still")
    page.goto(console)
    page.get_by_role("button", name="Let all go on").click()
    expect(page.get_by_role("cell", name="Running")).to_be_visible()


def test_shows_older_entries_of_a_long_timeline(page: Page, console: str, api: Api, path: str):
    for number in range(_MORE_THAN_COMES_AT_ONCE):
        api.post(f"{path}/broadcast", text=f"note {number}")
    page.goto(console)
    member(page)
    page.get_by_text("Timeline", exact=True).click()
    latest = page.get_by_text(f"note {_MORE_THAN_COMES_AT_ONCE - 1}", exact=True)
    first = page.get_by_text("note 0", exact=True)
    expect(latest).to_be_visible()
    expect(first).to_have_count(0)
    older = page.get_by_role("button", name="Show older")
    older.click()
    expect(first).to_have_count(1)
    expect(latest).to_have_count(1)
    begun = page.get_by_role("listitem").filter(has_text="World is up")
    while not begun.count():  # how much has happened by now depends on how fast the machine is
        older.click()
    expect(older).to_have_count(0)


def test_ends_for_all(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("cell", name="Ended")).to_be_visible()
    for gone in ("Extend time", "Inject now", "Advance clocks", "Freeze all"):
        expect(page.get_by_role("button", name=gone)).to_have_count(0)


def member(page: Page) -> Locator:
    """Go from the console to the world of the drill, as its members see it."""
    page.get_by_role("cell").get_by_role("link").first.click()
    page.wait_for_url("**/runs/*")
    page.locator(".react-flow__node").first.wait_for()
    return page.get_by_role("main")
