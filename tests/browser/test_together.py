"""Two people at once: who teaches joins who learns; what does not fit waits in a queue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS, end_all, sign_in
from tests.browser.serving import Serving, serve
from tests.browser.test_trainee import open_terminal

pytestmark = pytest.mark.slow
OURS = {"X-Bachang": "1"}
PASSWORD = "a long enough password"  # noqa: S105 - of nobody


def account(api: APIRequestContext, origin: str, name: str) -> str:
    """Make a trainee's account; gives its id."""
    new = {"name": name, "display_name": name.title(), "password": PASSWORD, "roles": ["trainee"]}
    made = api.post(f"{origin}/api/accounts", data=new, headers=OURS)
    assert made.ok, made.text()
    return str(made.json()["id"])


def group(api: APIRequestContext, origin: str, title: str, members: list[str]) -> str:
    """Make a group of accounts; gives its id."""
    made = api.post(f"{origin}/api/groups", data={"title": title}, headers=OURS).json()["id"]
    for member in members:
        assert api.put(f"{origin}/api/groups/{made}/members/{member}", headers=OURS).ok
    return str(made)


@dataclass(frozen=True)
class Lesson:
    """A class of one."""

    console: str
    learner: Page
    """At the learner's own run."""


@pytest.fixture(scope="module")
def lesson(signed_in: BrowserContext, serving: Serving, browser: Browser) -> Iterator[Lesson]:
    api, origin = signed_in.request, serving.origin
    pupils = group(api, origin, "Pupils", [account(api, origin, "ann")])
    wanted = {"kind": "class", "pack": "blackout", "group": pupils, "title": "Pupils' night"}
    begun = api.post(f"{origin}/api/exercises", data=wanted, headers=OURS).json()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    signed = {"name": "ann", "password": PASSWORD}
    assert context.request.post(f"{origin}/api/session", data=signed, headers=OURS).ok
    learner = context.new_page()
    learner.goto(f"{origin}/runs/{begun['runs'][0]['id']}")
    learner.get_by_text("Running", exact=True).wait_for()
    yield Lesson(f"{origin}/exercises/{begun['id']}", learner)
    context.close()
    end_all(signed_in, serving)


def test_joins_a_terminal_to_watch_and_to_help(page: Page, lesson: Lesson) -> None:
    page.goto(lesson.console)
    page.get_by_role("link", name=re.compile("^Join Ann")).click()
    expect(page.get_by_text("You watch Ann.")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_disabled()
    open_terminal(lesson.learner, "desk", "trainee")
    lesson.learner.keyboard.type("echo stuck-$((40+2))\n")
    seen = page.locator(".xterm-rows").last
    expect(seen).to_contain_text("stuck-42")
    page.locator(".xterm-helper-textarea").last.focus()
    page.keyboard.type("echo help-$((40+3))\n")
    expect(lesson.learner.locator(".xterm-rows").last).to_contain_text("help-43")
    page.get_by_role("link", name="Back to the class").click()
    expect(page).to_have_url(lesson.console)


def test_a_message_appears_where_the_learner_looks(page: Page, lesson: Lesson) -> None:
    page.goto(lesson.console)
    page.get_by_role("button", name="Message to all").click()
    page.get_by_role("textbox", name="Message to all").fill("Look at the manual.")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    told = lesson.learner.locator(".ant-notification-notice").filter(has_text="Look at the manual.")
    expect(told).to_contain_text("Message from exercise control")


def test_steers_one_world_alone(page: Page, lesson: Lesson) -> None:
    page.goto(lesson.console)
    page.get_by_role("button", name="More for Ann").click()
    page.get_by_role("menuitem", name="Advance clocks").hover()
    page.get_by_role("menuitem", name="+1 min", exact=True).click()
    expect(page.get_by_text("Done in 1 sandbox")).to_be_visible()
    page.get_by_role("button", name="More for Ann").click()
    page.get_by_role("menuitem", name="Inject now").hover()
    page.get_by_role("menuitem", name=re.compile("^mains-fail")).click()
    lesson.learner.get_by_text("Timeline", exact=True).click()
    expect(lesson.learner.get_by_text("grid.available").first).to_be_visible()


@pytest.fixture
def small(home: Path) -> Iterator[Serving]:
    """A portal on a machine that takes one sandbox."""
    yield from serve(Serving(arguments=("--sandboxes", "1")))


def test_what_does_not_fit_is_said_and_waits(browser: Browser, small: Serving) -> None:
    context = sign_in(browser, small)
    api, origin = context.request, small.origin
    group(api, origin, "Two", [account(api, origin, name) for name in ("ada", "bob")])
    page = context.new_page()
    page.goto(f"{origin}/packs/blackout")
    page.get_by_role("button", name="Start a class").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Two (2)")  # the only group
    expect(dialog.get_by_role("status")).to_contain_text("1 of 2 fit on this machine now.")
    expect(dialog.get_by_role("status")).to_contain_text("1 waits in a queue")
    dialog.get_by_role("button", name="Start a class with 2 sandboxes").click()
    ada = page.get_by_role("row").filter(has_text="Ada")
    bob = page.get_by_role("row").filter(has_text="Bob")
    expect(ada.get_by_text("Running")).to_be_visible()
    expect(bob.get_by_text("Place 1 in the queue")).to_be_visible()
    page.get_by_role("button", name="More for Ada").click()
    page.get_by_role("menuitem", name="End this run").click()
    page.get_by_role("dialog").get_by_role("button", name="End this run").click()
    expect(ada.get_by_text("Ended", exact=True)).to_be_visible()
    expect(bob.get_by_text("Running")).to_be_visible()
    end_all(context, small)
    context.close()
