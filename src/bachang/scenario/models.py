"""What an author writes: the scenario file as models, without behaviour."""

# ruff: noqa: RUF012 - pydantic gives every model its own copy of a default
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from bachang.scenario._model_base import Raw, Text, Words
from bachang.scenario._model_exercise import (
    Action,
    Actor,
    Answer,
    Condition,
    ConditionOrExpression,
    Evaluation,
    Event,
    Goal,
    Hint,
    Inject,
    Metric,
    Objective,
    Program,
    Script,
    Solution,
    Story,
    Task,
    Weakness,
)
from bachang.scenario._model_world import (
    Attachment,
    Content,
    FieldSystem,
    File,
    Host,
    Limits,
    Network,
    Router,
    Service,
    User,
    Variable,
    Zone,
)
from bachang.scenario._values import DomainName, HostName, Identifier, Name

__all__ = [
    "Action",
    "Actor",
    "Answer",
    "Attachment",
    "Condition",
    "Content",
    "Evaluation",
    "Event",
    "FieldSystem",
    "File",
    "Goal",
    "Hint",
    "Host",
    "Inject",
    "Isolation",
    "Limits",
    "Metric",
    "Network",
    "Objective",
    "Program",
    "Root",
    "Router",
    "Script",
    "Service",
    "Solution",
    "Story",
    "Task",
    "User",
    "Variable",
    "Weakness",
    "Words",
    "Zone",
]


Isolation = Literal["users", "processes", "memory", "processor", "freezing", "neighbours"]
"""As `bachang.plan.Guarantee`, which a test compares."""


class Root(Raw):
    """A Bachang scenario."""

    bachang: Annotated[Literal["1"], WithJsonSchema({"const": 1})]
    """Version of the language."""
    name: HostName
    title: Text
    description: Text | None = None
    isolation: list[Isolation] = []
    """What a machine must guarantee beyond what every sandbox has; else there is no sandbox."""
    variables: dict[Identifier, Variable] = {}
    networks: dict[HostName, Network] = {}
    routers: dict[HostName, Router] = {}
    hosts: dict[HostName, Host] = {}
    dns: dict[DomainName, Zone] = {}
    field_systems: dict[Identifier, FieldSystem] = {}
    actors: dict[Name, Actor] = {}
    weaknesses: dict[Name, Weakness] = {}
    conditions: dict[Name, ConditionOrExpression] = {}
    tasks: dict[Name, Task] = {}
    metrics: dict[Name, Metric] = {}
    evaluations: dict[Name, Evaluation] = {}
    objectives: dict[Name, Objective] = {}
    goals: dict[Name, Goal] = {}
    injects: dict[Name, Inject] = {}
    events: dict[Name, Event] = {}
    scripts: dict[Name, Script] = {}
    stories: dict[Name, Story] = {}
