"""Tests of several processes take turns: together, or one alone."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.turns import turn
from tests.waiting import blocked, until


def _come(folder: Path, came: list[str], name: str, *, alone: bool) -> threading.Thread:
    """Somebody comes now, is noted once let in, and leaves."""

    def visit() -> None:
        with turn(folder, alone=alone):
            came.append(name)

    thread = threading.Thread(target=visit)
    thread.start()
    return thread


def test_others_are_in_together(tmp_path: Path) -> None:
    with turn(tmp_path, alone=False), turn(tmp_path, alone=False):
        assert blocked() == 0


def test_nobody_comes_in_while_one_is_alone(tmp_path: Path) -> None:
    came: list[str] = []
    with turn(tmp_path, alone=True):
        other = _come(tmp_path, came, "other", alone=False)
        until(lambda: blocked() == 1)
        assert came == []
    other.join(10)
    assert came == ["other"]


def test_who_waits_to_be_alone_is_not_overtaken(tmp_path: Path) -> None:
    came: list[str] = []
    with turn(tmp_path, alone=False):
        first = _come(tmp_path, came, "alone", alone=True)
        until(lambda: blocked() == 1)
        second = _come(tmp_path, came, "late", alone=False)
        until(lambda: blocked() == 2)
        assert came == []
    for one in (first, second):
        one.join(10)
    assert came == ["alone", "late"]
