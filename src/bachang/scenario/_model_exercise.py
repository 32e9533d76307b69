"""The half of a scenario that stays outside the sandbox: who acts, what is solved, what counts.

The words are those of the OCR SDL. Field docstrings are the help that an editor shows.
"""

# ruff: noqa: RUF012 - pydantic gives every model its own copy of a default
from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveInt, model_validator

from bachang.scenario._model_base import Raw, Text, choose_one
from bachang.scenario._values import (
    AnyValue,
    Line,
    Name,
    PackPath,
    Score,
    Seconds,
    Texts,
    mistake,
)


class Program(Raw):
    """A command as a granted user on a granted host."""

    actor: str | None = None
    """Whose host and user are meant."""
    host: str | None = None
    user: str | None = None
    run: PackPath | None = None
    """A script of the pack (`.py`, `.sh`), fed to its interpreter on the host."""
    args: Texts = []
    """Arguments of the script."""
    command: Texts | None = None
    """A command line of the host."""
    timeout: Seconds = 30.0

    @model_validator(mode="after")
    def _complete(self) -> Program:
        choose_one(self, "run", "command")
        return self


class Action(Program):
    """A step of an automated actor."""

    name: Name
    at: Seconds
    repeat: Annotated[Seconds, Field(gt=0)] | None = None
    """Again after so long, until the story ends."""
    title: Text | None = None


class Actor(Raw):
    """Whoever acts."""

    role: Literal["red", "blue", "green", "white"]
    title: Text | None = None
    host: str | None = None
    user: str | None = None
    actions: list[Action] = []


class Weakness(Raw):
    """A planted fault and its three probes."""

    title: Text
    text: Text | None = None
    techniques: Texts = []
    """Keys such as `ics:T0836`, `CWE-306`."""
    exploit: Program | None = None
    exploited: Line | None = None
    """Expression, or name of a condition, that holds once the exploit succeeded."""
    fix: Program | None = None
    service: Program | None = None
    serving: Line | None = None
    """Expression, or name of a condition, that holds while the function works."""
    settle: Seconds = 2.0
    """How long a condition may take to hold after a probe."""
    off: dict[str, AnyValue] = {}
    """Dotted path in this file to a value: the scenario without the weakness."""


class Condition(Raw):
    """A statement over the world, in CEL."""

    expression: Line
    for_: Annotated[Seconds, Field(alias="for")] = 0.0
    """It must hold without a break for so long."""
    description: Text | None = None


def _expression(value: Any) -> Any:
    return {"expression": value} if isinstance(value, str) else value


ConditionOrExpression = Annotated[
    Condition, BeforeValidator(_expression, json_schema_input_type=str | Condition)
]


class Hint(Raw):
    """A help that costs points."""

    text: Text
    penalty: NonNegativeInt = 0


def _hint(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Answer(Raw):
    """What a task accepts."""

    values: list[Line] | None = None
    flag: Name | None = None
    condition: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Answer:
        choose_one(self, "values", "flag", "condition")
        return self


def _answer(value: Any) -> Any:
    if isinstance(value, str):
        return {"values": [value]}
    return {"values": value} if isinstance(value, list) else value


class Solution(Program):
    """The reference solution of a task."""

    answer: str | None = None
    """What to submit; without it the last line of the output, or the expected value."""

    @model_validator(mode="after")
    def _complete(self) -> Solution:
        if self.run is not None or self.command is not None or self.answer is None:
            choose_one(self, "run", "command")
        return self


class Task(Raw):
    """One thing to solve."""

    level: PositiveInt = 1
    title: Text
    text: Text
    points: PositiveInt
    answer: Annotated[
        Answer, BeforeValidator(_answer, json_schema_input_type=Line | list[Line] | Answer)
    ]
    hints: list[Annotated[Hint, BeforeValidator(_hint, json_schema_input_type=str | Hint)]] = []
    wrong_penalty: NonNegativeInt = 0
    max_attempts: NonNegativeInt = 0
    """0: any number."""
    requires: Texts = []
    solution: Solution | None = None


class Metric(Raw):
    """Points for a condition that came to hold, or for a task."""

    condition: str | None = None
    task: str | None = None
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
    min_score: Score


class Objective(Raw):
    """A training objective, met when its evaluation is passed."""

    evaluation: str
    title: Text | None = None


class Goal(Raw):
    """A group of objectives."""

    objectives: Texts
    title: Text | None = None


class Inject(Raw):
    """Something that exercise control does or says."""

    point: Line | None = None
    """A point to set, e.g. `grid.available`."""
    value: AnyValue = None
    program: Program | None = None
    message: Text | None = None
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
    conditions: Texts = []
    """The event waits for all of them, at most until its script ends."""


class Script(Raw):
    """Events on a time line."""

    start: Seconds = 0.0
    end: Seconds
    events: dict[str, Seconds]
    speed: Annotated[float, Field(gt=0)] = 1.0


class Story(Raw):
    """Scripts side by side."""

    scripts: Texts
    speed: Annotated[float, Field(ge=1)] = 1.0
    actors: Texts = []
    """Automated actors that play in it; without it all of them."""
