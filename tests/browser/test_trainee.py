"""A newcomer in a training: terminal, answer, screens, reset, a portal that crashes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import end_all, sign_in, start_training
from tests.browser.serving import Serving, serve
from tests.browser.test_pages import violations

pytestmark = pytest.mark.slow
START_MS = 20_000
"""A portal that starts again, on a busy machine."""


def open_terminal(page: Page, host: str, user: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{host} ")).click()
    page.get_by_role("button", name=f"Terminal as {user}").click()
    page.get_by_role("tab", name=f"{user}@{host}").first.wait_for()
    expect(page.locator(".ant-popover:visible")).to_have_count(0)
    expect(page.locator(".xterm-rows").last).to_contain_text(re.compile("[$#]"))


def test_solves_the_first_task_through_the_terminal(page: Page, run_address: str):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("modbus devices\n")
    seen = page.locator(".xterm-rows").last
    expect(seen).to_contain_text("10.20.30.12:502")
    answer = page.get_by_label("Your answer")
    answer.fill("10.20.30.99")
    answer.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Not right")
    answer.fill("10.20.30.12")
    answer.press("Enter")
    expect(page.get_by_text("Right. +50 points")).to_be_visible()
    expect(page.get_by_text("1 of 8 solved")).to_be_visible()


def test_opens_a_host_where_nothing_is_to_move(page: Page, run_address: str):
    page.emulate_media(reduced_motion="reduce")
    page.goto(run_address)
    host = page.get_by_role("button", name=re.compile("^desk "))
    looks = host.evaluate("it => getComputedStyle(it).backgroundColor")
    host.click()
    expect(page.locator(".ant-popover")).to_be_in_viewport(ratio=1)
    assert host.evaluate("it => getComputedStyle(it).backgroundColor") == looks


OUTSIDE = """() => {
  const map = document.querySelector(".react-flow").getBoundingClientRect();
  return [...document.querySelectorAll(".react-flow__node")].filter((node) => {
    const { top, bottom, left, right } = node.getBoundingClientRect();
    return top < map.top || bottom > map.bottom || left < map.left || right > map.right;
  }).length;
}"""
"""Nodes of the map that are not wholly in sight."""


def _until(page: Page, wanted: Callable[[int], bool]) -> None:
    """Wait until so many nodes are out of sight; the page's policy lets no script ask for it."""
    ends = time.monotonic() + START_MS / 1000
    while not wanted(page.evaluate(OUTSIDE)):
        assert time.monotonic() < ends
        page.wait_for_timeout(50)


def test_sees_all_of_the_map_in_any_room(page: Page, run_address: str):
    page.goto(run_address)
    page.locator(".react-flow__node").first.wait_for()
    page.set_viewport_size({"width": 1200, "height": 620})
    _until(page, lambda outside: outside == 0)
    page.get_by_role("button", name="Enlarge the map").click()
    page.get_by_role("button", name="Enlarge the map").click()
    _until(page, lambda outside: outside > 0)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".react-flow")).to_be_visible()
    assert page.evaluate(OUTSIDE) > 0, "a map that was moved stays as it was put"


def test_leaves_a_terminal_by_keyboard(page: Page, run_address: str):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("modb")  # "mod" begins other programs, too, on some machines
    page.keyboard.press("Tab")
    expect(page.locator(".xterm-rows").last).to_contain_text("modbus")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="New terminal")).to_be_focused()


def test_buys_a_hint_for_its_price(page: Page, run_address: str):
    page.goto(run_address)
    page.get_by_role("button", name=re.compile("What the papers say")).click()
    page.get_by_role("button", name="Show hint 1 for 10 points").click()
    expect(page.get_by_text("go down one")).to_be_visible()
    expect(page.get_by_text("now worth 40 of 50")).to_be_visible()


def test_sees_an_operator_screen_in_a_frame_of_its_own(page: Page, run_address: str):
    page.goto(run_address)
    page.get_by_text("Screens", exact=True).click()
    page.get_by_role("button", name=re.compile("genset-ctl")).click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text(re.compile("rpm")).first).to_be_visible()
    source = page.locator("iframe").get_attribute("src") or ""
    assert ".localhost:" in source


def test_sees_values_move(page: Page, run_address: str):
    page.goto(run_address)
    page.get_by_text("Values", exact=True).click()
    page.locator("canvas").first.wait_for()
    expect(page.get_by_role("heading", name="genset")).to_be_visible()


def test_pauses_and_goes_on(page: Page, run_address: str):
    page.goto(run_address)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("the clock stands still")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()


def test_resets_a_host_after_being_told_what_is_lost(page: Page, run_address: str):
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(run_address)
    page.get_by_role("button", name=re.compile("^share ")).click()
    page.get_by_role("button", name="Reset this host").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("term").first).to_have_text("Lost")
    expect(dialog).to_contain_text("All that was changed on this host")
    assert violations(page) == []
    dialog.get_by_role("button", name="Reset").click()
    page.get_by_text("Timeline", exact=True).click()
    expect(page.get_by_text("Host reset").first).to_be_visible()


def test_works_with_two_terminals_side_by_side(page: Page, run_address: str):
    page.goto(run_address)
    open_terminal(page, "desk", "trainee")
    open_terminal(page, "gate", "root")
    page.get_by_role("button", name="Side by side").last.click()
    expect(page.get_by_role("tablist", name="Terminals")).to_have_count(2)


@pytest.fixture
def mortal(home: Path) -> Iterator[Serving]:
    """A portal of this test alone, with data of its own."""
    yield from serve(Serving())


def test_a_crash_of_the_portal_is_a_short_reconnecting(browser: Browser, mortal: Serving):
    context = sign_in(browser, mortal)
    page = context.new_page()
    page.goto(start_training(context, mortal))
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("echo before-$((40+2))\n")
    seen = page.locator(".xterm-rows")
    expect(seen).to_contain_text("before-42")
    mortal.kill()
    expect(page.get_by_text("Reconnecting …").first).to_be_visible()
    mortal.start()
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=START_MS)
    expect(page.get_by_text("Reconnecting …")).to_have_count(0, timeout=START_MS)
    expect(seen).to_contain_text("before-42")
    page.locator(".xterm-helper-textarea").focus()
    page.keyboard.type("echo after-$((40+3))\n")
    expect(seen).to_contain_text("after-43")
    end_all(context, mortal)
    context.close()
