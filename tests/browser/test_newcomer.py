"""`make run` as a newcomer meets it: the printed address, the first task, no manual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bachang.fabric import LocalFabric
from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import Serving, serve
from tests.browser.test_trainee import open_terminal

pytestmark = pytest.mark.slow


@pytest.fixture
def demo(home: Path) -> Iterator[Serving]:
    """What `make run` starts."""
    yield from serve(Serving(arguments=("--demo",)))


def test_the_printed_address_leads_to_a_solved_task(browser: Browser, demo: Serving) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(demo.address)
    expect(page.get_by_text("Running", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"/runs/[a-z0-9]+$"))  # without the token
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("cat README\n")
    shown = page.locator(".xterm-rows").last
    expect(shown).to_contain_text("modbus --help")
    page.keyboard.type("modbus --help\n")
    expect(shown).to_contain_text("devices")
    page.keyboard.type("modbus devices\n")
    expect(shown).to_contain_text("10.20.30.12:502")
    page.get_by_label("Your answer").fill("10.20.30.12")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Right. +50 points")).to_be_visible()
    demo.stop()
    assert LocalFabric().sandboxes() == []
    expect(page.get_by_text("Reconnecting …").first).to_be_visible()
    context.close()
