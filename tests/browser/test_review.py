"""Runs that have ended are looked back at: zoomed, replayed, compared, taken away, on a wall."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import start_training
from tests.browser.serving import Serving
from tests.browser.test_pages import SIZES
from tests.browser.test_trainee import open_terminal

pytestmark = pytest.mark.slow
OURS = {"X-Bachang": "1"}


@dataclass(frozen=True)
class Past:
    """Two trainings that have ended, the first one with a solved task and a terminal."""

    first: str
    second: str
    exercise: str


@pytest.fixture(scope="module")
def past(signed_in: BrowserContext, serving: Serving) -> Past:
    api, origin = signed_in.request, serving.origin
    addresses = [start_training(signed_in, serving) for _ in range(2)]
    first, second = [address.rsplit("/", 1)[-1] for address in addresses]
    right = {"task": "way-in", "answer": "10.20.30.12"}
    assert api.post(f"{origin}/api/runs/{first}/answers", headers=OURS, data=right).ok
    page = signed_in.new_page()
    page.goto(addresses[0])
    open_terminal(page, "desk", "trainee")
    page.keyboard.type("echo past-$((40+2))\n")
    expect(page.locator(".xterm-rows").last).to_contain_text("past-42")
    page.close()
    assert api.post(f"{origin}/api/runs/{second}/hints", headers=OURS, data={"task": "way-in"}).ok
    exercises = [api.get(f"{origin}/api/runs/{run}").json()["exercise"] for run in (first, second)]
    for exercise in exercises:
        assert api.post(f"{origin}/api/exercises/{exercise}/end", headers=OURS).ok
    return Past(first, second, exercises[0])


@pytest.fixture
def review(page: Page, serving: Serving, past: Past) -> Page:
    page.goto(f"{serving.origin}/runs/{past.first}/review")
    expect(page.get_by_role("slider")).to_be_visible()
    return page


def clock(page: Page) -> float:
    return float(page.get_by_role("slider").get_attribute("aria-valuenow") or 0)


def test_the_clock_is_zoomed_by_wheel_and_keys_for_all_lanes(review: Page) -> None:
    curve = review.locator("svg[preserveAspectRatio=none]")
    whole = curve.evaluate_all("each => each.map(one => one.getAttribute('viewBox'))")
    review.get_by_role("slider").hover(position={"x": 300, "y": 60}, force=True)
    review.mouse.wheel(0, -300)
    expect(curve.first).not_to_have_attribute("viewBox", whole[0])
    boxes = curve.evaluate_all("each => each.map(one => one.getAttribute('viewBox'))")
    assert len(set(boxes)) == 1, "every lane shows the same part of the clock"
    review.get_by_role("slider").focus()
    review.keyboard.press("0")
    expect(curve.first).to_have_attribute("viewBox", whole[0])
    review.get_by_role("button", name="Zoom in").click()
    expect(curve.first).not_to_have_attribute("viewBox", whole[0])


def test_keys_seek_and_a_replay_moves_everything(review: Page) -> None:
    slider = review.get_by_role("slider")
    end = clock(review)
    screen = review.locator(".xterm-rows")
    expect(screen).to_contain_text("past-42")
    slider.focus()
    review.keyboard.press("Home")
    assert clock(review) == 0
    expect(screen).not_to_contain_text("past-42")
    review.keyboard.press("PageDown")
    assert 0 < clock(review) < end
    review.get_by_role("button", name="Play").click()
    screen.scroll_into_view_if_needed()  # what nobody sees is not drawn
    expect(screen).to_contain_text("past-42")
    expect(review.get_by_role("button", name="Play")).to_be_visible()
    assert clock(review) == pytest.approx(end)


CUT = """lanes => lanes.flatMap(lane => [...lane.querySelectorAll("*")])
  .filter(part => part.clientWidth > 0 && part.scrollWidth > part.clientWidth)
  .map(part => part.textContent)"""
"""What does not fit its place."""


def test_names_of_lanes_are_read_whole_on_a_phone(review: Page, past: Past) -> None:
    review.set_viewport_size(SIZES["phone"])
    lanes = review.locator("[class*=_lane_] > [class*=_label_]")
    expect(lanes.filter(has_text=re.compile("Journal: "))).not_to_have_count(0)
    assert lanes.evaluate_all(CUT) == []
    review.goto(f"{review.url}?beside={past.second}")
    expect(lanes.filter(has_text=re.compile("^Services · "))).to_have_count(2)
    assert lanes.evaluate_all(CUT) == []


OUTSIDE = """ruler => {
  const frame = ruler.getBoundingClientRect();
  return [...ruler.children].map(time => [time, time.getBoundingClientRect()])
    .filter(([, at]) => at.width > 0 && (at.left < frame.left || at.right > frame.right))
    .map(([time]) => time.textContent)
}"""
"""Times that are written across the clock's frame."""


@pytest.mark.parametrize("size", SIZES)
def test_times_are_written_inside_the_frame_of_the_clock(review: Page, size: str) -> None:
    review.set_viewport_size(SIZES[size])
    ruler = review.locator("[class*=_ruler_]")
    assert ruler.evaluate(OUTSIDE) == []
    review.get_by_role("slider").focus()
    for key in ["Home", "+", "+"] + 20 * ["Shift+ArrowRight"]:
        review.keyboard.press(key)
        assert ruler.evaluate(OUTSIDE) == []


TWO_LINES_PX = 26


def test_two_are_compared_on_a_phone_in_lines_of_one_height(review: Page, past: Past) -> None:
    review.set_viewport_size(SIZES["phone"])
    review.goto(f"{review.url}?beside={past.second}")
    values = review.locator("[class*=_legend_] p:has(small) b")
    expect(values).not_to_have_count(0)
    high = values.evaluate_all("all => all.map(one => one.offsetHeight)")
    assert max(high) < TWO_LINES_PX, "a unit stands beside its values"
    services = review.locator("[class*=_stretch_][data-state=up]")
    heights = services.evaluate_all("all => all.map(one => one.clientHeight)")
    assert len(heights) >= 2
    assert len(set(heights)) == 1, "a lane whose name is long is not told with thicker bars"


SHORT_PX = 135
"""A text that is cut off shows as much at least."""
BESIDE = """texts => texts.map(text => ({
  shown: text.offsetTop < text.parentElement.clientHeight,
  whole: text.scrollWidth <= text.clientWidth, px: text.clientWidth}))"""


def test_a_text_beside_a_mark_is_not_cut_short_by_what_follows(review: Page) -> None:
    review.set_viewport_size(SIZES["phone"])
    row = review.get_by_role("row", name=re.compile("The way to the genset"))
    row.get_by_role("button").click()
    review.get_by_role("slider").focus()
    for _ in range(6):
        review.keyboard.press("+")
    text = review.locator("[class*=_mark_] small span", has_text="The way to the genset")
    seen = []
    for key in 8 * ["Shift+ArrowRight"] + 18 * ["Shift+ArrowLeft"]:  # from one end to the other
        review.keyboard.press(key)
        seen += text.evaluate_all(BESIDE)
    assert {each["shown"] for each in seen} == {True, False}
    cut = [each for each in seen if each["shown"] and not each["whole"]]
    assert [each for each in cut if each["px"] < SHORT_PX] == []


def test_the_solved_task_leads_to_its_moment(review: Page) -> None:
    row = review.get_by_role("row", name=re.compile("The way to the genset"))
    expect(row).to_contain_text("50/50")
    row.get_by_role("button").click()
    assert clock(review) > 0
    expect(review.get_by_role("listitem").filter(has_text="Answer").first).to_contain_text(
        "The way to the genset"
    )


def test_two_are_compared_on_one_clock(review: Page, past: Past) -> None:
    review.get_by_role("combobox", name="Compare with").click()
    review.get_by_role("option").first.wait_for(state="attached")
    review.locator(".ant-select-item-option").first.click()
    expect(review).to_have_url(re.compile(f"beside={past.second}"))
    row = review.get_by_role("row", name=re.compile("The way to the genset"))
    expect(row.get_by_role("cell")).to_have_count(2)
    expect(row).to_contain_text("1 hint")
    expect(review.get_by_text(re.compile("^Tasks · "))).to_have_count(2)
    expect(review.get_by_role("slider")).to_have_count(1)


def test_a_report_is_read_and_printed(review: Page, serving: Serving) -> None:
    address = review.get_by_role("link", name="Report").get_attribute("href") or ""
    answer = review.request.get(serving.origin + address)
    assert answer.ok
    assert "Blackout" in answer.text()
    with review.expect_download() as coming:
        review.get_by_role("button", name="PDF").click()
    assert coming.value.path().read_bytes().startswith(b"%PDF-")


FITS = "(it, words) => { it.textContent = words; return it.scrollWidth <= it.clientWidth; }"
"""Whether words are read whole there."""
UNDER = """drawnBy => {
  const its = drawnBy.getBoundingClientRect();
  return [...document.querySelectorAll(".react-flow__node")].filter(node => {
    const at = node.getBoundingClientRect();
    return at.right > its.left && at.bottom > its.top;
  }).map(node => node.textContent)
}"""
"""Nodes that the library's name is written over, in the map's last corner."""


def test_a_wall_plays_an_exercise_that_has_ended(page: Page, serving: Serving, past: Past) -> None:
    page.goto(f"{serving.origin}/exercises/{past.exercise}/board?replay=60")
    expect(page.get_by_text("Recording, 60×")).to_be_visible()
    expect(page.locator(".react-flow__node").first).to_be_visible()
    expect(page.get_by_text("The way to the genset · right")).to_be_visible()
    assert page.locator(".react-flow__attribution").evaluate(UNDER) == []
    gauge = page.locator("[class*=_gauge_] span").first
    assert gauge.evaluate(FITS, "Coolant temperature genset")
    expect(page.get_by_role("row").filter(has_text="50")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_saved_recording_is_played_from_its_file(
    review: Page, serving: Serving, tmp_path: Path
) -> None:
    review.get_by_role("button", name="Recording and big screen").click()
    with review.expect_download() as coming:
        review.get_by_role("menuitem", name="Save recording").click()
    file = tmp_path / "class.json"
    coming.value.save_as(file)
    review.goto(f"{serving.origin}/replay?speed=60")
    nonsense = tmp_path / "nonsense.json"
    nonsense.write_text("{}")
    chooser = review.locator("input[type=file]")
    chooser.set_input_files(nonsense)
    expect(review.get_by_text("This file is no recording of an exercise")).to_be_visible()
    chooser.set_input_files(file)
    expect(review.get_by_text("Recording, 60×")).to_be_visible()
    expect(review.get_by_role("row").filter(has_text="50")).to_be_visible()
