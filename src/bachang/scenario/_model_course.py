"""What an exercise is worth and what happens in it: scores, injects, stories.

The words are those of the OCR SDL. Field docstrings are the help that an editor shows.
"""

# ruff: noqa: RUF012 - pydantic gives every model its own copy of a default
from __future__ import annotations

from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from bachang.scenario._model_base import Raw, Text, choose_one
from bachang.scenario._model_exercise import Program
from bachang.scenario._values import AnyValue, Line, Score, Seconds, Texts, mistake


class Metric(Raw):
    """Points for a condition that came to hold, or for a task."""

    condition: str | None = None
    """Name of a condition, worth `max_score` once it came to hold."""
    task: str | None = None
    """Name of a task, whose points count."""
    max_score: PositiveInt | None = None
    """A task's metric is worth the task's points by itself."""

    @model_validator(mode="after")
    def _one_form(self) -> Metric:
        choose_one(self, "condition", "task")
        if self.condition is not None and self.max_score is None:
            raise mistake("has no `max_score`", "give the points that its condition is worth")
        return self


class Evaluation(Raw):
    """A sum of metrics, passed from `min_score` on."""

    metrics: Texts
    """Names of metrics that are summed."""
    min_score: Score
    """Points, e.g. `120`, or a share of all, e.g. `50%`."""


class Objective(Raw):
    """A training objective, met when its evaluation is passed."""

    evaluation: str
    """Name of the evaluation that decides."""
    title: Text | None = None


class Goal(Raw):
    """A group of objectives."""

    objectives: Texts
    """Names of its training objectives."""
    title: Text | None = None


class Inject(Raw):
    """Something that exercise control does or says."""

    point: Line | None = None
    """A point to set, e.g. `grid.available`."""
    value: AnyValue = None
    """What the point is set to."""
    program: Program | None = None
    """A command to run in a host."""
    message: Text | None = None
    """What is said to the trainees."""
    to: Texts = []
    """Actors that get the message."""

    @model_validator(mode="after")
    def _one_form(self) -> Inject:
        choose_one(self, "point", "program", "message")
        if (self.point is None) != (self.value is None):
            raise mistake("has half a command", "give `point` and `value` together")
        return self


class Event(Raw):
    """Injects that happen together."""

    injects: Texts = []
    """Names of injects."""
    conditions: Texts = []
    """The event waits for all of them, at most until its script ends."""


class Script(Raw):
    """Events on a time line."""

    start: Seconds = 0.0
    """No event comes before it."""
    end: Seconds
    """No event comes after it, and none waits longer; the last end is that of the story."""
    events: dict[str, Seconds]
    """Names of events, and when each happens."""
    speed: Annotated[float, Field(gt=0)] = 1.0
    """Its times are divided by it."""


class Story(Raw):
    """Scripts side by side."""

    scripts: Texts
    """Names of scripts, which run at the same time."""
    speed: Annotated[float, Field(ge=1)] = 1.0
    """All times of its scripts are divided by it once more."""
    actors: Texts = []
    """Automated actors that play in it; without it all of them."""
