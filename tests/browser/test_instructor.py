"""An instructor holds a class: starts it, watches it, speaks to it, freezes and resets it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import end_all
from tests.browser.serving import Serving

pytestmark = pytest.mark.slow
OURS = {"X-Bachang": "1"}


@pytest.fixture(scope="module")
def group(signed_in: BrowserContext, serving: Serving) -> str:
    """Title of a group with the person in it."""
    api, origin = signed_in.request, serving.origin
    me = api.get(f"{origin}/api/session").json()["account"]["id"]
    made = api.post(f"{origin}/api/groups", data={"title": "Night shift"}, headers=OURS).json()
    added = api.put(f"{origin}/api/groups/{made['id']}/members/{me}", headers=OURS)
    assert added.ok
    return "Night shift"


def start_class(page: Page, serving: Serving, group: str) -> None:
    """Start a class from the library; its console is there."""
    page.goto(f"{serving.origin}/packs/blackout")
    page.get_by_role("button", name="Start a class").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("fit on this machine now")
    expect(dialog.get_by_label("Title")).to_have_value("Blackout")
    dialog.get_by_role("combobox").click()
    page.locator(".ant-select-item-option", has_text=group).click()
    dialog.get_by_label("Title").fill("Power night")
    dialog.get_by_role("button", name="Start a class").click()
    page.wait_for_url("**/exercises/*")
    page.get_by_role("cell", name="Running").wait_for()


@pytest.fixture(scope="module")
def console(signed_in: BrowserContext, serving: Serving, group: str) -> Iterator[str]:
    """The console of a class that was started from the library."""
    page = signed_in.new_page()
    start_class(page, serving, group)
    address = page.url
    page.close()
    yield address
    end_all(signed_in, serving)


def test_a_task_has_its_title_from_the_beginning(page: Page, serving: Serving, group: str):
    start_class(page, serving, group)
    expect(page.get_by_role("cell", name="The way to the genset")).to_be_visible()
    page.request.post(
        f"{serving.origin}/api/exercises/{page.url.rsplit('/', 1)[-1]}/end", headers=OURS
    )


def test_sees_the_class_live(page: Page, console: str):
    page.goto(console)
    expect(page.get_by_role("heading", name="Power night")).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="0/8")).to_be_visible()
    page.get_by_text("Map", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="The way to the genset")).to_be_visible()


def test_speaks_to_everybody(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name="Message to all").click()
    page.get_by_role("textbox", name="Message to all").fill("Five more minutes.")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Done in 1 sandbox")).to_be_visible()
    page.get_by_role("cell").get_by_role("link").first.click()
    page.get_by_text("Timeline", exact=True).click()
    expect(page.get_by_text("Five more minutes.")).to_be_visible()


def test_freezes_and_lets_go_on(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name="Freeze all").click()
    expect(page.get_by_role("cell", name="Paused")).to_be_visible()
    page.get_by_role("button", name="Let all go on").click()
    expect(page.get_by_role("cell", name="Running")).to_be_visible()


def test_injects_now(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name="Inject now").click()
    page.get_by_role("menuitem", name="mains-fail – grid.available = false").click()
    expect(page.get_by_text("Done in 1 sandbox")).to_be_visible()


def test_resets_one_world(page: Page, console: str):
    page.goto(console)
    page.get_by_role("button", name=re.compile("^Reset")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Solved tasks, hints, score and journal.")
    dialog.get_by_role("button", name="Reset").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("cell", name="Running")).to_be_visible()
