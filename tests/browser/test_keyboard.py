"""Pages for who has a keyboard and no mouse: what has the focus, where Tab and Escape lead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.serving import Serving
from tests.browser.test_trainee import open_terminal

pytestmark = pytest.mark.slow

MOST_STOPS = 90
STOP = """() => {
  const { activeElement: it, body } = document;
  if (!it || it === body) return null;
  const { top, left } = it.getBoundingClientRect();
  return {
    what: it.getAttribute("aria-label") || it.innerText || it.name || it.tagName,
    place: `${Math.round(left)} ${Math.round(top)}`,
    seen: it.matches(":focus-visible") && top < innerHeight && top >= 0,
  };
}"""
"""What has the focus: its name, where it is, whether that can be seen."""

SHARE = """bar => {
  const it = bar.getBoundingClientRect();
  const all = bar.closest(".ant-splitter").getBoundingClientRect();
  return bar.ariaOrientation === "vertical"
    ? ((it.left + it.width / 2 - all.left) / all.width) * 100
    : ((it.top + it.height / 2 - all.top) / all.height) * 100;
}"""
"""How many hundredths of all its parts lie before a bar."""


@pytest.fixture(scope="module")
def console(signed_in: BrowserContext, serving: Serving, run_address: str) -> str:
    """The console of the exercise that the training belongs to."""
    run = run_address.rsplit("/", 1)[-1]
    exercise = signed_in.request.get(f"{serving.origin}/api/runs/{run}").json()["exercise"]
    return f"{serving.origin}/exercises/{exercise}"


def walk(page: Page, *, until: str | None = None) -> list[dict[str, Any]]:
    """Press Tab until the walk comes to something, or to the page's end; all stops on the way."""
    stops: list[dict[str, Any]] = []
    while len(stops) < MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            return stops
        stops.append(stop)
        if until is not None and until in stop["what"]:
            return stops
    raise AssertionError(f"no end in sight: {[stop['what'] for stop in stops[-9:]]}")


def check(stops: list[dict[str, Any]], *inorder: str) -> None:
    """Each stop is seen and comes once, and these are among them in this order."""
    assert [stop for stop in stops if not stop["seen"]] == []
    names = [stop["what"] + stop["place"] for stop in stops]
    assert len(set(names)) == len(names), "a stop comes twice"
    places = [next(at for at, name in enumerate(names) if part in name) for part in inorder]
    assert places == sorted(places)


def test_walks_through_the_runs_page(page: Page, run_address: str):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    page.reload()
    page.locator(".react-flow__node").first.wait_for()
    expect(page.locator(".xterm-rows").last).to_contain_text(re.compile("[$#]"))
    stops = walk(page, until="Terminal on desk")
    first = ["Skip to", "Library", "Pause", "The way to", "Your answer"]
    check(stops, *first, "Size of “Tasks”", "desk", "Size of “World”", "New terminal")


def test_walks_through_the_console(page: Page, console: str):
    page.goto(console)
    page.get_by_role("table").wait_for()
    stops = walk(page)
    check(stops, "Skip to", "Classes", "Big screen", "Message to all", "End", "Learner", "More for")


def test_skips_to_the_page(page: Page, console: str):
    page.goto(console)
    page.get_by_role("table").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Skip to the page")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Big screen")).to_be_focused()


def test_a_terminal_takes_the_focus_when_it_is_asked_for_and_not_when_a_page_loads(
    page: Page, run_address: str
):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    expect(page.locator("textarea:focus")).to_have_count(1)
    page.reload()
    expect(page.locator(".xterm-rows").last).to_contain_text(re.compile("[$#]"))
    assert page.evaluate(STOP) is None


def test_goes_on_behind_a_terminal(page: Page, run_address: str):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    open_terminal(page, "gate", "root")
    page.get_by_role("button", name="Side by side").last.click()
    left, right = page.get_by_role("tablist", name="Terminals").all()
    page.get_by_role("textbox", name="Terminal on desk as trainee").last.focus()
    expect(page.get_by_text("Esc, Tab leaves").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("separator").last).to_be_focused()
    page.keyboard.press("Tab")
    expect(right.get_by_role("tab").first).to_be_focused()
    expect(left.get_by_role("tab").first).to_be_visible()


def test_bars_between_parts_move(page: Page, run_address: str):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    open_terminal(page, "gate", "root")
    page.get_by_role("button", name="Side by side").last.click()
    expect(page.locator(".xterm-rows").last).to_contain_text(re.compile("[$#]"))
    tasks, world, terminals = page.get_by_role("separator").all()
    expect(tasks).to_have_accessible_name("Size of “Tasks”")
    moves(page, tasks, "ArrowLeft", "ArrowRight")
    expect(world).to_have_accessible_name("Size of “World”")
    moves(page, world, "ArrowUp", "ArrowDown")
    expect(terminals).to_have_accessible_name(re.compile("^Size of “trainee@desk"))
    moves(page, terminals, "ArrowLeft", "ArrowRight")


def moves(page: Page, bar: Locator, less: str, more: str) -> None:
    """Its keys move it on the page by as much as it says, and no further than it says."""
    bar.focus()
    low, high = (int(bar.get_attribute(f"aria-value{end}") or "") for end in ("min", "max"))
    found = []
    for key in ("Home", more, less, less, "End", more, less):
        page.keyboard.press(key)
        now, share = int(bar.get_attribute("aria-valuenow") or ""), bar.evaluate(SHARE)
        assert now == pytest.approx(share, abs=1.5), key
        found.append(now)
    assert low < high
    assert found == pytest.approx([low, low + 4, low, low, high, high, high - 4], abs=1)


def test_opens_a_host_and_leaves_it(page: Page, run_address: str):
    page.goto(run_address)
    host = page.get_by_role("button", name=re.compile("^desk "))
    host.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("group", name="desk", exact=True)
    expect(panel).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Terminal as trainee")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(host).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(panel).to_have_count(0)
    expect(host).to_be_focused()


def comes_back(page: Page, opener: Locator, opened: Locator, inside: Locator) -> None:
    """It opens with the focus in it; Escape closes it and gives the focus back."""
    opener.focus()
    page.keyboard.press("Enter")
    expect(inside).to_be_focused()
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(opener).to_be_focused()


def test_dialogues_of_the_run_give_the_focus_back(page: Page, run_address: str):
    page.goto(run_address)
    page.locator(".react-flow__node").first.wait_for()
    dialog, menu = page.get_by_role("dialog"), page.get_by_role("menu")
    bar = page.get_by_role("main")
    reset = bar.get_by_role("button", name=re.compile("Reset$"))
    comes_back(page, reset, dialog, dialog.get_by_role("button", name="Cancel"))
    more = bar.get_by_role("button", name="More", exact=True)
    comes_back(page, more, menu, menu.get_by_role("menuitem").first)


def test_dialogues_of_the_console_give_the_focus_back(page: Page, console: str):
    page.goto(console)
    dialog, menu = page.get_by_role("dialog"), page.get_by_role("menu")
    message = page.get_by_role("button", name="Message to all")
    comes_back(page, message, dialog, dialog.get_by_role("textbox"))
    end = page.get_by_role("button", name="End", exact=True)
    comes_back(page, end, dialog, dialog.get_by_role("button", name="Cancel"))
    inject = page.get_by_role("button", name="Inject now")
    comes_back(page, inject, menu, menu.get_by_role("menuitem").first)


def test_dialogues_of_the_library_give_the_focus_back(page: Page, serving: Serving):
    page.goto(serving.origin)
    dialog = page.get_by_role("dialog")
    new = page.get_by_role("button", name="New pack")
    comes_back(page, new, dialog, dialog.get_by_label("Name"))
    page.set_viewport_size({"width": 390, "height": 844})
    opener = page.get_by_role("button", name="Menu")
    comes_back(page, opener, dialog, page.locator(".ant-drawer"))
