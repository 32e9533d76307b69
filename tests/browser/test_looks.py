"""What a person sees at once, without having to ask for it or to guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import end_all, sign_in, start_training
from tests.browser.serving import Serving, serve
from tests.browser.test_pages import SIZES

pytestmark = pytest.mark.slow


def test_a_copy_is_told_from_its_original(page: Page, signed_in: BrowserContext, serving: Serving):
    made = signed_in.request.post(
        f"{serving.origin}/api/packs",
        headers={"X-Bachang": "1"},
        data={"name": "after-dark", "copy_of": "blackout"},
    )
    assert made.status == 201, made.text()
    page.goto(serving.origin)
    cards = page.get_by_role("link").filter(has=page.get_by_role("heading", name="Blackout"))
    expect(cards).to_have_count(2)
    expect(cards.filter(has_text="Copy of Blackout · after-dark")).to_have_count(1)
    page.goto(f"{serving.origin}/packs/after-dark")
    expect(page.get_by_text("Copy of Blackout · after-dark")).to_be_visible()
    expect(page.get_by_role("heading", name="Blackout")).to_be_visible()


def test_an_operator_screen_is_there_at_once(page: Page, run_address: str):
    page.goto(run_address)
    page.get_by_text("Screens", exact=True).click()
    first = page.get_by_role("group", name="Operator screens").get_by_role("button").first
    name = first.inner_text()
    expect(page.frame_locator(f'iframe[title="{name}"]').locator("body")).not_to_be_empty()


def test_an_address_that_is_to_be_found_is_called_so(page: Page, run_address: str):
    page.goto(run_address)
    nodes = page.locator(".react-flow__node")
    expect(nodes.filter(has_text="to be found").first).to_be_visible()
    expect(nodes.filter(has_text=re.compile(r"\?"))).to_have_count(0)


@pytest.fixture
def mortal(home: Path) -> Iterator[Serving]:
    """A portal of this test alone, with data of its own."""
    yield from serve(Serving())


LANGUAGES = {"en": "Reconnecting …", "zh": "正在重新连接……"}


def test_a_lost_connection_moves_nothing_on_a_phone(browser: Browser, mortal: Serving):
    context = sign_in(browser, mortal)
    address = start_training(context, mortal)
    pages = {language: context.new_page() for language in LANGUAGES}
    console = context.new_page()
    console.set_viewport_size(SIZES["phone"])
    run = context.request.get(f"{mortal.origin}/api/runs/{address.rsplit('/', 1)[-1]}").json()
    console.goto(f"{mortal.origin}/exercises/{run['exercise']}")
    console.locator("[data-connection=live]").wait_for()
    end = console.get_by_role("button", name="End", exact=True)
    before = end.bounding_box()
    tops = {}
    for language, page in pages.items():
        page.set_viewport_size(SIZES["phone"])
        page.goto(address)
        page.evaluate("it => localStorage.setItem('bachang.language', it)", language)
        page.reload()
        page.locator("[data-connection=live]").wait_for()
        tops[language] = _top(page)
    mortal.kill()
    for language, page in pages.items():
        expect(page.locator("main").get_by_text(LANGUAGES[language]).first).to_be_visible()
        assert _top(page) == tops[language]
    expect(console.get_by_text(LANGUAGES["en"])).to_be_visible()
    assert end.bounding_box() == before
    mortal.start()
    end_all(context, mortal)
    context.close()


def _top(page: Page) -> float:
    """Where the tasks begin, in pixels from the top."""
    box = page.locator("main h2").first.bounding_box()
    assert box is not None
    return box["y"]
