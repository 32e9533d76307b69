"""Pictures of every page for the documentation, of a class in the middle of its evening.

``BACHANG_PICTURES`` names the folder; unset: none are made. `make pictures` puts them in place.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import PATIENCE_MS, end_all
from tests.browser.scene import Scene, play
from tests.browser.serving import Serving
from tests.browser.test_pages import PAGES, SIZES

PICTURES = os.environ.get("BACHANG_PICTURES")
QUALITY = 82
"""Of WebP: text stays sharp, a page takes 30 to 90 kB."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PICTURES is None, reason="BACHANG_PICTURES names no folder for pictures"),
]

MORE = {
    "compare": ("/runs/{run}/review?beside={other}", "[role=slider]"),
    "wall": ("/exercises/{exercise}/board?replay=10", ".react-flow__node"),
}
"""What pages show beside their first sight."""
DARK = ("run", "review", "author")
PHONE = ("library", "run", "review", "exercise")

VARIANTS = [
    *((name, "", "desk", "light") for name in [*PAGES, *MORE]),
    *((name, "-dark", "desk", "dark") for name in DARK),
    *((name, "-phone", "phone", "light") for name in PHONE),
]


@pytest.fixture(scope="module")
def scene(signed_in: BrowserContext, browser: Browser, serving: Serving) -> Iterator[Scene]:
    other = browser.new_context()
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
    atelier: str,
    name: str,
    suffix: str,
    size: str,
    scheme: str,
    language: str,
) -> None:
    path, ready = {**PAGES, **MORE}[name]
    own = f"/runs/{scene.run}"
    known = {"exercise": scene.exercise, "other": scene.other, "group": scene.group}
    place = path.format(run=scene.run if name in MORE else own, **known)
    context = browser.new_context(
        storage_state=signed_in.storage_state(),
        viewport=SIZES[size],
        color_scheme="dark" if scheme == "dark" else "light",
        locale="zh-CN" if language == "zh" else "en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(serving.origin + place)
    page.locator(ready).first.wait_for()
    expect(page.locator(".ant-spin-spinning")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    shot = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
    )
    context.close()
    tail = ".zh.webp" if language == "zh" else ".webp"
    assert PICTURES is not None
    (Path(PICTURES) / f"{name}{suffix}{tail}").write_bytes(base64.b64decode(shot["data"]))
