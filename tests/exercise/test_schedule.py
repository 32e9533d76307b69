"""When things are due, by the rules of the OCR SDL."""

from __future__ import annotations

import dataclasses

import pytest

from bachang.exercise import UnknownStoryError, schedule
from bachang.plan import Exercise, Script, Story, StoryEvent
from tests.exercise.memory import EXERCISE


def times(exercise: Exercise) -> dict[str, tuple[float, float]]:
    return {due.event.name: (due.start_s, due.end_s) for due in schedule(exercise).events}


def test_times_are_divided_by_both_speeds() -> None:
    stories = (Story(name="day", scripts=("morning",), speed=4.0),)
    assert times(dataclasses.replace(EXERCISE, stories=stories)) == {
        "blackout": (5.0, 15.0),
        "aftermath": (7.5, 15.0),
        "mistake": (12.5, 15.0),
    }


def test_the_first_script_and_the_first_story_win() -> None:
    exercise = Exercise(
        events=(StoryEvent(name="e", injects=()),),
        scripts=(
            Script(name="a", start_s=0, end_s=100, events={"e": 50}),
            Script(name="b", start_s=0, end_s=10, events={"e": 5}),
        ),
        stories=(
            Story(name="slow", scripts=("b", "a")),
            Story(name="fast", scripts=("a",), speed=10.0),
        ),
    )
    assert times(exercise) == {"e": (50.0, 100.0)}


def test_a_script_without_a_story_does_not_happen() -> None:
    assert times(dataclasses.replace(EXERCISE, stories=())) == {}


def test_without_a_story_the_actors_set_the_end() -> None:
    plan = schedule(dataclasses.replace(EXERCISE, stories=()))
    assert [due.key for due in plan.actions] == ["clerk/work", "intruder/poke"]
    assert plan.end_s == 10.0


def test_actors_are_those_that_the_stories_name() -> None:
    story = Story(name="day", scripts=("morning",), actors=("clerk",))
    named = dataclasses.replace(EXERCISE, stories=(story,))
    assert [due.key for due in schedule(named).actions] == ["clerk/work"]
    assert [due.key for due in schedule(named, actors=["intruder"]).actions] == ["intruder/poke"]


def test_one_story_of_several() -> None:
    with pytest.raises(UnknownStoryError, match="no story 'x'; the scenario's stories: day"):
        schedule(EXERCISE, story="x")
    assert len(schedule(EXERCISE, story="day").events) == 3


def test_an_action_s_occurrences() -> None:
    poke = schedule(EXERCISE).actions[1]
    assert [poke.occurrence(t) for t in (9.9, 10, 29.9, 30, 71)] == [None, 0, 0, 1, 3]
    assert [poke.start_s(n) for n in (0, 1, 3)] == [10, 30, 70]
    work = schedule(EXERCISE).actions[0]
    assert [work.occurrence(t) for t in (5, 500)] == [0, 0]
    assert work.start_s(1) is None
