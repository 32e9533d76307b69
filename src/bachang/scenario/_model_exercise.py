"""Who acts in an exercise and what is solved: stays outside the sandbox.

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
    Seconds,
    Texts,
)


class Program(Raw):
    """A command as a granted user on a granted host."""

    actor: str | None = None
    """Whose host and user are meant."""
    host: str | None = None
    """Where it runs; without it on the actor's host."""
    user: str | None = None
    """Whose account it has there; without it the actor's."""
    run: PackPath | None = None
    """A script of the pack (`.py`, `.sh`), fed to its interpreter on the host."""
    args: Texts = []
    """Arguments of the script."""
    command: Texts | None = None
    """A command line of the host."""
    timeout: Seconds = 30.0
    """It is ended after so long."""

    @model_validator(mode="after")
    def _complete(self) -> Program:
        choose_one(self, "run", "command")
        return self


class Action(Program):
    """A step of an automated actor."""

    name: Name
    """Its name in the journal."""
    at: Seconds
    """When, after the start of the exercise."""
    repeat: Annotated[Seconds, Field(gt=0)] | None = None
    """Again after so long, until the story ends."""
    title: Text | None = None


class Actor(Raw):
    """Whoever acts."""

    role: Literal["red", "blue", "green", "white"]
    """`red` attacks, `blue` defends, `green` uses, `white` controls the exercise."""
    title: Text | None = None
    host: str | None = None
    """Where it acts."""
    user: str | None = None
    """Its account there."""
    actions: list[Action] = []
    """What it does by itself."""


class Weakness(Raw):
    """A planted fault and its three probes."""

    title: Text
    text: Text | None = None
    techniques: Texts = []
    """Keys such as `ics:T0836`, `CWE-306`."""
    exploit: Program | None = None
    """The attack: it succeeds as long as the weakness is there."""
    exploited: Line | None = None
    """Expression, or name of a condition, that holds once the exploit succeeded."""
    fix: Program | None = None
    """The remedy: after it the exploit fails and the service works."""
    service: Program | None = None
    """The legitimate use: it works before and after the fix."""
    serving: Line | None = None
    """Expression, or name of a condition, that holds while the function works."""
    settle: Seconds = 2.0
    """How long a condition may take to hold after a probe."""
    off: dict[str, AnyValue] = {}
    """Dotted path in this file to a value: the scenario without the weakness."""


class Condition(Raw):
    """A statement over the world, in CEL."""

    expression: Line
    """CEL over points and services, e.g. `genset.state == "running"`."""
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
    """What the hint says, in Markdown."""
    penalty: NonNegativeInt = 0
    """Points that it costs."""


def _hint(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Answer(Raw):
    """What a task accepts."""

    values: list[Line] | None = None
    """Texts that are right."""
    flag: Name | None = None
    """Name of a flag that is planted with `${flag:NAME}`."""
    condition: str | None = None
    """Name of a condition that must hold when the trainee submits."""

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
    """Tasks are listed by level, from 1."""
    title: Text
    text: Text
    """What is to be done, in Markdown."""
    points: PositiveInt
    """What it is worth, before hints and wrong answers."""
    answer: Annotated[
        Answer, BeforeValidator(_answer, json_schema_input_type=Line | list[Line] | Answer)
    ]
    hints: list[Annotated[Hint, BeforeValidator(_hint, json_schema_input_type=str | Hint)]] = []
    """Helps that cost points."""
    wrong_penalty: NonNegativeInt = 0
    """Points that each wrong answer costs."""
    max_attempts: NonNegativeInt = 0
    """0: any number."""
    requires: Texts = []
    """Tasks that must be solved before."""
    solution: Solution | None = None
