"""Every page in both languages, light and dark, on a desk and a phone: it shows, and axe agrees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import Serving

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
PAGES = {
    "library": ("/", "main h1"),
    "pack": ("/packs/blackout", ".react-flow__node"),
    "runs": ("/runs", "main li"),
    "run": ("{run}", "main h2"),
    "review": ("{run}/review", "[role=slider]"),
    "exercises": ("/exercises", "main h1"),
    "exercise": ("/exercises/{exercise}", "main table"),
    "author": ("/packs/atelier/edit", ".cm-line"),
    "verification": ("/packs/atelier/verification", "main li, main [role=status]"),
    "groups": ("/people/groups", "main table"),
    "invitations": ("/people/invitations", "main table"),
    "accounts": ("/people/accounts", "main table"),
    "audit": ("/people/audit", "main table"),
    "profile": ("/profile", "main li"),
    "join": ("/join#invitation=not-a-real-one", "main form"),
    "sign-in": ("/", "main form"),
    "machine": ("/machine", "main table"),
    "board": ("/exercises/{exercise}/board", ".react-flow__node"),
    "replay": ("/replay", "main h1"),
}

BEFORE = {"join", "sign-in"}
"""Pages of whoever has not signed in."""


@pytest.fixture(scope="module")
def exercise(signed_in: BrowserContext, serving: Serving, run_address: str) -> str:
    """The exercise that the training belongs to."""
    run = run_address.rsplit("/", 1)[-1]
    answer = signed_in.request.get(f"{serving.origin}/api/runs/{run}").json()
    return str(answer["exercise"])


@pytest.fixture(scope="module")
def gathered(signed_in: BrowserContext, serving: Serving) -> None:
    """A group with a person in it, and an invitation into it."""
    api, origin, ours = signed_in.request, serving.origin, {"X-Bachang": "1"}
    me = api.get(f"{origin}/api/session").json()["account"]["id"]
    group = api.post(f"{origin}/api/groups", data={"title": "Evening"}, headers=ours).json()["id"]
    api.put(f"{origin}/api/groups/{group}/members/{me}", headers=ours)
    made = api.post(f"{origin}/api/invitations", data={"group": group}, headers=ours)
    assert made.ok


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("size", "language", "scheme"),
    [
        ("desk", "en", "light"),
        ("desk", "zh", "dark"),
        ("phone", "zh", "light"),
        ("phone", "en", "dark"),
    ],
)
def test_page(
    browser: Browser,
    signed_in: BrowserContext,
    serving: Serving,
    run_address: str,
    exercise: str,
    atelier: str,
    gathered: None,
    name: str,
    size: str,
    language: str,
    scheme: Any,
):
    path, ready = PAGES[name]
    place = path.format(run=run_address.removeprefix(serving.origin), exercise=exercise)
    context = browser.new_context(
        storage_state=None if name in BEFORE else signed_in.storage_state(),
        viewport=SIZES[size],
        color_scheme=scheme,
        reduced_motion="reduce",  # colours are looked at, and not on their way
        locale="zh-CN" if language == "zh" else "en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    page.goto(serving.origin + place)
    page.locator(ready).first.wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    expect(page.locator(".ant-spin-spinning")).to_have_count(0)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = violations(page)
    context.close()
    assert refused == []
    assert wide <= 0, "the page is wider than its window"
    assert found == []


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA, as ``rule: element`` lines."""
    page.evaluate(AXE.read_text())
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {re.sub(' +', ' ', node['html'])[:160]}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
