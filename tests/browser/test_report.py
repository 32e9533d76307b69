"""The after-action report on a desk and a phone, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from bachang.exercise.report import render
from tests.browser.test_pages import SIZES
from tests.exercise.recorded import PLAN, recorded

pytestmark = pytest.mark.slow

CUT = """() => [...document.querySelectorAll(".band i")].filter(piece => {
  const at = piece.getBoundingClientRect(), words = piece.querySelector(":scope > span");
  const said = words?.getBoundingClientRect();
  return said && said.top < at.bottom && said.right > at.right + 1;
}).map(piece => piece.textContent)"""
"""Pieces of bands whose words begin in them and do not end there."""
CROSSED = """() => {
  const rules = [...document.querySelectorAll(".rule")].map(rule => rule.getBoundingClientRect());
  return [...document.querySelectorAll(".band-name, figcaption > *")].map(word => {
    const at = word.getBoundingClientRect();
    return rules.some(({ x }) => x >= at.left - 1 && x <= at.right);
  });
}"""
"""For each name of a band or curve: whether a line of the story passes where it stands."""


@pytest.fixture(params=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["light", "dark"])
def report(
    browser: Browser, tmp_path: Path, size: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    scheme: Literal["light", "dark"] = request.param
    file = tmp_path / "report.html"
    file.write_text(render(PLAN, recorded()), encoding="utf-8")
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_of_the_charts_are_whole_and_nothing_is_drawn_through_them(
    report: Page, language: str
):
    report.locator(f"label[for=lang-{language}]").click()
    assert report.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert report.locator(".band i > span").count() > 0
    assert report.evaluate(CUT) == []
    names = report.locator(".band-name, figcaption > *")
    crossed = [names.nth(at) for at, is_so in enumerate(report.evaluate(CROSSED)) if is_so]
    assert crossed
    with_lines = [name.screenshot() for name in crossed]
    report.evaluate("document.querySelector('.rules').remove()")
    assert [name.screenshot() for name in crossed] == with_lines
