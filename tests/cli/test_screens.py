"""What the command shows, character by character."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from bachang.cli._timeline import Timeline
from bachang.journal import Event
from tests.cli.screens import GOLDEN, SCREENS, drawn
from tests.exercise.recorded import PLAN, recorded


@pytest.mark.parametrize("name", SCREENS)
def test_screens_are_as_agreed(name: str) -> None:
    """A changed screen is a decision: ``python -m tests.cli.screens`` writes it down."""
    assert drawn(name) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCREENS)
def test_screens_fit(name: str) -> None:
    assert max(cell_len(line) for line in drawn(name).splitlines()) <= SCREENS[name][0]


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SCREENS)


def test_pieces_of_a_journal_are_told_as_the_whole() -> None:
    """Whether events come one by one or at once decides only what stands in one line."""
    events, timeline = recorded(), Timeline(PLAN)
    whole = [line.words for line in Timeline(PLAN).lines(events)]
    pieces = [line.words for event in events for line in timeline.lines([event])]
    assert set(whole) <= set(pieces) | {line for line in whole if "; " in line or " → " in line}
    assert len(pieces) >= len(whole)


def test_a_line_shows_the_world_after_it_happened() -> None:
    (line,) = [
        one for one in Timeline(PLAN).lines(recorded()) if one.words == "Mains available → ✗"
    ]
    assert "OFF" in line.gauges[0]


def _event(number: int, kind: str, actor: str, **data: object) -> Event:
    return Event(
        sandbox="s", epoch=0, sequence=number, wall_time_s=number, sandbox_time_s=number,
        actor=actor, kind=kind, subject=f"{actor.rpartition('/')[2]}/act", data=data,
    )  # fmt: skip


def _words(*events: Event) -> list[str]:
    return [line.words for line in Timeline(PLAN).lines(events)]


def test_an_attack_that_fails_is_blocked() -> None:
    trace = 'Traceback (most recent call last):\n  File "x"\nTimeoutError: timed out'
    start = _event(1, "action.started", "red/ann", occurrence=0)
    end = _event(2, "action.ran", "red/ann", status=1, output=trace)
    assert _words(start, end) == ["act", "└ [bold]blocked[/] [dim]TimeoutError: timed out[/]"]


def test_routine_is_told_once_and_when_it_changes() -> None:
    rounds = [
        _event(n, "action.ran", "green/li", status=status, output=f"round {n}")
        for n, status in enumerate((0, 0, 1, 1, 0, 0), 1)
    ]
    assert _words(*rounds) == [
        "act [dim]round 1[/]",
        "act [bold]failed[/] [dim]round 3[/]",
        "act [green]works again[/] [dim]round 5[/]",
    ]


def test_what_participants_wrote_is_no_markup() -> None:
    (words,) = _words(_event(1, "action.ran", "green/li", status=0, output="[red]x[/]"))
    assert words == "act [dim]\\[red]x\\[/][/]"
