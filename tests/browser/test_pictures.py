"""Pictures of every page for the documentation, of a class in the middle of its evening.

``BACHANG_PICTURES`` names the folder; unset: none are made. `make pictures` puts them in place.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS, end_all
from tests.browser.scene import Scene, play, prove
from tests.browser.serving import Serving
from tests.browser.test_pages import BEFORE, PAGES, SIZES

PICTURES = os.environ.get("BACHANG_PICTURES")
QUALITY = 82
"""Of WebP: text stays sharp, a page takes 30 to 90 kB."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PICTURES is None, reason="BACHANG_PICTURES names no folder for pictures"),
]


def _write(page: Page) -> None:
    """Make the office a real wire; see what that changes."""
    page.locator(".react-flow__node").first.wait_for()
    page.locator(".cm-line", has_text="office: {cidr").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.type(", wire: true}")
    page.get_by_role("tab").nth(1).click()
    page.get_by_role("tabpanel").locator("ins").first.wait_for()


def _seek(page: Page) -> None:
    """Go back to the middle of the run."""
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    for _ in range(60):
        page.keyboard.press("ArrowRight")


def _laid(page: Page) -> None:
    """Wait for the map, where it is beside the tasks."""
    if page.viewport_size != SIZES["phone"]:
        page.locator(".react-flow__node").first.wait_for()


def _replay(page: Page) -> None:
    """Wait for the second half of the evening."""
    page.get_by_text(re.compile("^00:[3-5]")).first.wait_for()


ACTS: dict[str, Callable[[Page], None]] = {
    "author": _write,
    "run": _laid,
    "review": _seek,
    "compare": _seek,
    "wall": _replay,
}
"""What is done before a picture is taken."""
MORE = {
    "author": ("/packs/night-shift/edit", ".cm-line"),
    "compare": ("{run}/review?beside={other}", "[role=slider]"),
    "wall": ("/exercises/{exercise}/board?replay=10", ".react-flow__node"),
}
"""What pages show beside their first sight, or in place of it."""
DARK = ("run", "review", "author")
PHONE = ("library", "run", "review", "exercise")

TALL = ("review", "compare")
"""What is taller than a screen, and wants to be seen whole."""
TALL_PX = 1640

VARIANTS = [
    *((name, "", "desk", "light") for name in {**PAGES, **MORE}),
    *((name, "-dark", "desk", "dark") for name in DARK),
    *((name, "-phone", "phone", "light") for name in PHONE),
]


@pytest.fixture(scope="module")
def scene(
    signed_in: BrowserContext, browser: Browser, serving: Serving, atelier: str
) -> Iterator[Scene]:
    other = browser.new_context()
    prove(signed_in, serving, atelier.split("/")[-2])
    made = play(signed_in, other, serving)
    yield made
    end_all(signed_in, serving)
    other.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("name", "suffix", "size", "scheme"), VARIANTS)
def test_picture(
    browser: Browser,
    signed_in: BrowserContext,
    serving: Serving,
    scene: Scene,
    name: str,
    suffix: str,
    size: str,
    scheme: str,
    language: str,
) -> None:
    path, ready = {**PAGES, **MORE}[name]
    own = f"/runs/{scene.run}"
    place = path.format(run=own, exercise=scene.exercise, other=scene.other, group=scene.group)
    viewport = SIZES[size].copy()
    if name in TALL and size == "desk":
        viewport["height"] = TALL_PX
    context = browser.new_context(
        storage_state=None if name in BEFORE else signed_in.storage_state(),
        viewport=viewport,
        reduced_motion="reduce",
        color_scheme="dark" if scheme == "dark" else "light",
        locale="zh-CN" if language == "zh" else "en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(serving.origin + place)
    page.locator(ready).first.wait_for()
    expect(page.locator(".ant-spin-spinning")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    if name in ACTS:
        ACTS[name](page)
    page.evaluate("document.fonts.ready")
    shot = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
    )
    context.close()
    tail = ".zh.webp" if language == "zh" else ".webp"
    assert PICTURES is not None
    (Path(PICTURES) / f"{name}{suffix}{tail}").write_bytes(base64.b64decode(shot["data"]))
