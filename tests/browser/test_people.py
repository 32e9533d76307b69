"""People come by invitation, are put into groups, locked, and look after themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.serving import Serving

pytestmark = pytest.mark.slow
PASSWORD = "a long enough password"  # noqa: S105 - of nobody
NEXT = "another long password"


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A browser in which nobody has signed in."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_problems_are_told_in_the_language_that_the_page_was_switched_to(
    stranger: Page, serving: Serving
) -> None:
    """The browser itself likes English best."""
    stranger.goto(serving.origin)
    stranger.get_by_label("Name", exact=True).fill("nobody")
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in", exact=True).click()
    told = stranger.get_by_role("alert").filter(has_text="password is wrong")
    expect(told).to_contain_text("check both, or ask an administrator")
    stranger.get_by_role("button", name=re.compile("中文")).click()
    stranger.get_by_role("button", name="登录", exact=True).click()
    told = stranger.get_by_role("alert").filter(has_text="未登录")
    expect(told).to_contain_text("用户名或密码不对")
    expect(told).to_contain_text("请检查两者，或联系管理员。")


def make_group(page: Page, serving: Serving, title: str) -> None:
    page.goto(f"{serving.origin}/people/groups")
    page.get_by_role("button", name="New group").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def invited_to(page: Page) -> str:
    """Make an invitation into the group that is shown; gives its link."""
    page.get_by_role("button", name="Invite into this group").click()
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    link = page.get_by_role("dialog").locator("code").inner_text()
    page.get_by_role("button", name="Done").click()
    return link


def join(stranger: Page, link: str, name: str) -> None:
    stranger.goto(link)
    expect(stranger).to_have_url(re.compile("/join$"))  # the token is in no history
    stranger.get_by_label("Name", exact=True).fill(name)
    stranger.get_by_label("Name for people").fill(name.title())
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Make the account").click()


def test_an_invitation_makes_an_account_in_the_group(
    page: Page, serving: Serving, stranger: Page
) -> None:
    make_group(page, serving, "Monday")
    join(stranger, invited_to(page), "ada")
    expect(stranger.get_by_role("heading", name="Library")).to_be_visible()
    expect(stranger.get_by_role("button", name=re.compile("Ada"))).to_be_visible()
    expect(stranger.get_by_role("link", name="People")).to_have_count(0)  # a trainee gathers nobody
    page.reload()
    group = page.get_by_role("region", name="Monday")
    expect(group.get_by_role("row", name=re.compile("Ada"))).to_be_visible()


def test_a_revoked_invitation_opens_no_more(page: Page, serving: Serving, stranger: Page) -> None:
    make_group(page, serving, "Tuesday")
    link = invited_to(page)
    page.get_by_role("tab", name="Invitations").click()
    row = page.get_by_role("row").filter(has_text="Tuesday")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    join(stranger, link, "eve")
    expect(stranger.get_by_role("alert")).to_contain_text("this invitation is not valid")


def new_account(page: Page, serving: Serving, name: str) -> None:
    page.goto(f"{serving.origin}/people/accounts")
    page.get_by_role("button", name="New account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("row", name=re.compile(name))).to_be_visible()


def sign_in(stranger: Page, serving: Serving, name: str, password: str) -> None:
    stranger.goto(serving.origin)
    stranger.get_by_label("Name", exact=True).fill(name)
    stranger.get_by_label("Password").fill(password)
    stranger.get_by_role("button", name="Sign in").click()


def test_an_administrator_gives_roles_and_locks(
    page: Page, serving: Serving, stranger: Page
) -> None:
    new_account(page, serving, "grace")
    row = page.get_by_role("row", name=re.compile("grace"))
    row.get_by_role("button", name="Edit grace").click()
    page.get_by_role("dialog").get_by_role("checkbox", name=re.compile("Instructor")).check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(row.get_by_text("Instructor")).to_be_visible()
    sign_in(stranger, serving, "grace", PASSWORD)
    expect(stranger.get_by_role("link", name="Classes")).to_be_visible()
    row.get_by_role("button", name="More: grace").click()
    page.get_by_role("menuitem", name="Lock", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    expect(row.get_by_text("Locked")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(stranger, serving, "grace", PASSWORD)
    expect(stranger.get_by_role("alert")).to_contain_text("name or password is wrong")


def test_one_changes_the_own_password_and_ends_other_sessions(
    page: Page, serving: Serving, stranger: Page, browser: Browser
) -> None:
    new_account(page, serving, "linus")
    elsewhere = browser.new_context(locale="en-GB")
    other = elsewhere.new_page()
    for one in (stranger, other):
        sign_in(one, serving, "linus", PASSWORD)
        expect(one.get_by_role("heading", name="Library")).to_be_visible()
    stranger.goto(f"{serving.origin}/profile")
    expect(stranger.get_by_text("Another browser")).to_be_visible()
    stranger.get_by_role("button", name="Sign out everywhere else").click()
    expect(stranger.get_by_text("Another browser")).to_have_count(0)
    other.reload()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    stranger.get_by_label("Current password").fill(PASSWORD)
    stranger.get_by_label("New password", exact=True).fill(NEXT)
    stranger.get_by_label("New password again").fill(NEXT)
    stranger.get_by_role("button", name="Change password").click()
    expect(stranger.get_by_text("Everywhere else you are signed out")).to_be_visible()
    sign_in(other, serving, "linus", NEXT)
    expect(other.get_by_role("heading", name="Library")).to_be_visible()
    elsewhere.close()


def test_the_audit_log_shows_who_did_what_and_that_nothing_was_changed(
    page: Page, serving: Serving, signed_in: BrowserContext
) -> None:
    made = signed_in.request.post(
        f"{serving.origin}/api/groups", data={"title": "For the log"}, headers={"X-Bachang": "1"}
    )
    page.goto(f"{serving.origin}/people/audit")
    row = page.get_by_role("row").filter(has_text=made.json()["id"])
    expect(row).to_contain_text("group.created")
    expect(row).to_contain_text("For the log")
    expect(page.get_by_role("status").filter(has_text="Intact")).to_be_visible()
