"""Hostile content in a real browser: scripts, marks and escapes are shown and do nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.conftest import PATIENCE_MS, visit
from tests.browser.serving import Serving, serve
from tests.browser.test_trainee import open_terminal
from tests.portal.people import PACKS

pytestmark = pytest.mark.slow

MINE = "window.pwned = true"
FOREIGN = "http://evil.example"
SCRIPTS = "\n\n".join(
    (
        f"<script>{MINE}</script>",
        f"<img src=x onerror='{MINE}'>",
        f"<svg onload='{MINE}'><script>{MINE}</script></svg>",
        f"![picture]({FOREIGN}/pixel.png)",
        f"<iframe srcdoc='<script>parent.{MINE}</script>'></iframe>",
        f"[press me](javascript:{MINE.replace(' ', '%20')})",
        f"[data](data:text/html,<script>{MINE}</script>)",
        f"<a href='javascript:{MINE}'>raw</a>",
        f"<style>body {{ background: url({FOREIGN}/style) }}</style>",
        "**「粗体」**后面",
    )
)
TURNED = "Room \u202eexe.gnp\u202c \u200bA\u2066\ufeff"
TAG = f"<img src=x onerror='{MINE}'>"
ESCAPES = {
    "title": r"\033]0;pwned\007\033]2;pwned\007",
    "clipboard": r"\033]52;c;cHduZWQ=\007",
    "link": rf"\033]8;;{FOREIGN}/osc8\033\\press\033]8;;\033\\",
    "script link": r"\033]8;;javascript:window.pwned=true\033\\script\033]8;;\033\\",
    "turned": "a\u202eb\u202cc",
    "tag": TAG.replace("'", '"'),
}


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of somebody who means ill."""
    folder = tmp_path_factory.mktemp("packs")
    shutil.copytree(PACKS / "hall", folder / "hall")
    yaml = ruamel.yaml.YAML()
    file = folder / "hall" / "scenario.yaml"
    scenario: Any = yaml.load(file)
    scenario["title"] = {"en": f"{TURNED}{TAG}", "zh": "x"}
    scenario["description"] = {"en": SCRIPTS, "zh": "x"}
    scenario["hosts"]["desk"]["title"] = {"en": TAG, "zh": "x"}
    find = scenario["tasks"]["find"]
    find["title"], find["text"] = {"en": TAG, "zh": "x"}, {"en": SCRIPTS, "zh": "x"}
    find["hints"][0]["text"] = {"en": SCRIPTS, "zh": "x"}
    yaml.dump(scenario, file)
    return folder


@pytest.fixture(scope="module")
def hostile(lasting_home: Path, packs: Path) -> Iterator[Serving]:
    yield from serve(Serving(arguments=("--packs", str(packs))))


@pytest.fixture(scope="module")
def person(hostile: Serving, browser: Browser) -> Iterator[BrowserContext]:
    yield from visit(browser, hostile)


@pytest.fixture(scope="module")
def made(hostile: Serving, person: BrowserContext) -> dict[str, Any]:
    """An exercise whose run lives, with a hint that was taken and a message that was sent."""
    headers = {"X-Bachang": "1"}
    ask = f"{hostile.origin}/api"

    def post(path: str, **data: Any) -> Any:
        answer = person.request.post(f"{ask}/{path}", headers=headers, data=data)
        assert answer.ok, answer.text()
        return answer.json()

    exercise: dict[str, Any] = post("exercises", pack="hall", title=TAG)
    run = exercise["runs"][0]["id"]
    page = person.new_page()
    page.goto(f"{hostile.origin}/runs/{run}")
    expect(page.get_by_text("Running", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    page.close()
    post(f"runs/{run}/hints", task="find")
    post(f"runs/{run}/answers", task="find", answer=TAG)
    post(f"exercises/{exercise['id']}/broadcast", text=f"{TAG} {SCRIPTS}"[:1000])
    return exercise


@pytest.fixture
def watched(person: BrowserContext) -> Iterator[Page]:
    """A page that may ask nobody but the portal, open nothing and run nothing of a pack's."""
    page, strange = person.new_page(), list[str]()
    page.on("request", lambda one: strange.append(one.url) if "evil" in one.url else None)

    def dismiss(dialog: Dialog) -> None:
        strange.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("popup", lambda one: strange.append(one.url))
    yield page
    assert page.evaluate("window.pwned") is None
    assert strange == []
    page.close()


def test_the_texts_of_a_task(watched: Page, hostile: Serving, made: dict[str, Any]) -> None:
    watched.goto(f"{hostile.origin}/runs/{made['runs'][0]['id']}")
    expect(watched.get_by_text(f"<script>{MINE}</script>").first).to_be_visible()
    prose = watched.locator("main")
    assert prose.locator("script, iframe, svg[onload], [onerror], [onload]").count() == 0
    assert prose.locator("img[src*=evil], a[href^=javascript], a[href^=data]").count() == 0
    expect(prose.locator("strong", has_text="「粗体」").first).to_be_visible()
    for link in watched.get_by_text("press me", exact=True).all():
        link.click()
    heading = watched.get_by_role("heading", level=1).inner_text()
    assert "Room exe.gnp A" in heading
    assert not set(heading) & set("\u202e\u200b\u2066\ufeff")


@pytest.mark.parametrize(
    ("path", "ready"),
    [
        ("/", "main h1"),
        ("/packs/hall", ".react-flow__node"),
        ("/runs", "main li"),
        ("/exercises", "main h1"),
        ("/exercises/{exercise}", "main table"),
        ("/exercises/{exercise}/board", ".react-flow__node"),
        ("/runs/{run}/review", "main h1"),
        ("/people/audit", "main table"),
        ("/machine", "main table"),
    ],
)
def test_every_page_shows_it(
    watched: Page, hostile: Serving, made: dict[str, Any], path: str, ready: str
) -> None:
    run = made["runs"][0]["id"]
    watched.goto(hostile.origin + path.format(exercise=made["id"], run=run))
    watched.locator(ready).first.wait_for()
    expect(watched.locator(".ant-spin-spinning")).to_have_count(0)
    assert watched.locator("[onerror], [onload], a[href^=javascript]").count() == 0


_PLACE = """(rows, word) => {
    const found = [...rows.querySelectorAll("span")].filter((one) => one.textContent === word);
    return found.at(-1).getBoundingClientRect();
}"""
"""In one go: a terminal draws its rows anew while it is pointed at, and old ones have no place."""


def test_what_a_terminal_prints(watched: Page, hostile: Serving, made: dict[str, Any]) -> None:
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched.goto(f"{hostile.origin}/runs/{made['runs'][0]['id']}")
    title = watched.title()
    watched.evaluate("navigator.clipboard.writeText('mine')")
    open_terminal(watched, "desk", "trainee")
    for text in ESCAPES.values():
        watched.keyboard.type(f"printf '{text}\\n'\n")
    watched.keyboard.type("echo all-$((1+1))-done\n")
    rows = watched.locator(".xterm-rows").last
    expect(rows).to_contain_text("all-2-done")
    for word in ("press", "script"):
        expect(rows.get_by_text(word, exact=True).last).to_be_visible()
        box = rows.evaluate(_PLACE, word)
        watched.mouse.move(box["x"] + 4, box["y"] + 4)
        watched.mouse.click(box["x"] + 8, box["y"] + 4)
    assert watched.title() == title
    assert watched.evaluate("navigator.clipboard.readText()") == "mine"
    assert rows.locator("img, script, a").count() == 0


def test_the_report_of_it(watched: Page, hostile: Serving, made: dict[str, Any]) -> None:
    run = made["runs"][0]["id"]
    ended = watched.context.request.post(
        f"{hostile.origin}/api/runs/{run}/end", headers={"X-Bachang": "1"}
    )
    assert ended.ok
    watched.goto(f"{hostile.origin}/api/runs/{run}/report.html")
    expect(watched.get_by_text("onerror").first).to_be_visible()
    assert watched.locator("[onerror], [onload], a[href^=javascript]").count() == 0


def test_a_picture_that_is_a_script(watched: Page, hostile: Serving) -> None:
    """No SVG of a pack is ever served, whatever its name."""
    for path in ("/api/packs/hall/picture", "/api/packs/hall/picture.svg"):
        shown = watched.goto(f"{hostile.origin}{path}")
        assert shown is not None
        assert shown.status == 404
        assert shown.headers["content-type"] == "application/problem+json"
