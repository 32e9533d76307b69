"""From a pack to a score, by the command alone, and what is left when all is over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bachang.engine import LocalEngine
from bachang.exercise import replay
from bachang.fabric.leaks import wait_clean
from tests.cli.calling import BLACKOUT, bachang

AHEAD_S = 0.1
"""The agent's clock begins with the plant's; between two events of it, it may be ahead by this."""


@pytest.fixture(autouse=True)
def own_home(home: Path) -> Iterator[None]:
    """A machine on which nothing ever ran; what a failed test leaves is ended."""
    yield
    bachang("down", "--all")


def test_the_whole_line(tmp_path: Path) -> None:
    up = bachang("up", str(BLACKOUT), "--json")
    assert json.loads(up.out)["state"] == "running"
    desk = ("exec", "blackout", "desk", "--user", "trainee", "--")
    assert "10.20.30.12" in bachang(*desk, "modbus", "devices").out
    assert bachang(*desk, "sh", "-c", "cat; exit 7", stdin="typed").out == "typed"
    wrong = bachang("submit", "blackout", "way-in", "10.0.0.1")
    assert (wrong.status, wrong.out) == (1, "wrong: not the answer\n")
    hint = bachang("hint", "blackout", "way-in")
    assert hint.out.startswith("hint 1 of 2, −5 points\n")
    solved = bachang("submit", "blackout", "way-in", "10.20.30.12")
    assert (solved.status, solved.out) == (0, "solved: right\n")
    again = bachang("submit", "blackout", "way-in", "10.20.30.12")
    assert (again.status, again.out) == (1, "refused: already solved\n")
    (now,) = json.loads(bachang("ps", "blackout", "--json").out)
    until = str(now["sandbox_time_s"] + 40)
    played = bachang("play", "blackout", "--story", "demo", "--fast", "--until", until)
    assert "The mains are gone." in played.out

    before = json.loads(bachang("score", "blackout", "--json").out)
    assert (before["points"], before["max_points"]) == (45, 1000)
    rescored = bachang("score", "blackout", "--rescore")
    assert "same result from" in rescored.out
    page = tmp_path / "report.html"
    assert bachang("report", "blackout", "--output", str(page)).status == 0
    assert "复盘报告" in page.read_text(encoding="utf-8")

    assert bachang("down", "blackout").out.startswith("down blackout")
    assert wait_clean() == []
    after = json.loads(bachang("score", "blackout", "--json").out)
    assert after["points"] == before["points"]
    record = LocalEngine().record_of("blackout")
    assert replay(record.plan, record.events).equal
    times = [event.sandbox_time_s for event in record.events]
    assert all(later > sooner - AHEAD_S for sooner, later in pairwise(times))
    told = " ".join(str(event.data) for event in record.events)
    assert record.plan.seed not in told


def test_each_machine_has_its_own_flags_and_each_name_its_own_seed() -> None:
    engine = LocalEngine()
    assert engine.seed_for("a") == LocalEngine().seed_for("a")
    assert len(bytes.fromhex(engine.seed_for("a"))) == 32
    assert len({engine.seed_for("a"), engine.seed_for("b"), engine.seed_for("a", "ann")}) == 3
