"""What belongs to the command and what to a program in a host; what the Tab key offers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.cli._hosts import _mark_program
from tests.cli.calling import completed

VALUED = {"--user", "-u", "--timeout"}


@pytest.mark.parametrize(
    ("given_words", "marked"),
    [
        ("s h id -u", "s h -- id -u"),
        ("s h --user ann id -u", "s h --user ann -- id -u"),
        ("-u ann s h ls --user x", "-u ann s h -- ls --user x"),
        ("s --timeout=3 h ls -l", "s --timeout=3 h -- ls -l"),
        ("s h --user ann -- ls", "s h --user ann -- ls"),
        ("s h", "s h"),
        ("--help", "--help"),
    ],
)
def test_a_program_begins_after_the_host(given_words: str, marked: str) -> None:
    assert _mark_program(given_words.split(), VALUED) == marked.split()


@given(st.lists(st.text("abc-= ", min_size=1)))
def test_no_word_of_a_program_is_ever_lost(argv: list[str]) -> None:
    marked = _mark_program(["s", "h", "--", *argv], VALUED)
    assert marked[marked.index("--") + 1 :] == argv


def test_bash_completes_commands(tmp_path: Path) -> None:
    assert {"up", "ps", "down"} <= completed(tmp_path, "bachang")
