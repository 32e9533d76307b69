"""A real portal and a real browser: what a person would see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.browser.serving import Serving, serve

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
PATIENCE_MS = 60_000
expect.set_options(timeout=20_000)  # A busy machine is slow, not wrong.


@pytest.fixture(scope="session")
def serving(homes: Path) -> Iterator[Serving]:
    yield from serve(Serving())


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """There can be one only in a process."""
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def signed_in(serving: Serving, browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has opened the printed address; its runs are ended afterwards."""
    yield from visit(browser, serving)


def visit(browser: Browser, serving: Serving) -> Iterator[BrowserContext]:
    """Such a browser for as long as a fixture lasts: ``yield from visit(browser, serving)``."""
    context = sign_in(browser, serving)
    yield context
    end_all(context, serving)
    context.close()


def sign_in(browser: Browser, serving: Serving) -> BrowserContext:
    """A browser that has opened the printed address."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{serving.origin}/#token={serving.token}")
    page.get_by_role("heading", name="Library").wait_for()
    page.close()
    return context


def end_all(context: BrowserContext, serving: Serving) -> None:
    """End every exercise of the person."""
    listed = context.request.get(f"{serving.origin}/api/exercises").json()
    for exercise in listed["items"]:
        context.request.post(
            f"{serving.origin}/api/exercises/{exercise['id']}/end", headers={"X-Bachang": "1"}
        )


@pytest.fixture(scope="session")
def run_address(signed_in: BrowserContext, serving: Serving) -> str:
    """The page of a running training."""
    return start_training(signed_in, serving)


def start_training(context: BrowserContext, serving: Serving) -> str:
    """Start a training from the library; gives its page's address."""
    page = context.new_page()
    page.goto(f"{serving.origin}/packs/blackout")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/runs/*")
    page.get_by_text("Running", exact=True).wait_for()
    address = page.url
    page.close()
    return address


@pytest.fixture(scope="session")
def atelier(signed_in: BrowserContext, serving: Serving) -> str:
    """Where a new pack of the person is edited."""
    made = signed_in.request.post(
        f"{serving.origin}/api/packs",
        headers={"X-Bachang": "1"},
        data={"name": "atelier", "title": "Atelier"},
    )
    assert made.status == 201, made.text()
    return f"{serving.origin}/packs/atelier/edit"


@pytest.fixture
def complaints() -> list[str]:
    """What a page of this test wrote to its console, or threw."""
    return []


@pytest.fixture
def page(signed_in: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """A page; at the end nothing may have been refused by the content security policy."""
    made = signed_in.new_page()
    made.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    made.close()
    assert [line for line in complaints if "Content Security Policy" in line] == []
