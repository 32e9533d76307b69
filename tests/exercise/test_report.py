"""The report: safe with hostile text, self-contained, complete, the same from any order."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from bachang.exercise.report import render
from bachang.exercise.report._names import Names
from bachang.exercise.report._physics import physics
from bachang.exercise.report._weaknesses import seen
from bachang.journal import Event
from bachang.plan import Exercise
from tests.exercise.recorded import PLAN, recorded

EVENTS = recorded()
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x00"

VOID = {"meta", "br", "img", "input", "circle", "path", "polyline"}


class Page(HTMLParser):
    """Checks that tags are balanced, and collects what a browser would load or run."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def poisoned(value: Any) -> Any:
    """The same data with hostile text in every string."""
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, dict):
        return {str(key) + HOSTILE: poisoned(inner) for key, inner in value.items()}
    return value


def test_it_is_well_formed_and_needs_nothing_else() -> None:
    content = render(PLAN, EVENTS)
    page = Page(content)
    assert all(tag not in ("link", "iframe", "object", "form") for tag, _ in page.tags)
    for _, attributes in page.tags:
        for name in ("src", "href"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:image/svg+xml;base64,"))
        assert not [name for name in attributes if name.startswith("on")]
    assert "http:" not in re.sub(r'"data:[^"]*"', "", content)
    assert "https:" not in content


def test_only_its_own_script_may_run() -> None:
    content = render(PLAN, EVENTS)
    policy = Page(content).all("meta")[1]["content"] or ""
    (script,) = re.findall(r"<script>(.*?)</script>", content, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_stays_text(language: str) -> None:
    poison = {"en": HOSTILE, "zh": HOSTILE}
    actors = tuple(dataclasses.replace(a, title=poison, actions=()) for a in PLAN.exercise.actors)
    tasks = tuple(dataclasses.replace(t, title=poison) for t in PLAN.exercise.tasks)
    exercise = dataclasses.replace(PLAN.exercise, actors=actors, tasks=tasks)
    plan = dataclasses.replace(PLAN, title=poison, description=poison, exercise=exercise)
    events = [
        event
        if event.kind == "points.sampled"
        else dataclasses.replace(
            event,
            actor=event.actor + HOSTILE,
            subject=event.subject + HOSTILE,
            data=event.data | {"reason": HOSTILE, "output": HOSTILE, "text": poison},
        )
        for event in EVENTS
    ]
    content = render(plan, events, language=language)
    page = Page(content)
    assert len(page.all("script")) == 2
    assert [image["src"][:5] for image in page.all("img") if image["src"]] == ["data:", "data:"]
    assert "alert(1)" in page.text
    assert "\u202e" not in content
    assert "\x00" not in content


def test_hostile_samples_stay_data() -> None:
    events = [
        dataclasses.replace(event, data=poisoned(event.data) | event.data) for event in EVENTS
    ]
    assert len(Page(render(PLAN, events)).all("script")) == 2


def test_it_says_how_it_went() -> None:
    text = Page(render(PLAN, EVENTS)).text
    for words in (
        "Blackout in the data hall",
        "机房大停电",
        "235 of 满分 300",
        "The genset takes its mode from anybody",
        "Puts the genset into MANUAL",
        "Platform fault: zygote",
        "+ 1 not counted",
        "The genset carries the hall.",
        f"{len(EVENTS)}",
    ):
        assert words in text


def test_everything_the_page_says_exists_in_both_languages() -> None:
    page = Page(render(PLAN, EVENTS))
    spans = [a.get("lang") for a in page.all("span") if a.get("lang")]
    assert spans.count("en") == spans.count("zh") > 50


def test_order_and_repetition_do_not_matter() -> None:
    assert render(PLAN, [*reversed(EVENTS), *EVENTS]) == render(PLAN, EVENTS)


@pytest.mark.parametrize("exercise", [PLAN.exercise, Exercise()])
def test_an_empty_journal_has_a_report(exercise: Exercise) -> None:
    plan = dataclasses.replace(PLAN, exercise=exercise)
    assert "the journal is empty" in Page(render(plan, [])).text


def test_the_charts_hold_what_was_sampled() -> None:
    names = Names(PLAN)
    drawn = physics(PLAN, EVENTS, names)
    assert [chart.title["en"] for chart in drawn.charts] == [
        "Engine speed", "Frequency", "Voltage", "Power", "Energy not supplied", "Without supply",
    ]  # fmt: skip
    (speed,) = drawn.charts[0].lines
    samples = [e for e in EVENTS if e.kind == "points.sampled"]
    assert speed.times == tuple(e.sandbox_time_s for e in samples)
    assert speed.values == tuple(e.data["genset.speed_rpm"] for e in samples)
    mains = drawn.bands[0]
    assert mains.point == "grid.available"
    assert [(round(start), value) for start, _, value in mains.pieces] == [
        (1, True), (19, False), (121, True),
    ]  # fmt: skip


def test_long_journals_are_thinned_but_keep_their_extremes() -> None:
    def sample(second: int) -> Event:
        dip = 43.5 if second == 7777 else 50.0
        return dataclasses.replace(
            EVENTS[0], sequence=second + 1, sandbox_time_s=float(second), kind="points.sampled",
            data={"grid.frequency_hz": dip},
        )  # fmt: skip

    drawn = physics(PLAN, [sample(second) for second in range(20_000)], Names(PLAN))
    (line,) = drawn.charts[0].lines
    assert len(line.times) <= 800
    assert (7777.0, 43.5) in zip(line.times, line.values, strict=True)


def test_an_idle_hour_afterwards_is_not_drawn() -> None:
    last = EVENTS[-1]
    idle = [
        dataclasses.replace(
            last, sequence=last.sequence + n, sandbox_time_s=180.0 + n, kind="points.sampled",
            data={"grid.frequency_hz": 50.0},
        )
        for n in range(1, 3600)
    ]  # fmt: skip
    (end,) = re.findall(r'"end":([\d.]+)', render(PLAN, EVENTS + idle))
    assert float(end) == 198.0


def test_epochs_follow_each_other_on_the_clock() -> None:
    second = [dataclasses.replace(e, epoch=1, sequence=e.sequence + len(EVENTS)) for e in EVENTS]
    drawn = physics(PLAN, EVENTS + second, Names(PLAN))
    assert drawn.resets == (180.0,)
    assert drawn.end_s == 360.0


def test_weaknesses_are_seen_in_the_journal() -> None:
    (found,) = seen(PLAN, EVENTS, lambda event: event.sandbox_time_s)
    assert (found.attacked_s, found.exploited_s, found.fixed_s) == ((8.0,), (9.0,), 40.0)


def test_an_outcome_that_nobody_caused_is_no_effect() -> None:
    quiet = [e for e in EVENTS if e.kind not in ("action.ran", "command.applied")]
    (found,) = seen(PLAN, quiet, lambda event: event.sandbox_time_s)
    assert found.exploited_s == ()


def test_bands_stand_in_the_plan_s_order() -> None:
    """A store gives the points of a sample in the order of their names."""
    by_name = [dataclasses.replace(e, data=dict(sorted(e.data.items()))) for e in EVENTS]
    drawn = physics(PLAN, by_name, Names(PLAN))
    assert [band.point for band in drawn.bands] == [
        "grid.available",
        "genset.mode",
        "genset.state",
        "ats.state",
        "feeder.supplied",
        "feeder.shedding",
    ]


def test_the_numbers_for_the_cross_hair_are_json() -> None:
    content = render(PLAN, EVENTS)
    (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', content)
    data = json.loads(block)
    assert data["end"] == 180.0
    assert all(len(line["t"]) == len(line["v"]) for line in data["lines"])
    assert len(data["lines"]) == len(re.findall("<output ", content))


def test_why_an_inject_failed_is_told_in_the_language_of_the_page() -> None:
    last = EVENTS[-1]
    reason = "exercise control was away until its script had ended"
    failed = dataclasses.replace(
        last,
        sequence=last.sequence + 1,
        actor="white",
        kind="inject.failed",
        subject="mains-return",
        data={"reason": reason},
    )
    text = Page(render(PLAN, [*EVENTS, failed])).text
    assert f"Inject failed: mains-return 注入失败：mains-return {reason} 导调程序停顿" in text
