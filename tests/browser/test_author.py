"""An author makes a pack, writes, is told what is wrong, proves it; an operator looks after it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.serving import Serving
from tests.browser.test_pages import SIZES

pytestmark = pytest.mark.slow

API = {"X-Bachang": "1"}
_PACK = Path(__file__).parents[2] / "packs" / "blackout"


def test_a_copy_is_made_from_the_library(page: Page, serving: Serving) -> None:
    page.goto(f"{serving.origin}/packs/blackout")
    page.get_by_role("button", name="Make a copy to edit").click()
    page.get_by_label("Name").fill("my-blackout")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/packs/my-blackout/edit")
    expect(page.get_by_text("A strict reader finds nothing.")).to_be_visible()
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.request.delete(f"{serving.origin}/api/packs/my-blackout", headers=API)


def test_a_pack_is_brought_as_an_archive(page: Page, serving: Serving, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "Night Shift"), "zip", _PACK)
    page.goto(serving.origin)
    page.get_by_role("button", name="New pack").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("ZIP archive with a pack").click()
    chooser.value.set_files(archive)
    expect(page.get_by_role("dialog")).to_contain_text("Night Shift.zip")
    expect(page.get_by_label("Name")).to_have_value("night-shift")
    expect(page.get_by_label("Title")).to_have_count(0)
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/packs/night-shift/edit")
    expect(page.get_by_text("A strict reader finds nothing.")).to_be_visible()
    page.request.delete(f"{serving.origin}/api/packs/night-shift", headers=API)


def test_an_archive_that_holds_no_pack_is_refused(
    page: Page, serving: Serving, tmp_path: Path
) -> None:
    (tmp_path / "odd.zip").write_text("no archive")
    page.goto(serving.origin)
    page.get_by_role("button", name="New pack").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("ZIP archive with a pack").click()
    chooser.value.set_files(tmp_path / "odd.zip")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("ZIP")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


APART = """(one, other) => {
  const [a, b] = [one, other].map(each => each.getBoundingClientRect());
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
}"""
"""Whether nothing of an element lies over another."""


def test_writing_is_completed_checked_compared_and_saved(page: Page, atelier: str) -> None:
    page.goto(atelier)
    editor = page.get_by_role("textbox", name="Text of scenario.yaml")
    line = editor.get_by_text("networks: {office: 10.20.10.21}")
    line.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("net_a")
    offered = page.locator(".cm-tooltip-autocomplete li", has_text="net_admin")
    expect(offered).to_have_text("net_admin")
    offered.click()
    page.keyboard.type("maybe")
    expect(page.get_by_role("button", name=re.compile("hosts.server.net_admin"))).to_be_visible()
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    for _ in "maybe":
        page.keyboard.press("Backspace")
    page.keyboard.type("true")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(0)
    page.get_by_role("tab", name="Changes").click()
    changed = page.get_by_role("tabpanel", name="Changes")
    expect(changed.get_by_text("server", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="1 not saved")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("All saved")).to_be_visible()
    expect(changed.get_by_text("The plan is the same.")).to_be_visible()
    page.reload()
    expect(editor.get_by_text("net_admin")).to_be_visible()


def test_what_a_key_is_for_covers_no_other_key_on_a_phone(page: Page, atelier: str) -> None:
    page.set_viewport_size(SIZES["phone"])
    page.goto(atelier)
    editor = page.get_by_role("textbox", name="Text of scenario.yaml")
    editor.get_by_text("networks:").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("  wide: {")
    page.keyboard.press("Control+Space")
    offered = page.locator(".cm-tooltip-autocomplete > ul")
    told = page.locator(".cm-completionInfo")
    for key in ("cidr", "delay", "ipv6"):
        expect(offered.locator("[aria-selected]")).to_have_text(key)
        expect(told).not_to_contain_text("`")
        assert told.evaluate(APART, offered.element_handle())
        page.keyboard.press("ArrowDown")


def test_what_is_wrong_leaves_the_map_its_controls(page: Page, atelier: str) -> None:
    page.goto(atelier)
    page.locator(".react-flow__node").first.wait_for()
    page.get_by_role("textbox", name="Text of scenario.yaml").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("[")
    note = page.get_by_text("The map shows the world as it could be read last.")
    expect(note).to_be_visible()
    controls = page.locator(".react-flow__controls")
    assert note.evaluate(APART, controls.element_handle())


def test_what_is_wrong_is_told_in_chinese(
    browser: Browser, signed_in: BrowserContext, serving: Serving, atelier: str
) -> None:
    state = signed_in.storage_state()
    context = browser.new_context(
        storage_state=state, locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(atelier)
    editor = page.get_by_role("textbox", name="scenario.yaml")
    editor.get_by_text("networks: {office: 10.20.10.21}").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("gate")
    expect(page.locator(".cm-completionInfo")).to_contain_text("默认路由经过的路由器")
    for _ in "gate":
        page.keyboard.press("Backspace")
    page.keyboard.type("net_admi: maybe")
    finding = page.get_by_role("button", name=re.compile("hosts.server.net_admi"))
    expect(finding).to_contain_text("未知的键 net_admi")
    expect(finding).to_contain_text("是否指 net_admin？")
    page.locator(".cm-lint-marker-error").hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("未知的键 net_admi")
    page.close()
    context.close()


def test_a_pack_is_proven_live(page: Page, atelier: str) -> None:
    page.goto(atelier)
    page.get_by_role("tab", name="Proof").click()
    expect(page.get_by_text("Never verified here")).to_be_visible()
    expect(page.get_by_role("link", name="Whole report")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Verify$")).click()
    expect(page.get_by_text("Being verified in living sandboxes")).to_be_visible()
    expect(page.get_by_text("Verified", exact=True)).to_be_visible()
    page.get_by_role("link", name="Whole report").click()
    expect(page.get_by_role("heading", name="Verification")).to_be_visible()
    expect(page.get_by_text("Look around: solved only as meant")).to_be_visible()


def test_what_is_not_saved_is_not_left_by_accident(page: Page, atelier: str) -> None:
    page.goto(atelier)
    editor = page.get_by_role("textbox", name="Text of scenario.yaml")
    editor.click()
    page.keyboard.type("# more")
    page.get_by_role("link", name="Library").click()
    page.get_by_role("button", name="Stay").click()
    expect(page).to_have_url(atelier)
    expect(editor.get_by_text("# more")).to_be_visible()


def test_the_operator_sees_whose_sandboxes_run(
    page: Page, serving: Serving, run_address: str
) -> None:
    page.goto(f"{serving.origin}/machine")
    run = run_address.rsplit("/", 1)[-1]
    row = page.get_by_role("row").filter(has_text=run)
    expect(row.get_by_role("link", name="Local")).to_be_visible()
    expect(row).to_contain_text("MiB")
    expect(page.get_by_text("Virtual links and bridges")).to_be_visible()
    expect(page.get_by_role("button", name="Clean up")).to_be_disabled()
