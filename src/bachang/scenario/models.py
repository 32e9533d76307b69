"""What an author writes: the scenario file as models, without behaviour."""

# ruff: noqa: RUF012 - pydantic gives every model its own copy of a default
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from bachang.scenario._model_base import Raw, Text, Words
from bachang.scenario._model_course import (
    Evaluation,
    Event,
    Goal,
    Inject,
    Metric,
    Objective,
    Script,
    Story,
)
from bachang.scenario._model_exercise import (
    Action,
    Actor,
    Answer,
    Condition,
    ConditionOrExpression,
    Hint,
    Program,
    Solution,
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
    """Short name, e.g. `night-shift`."""
    title: Text
    description: Text | None = None
    """What it is about, for whoever chooses a scenario."""
    isolation: list[Isolation] = []
    """What a machine must guarantee beyond what every sandbox has; else there is no sandbox."""
    variables: dict[Identifier, Variable] = {}
    """Values drawn from the seed, so that every learner can get others."""
    networks: dict[HostName, Network] = {}
    """Layer-2 segments, by name."""
    routers: dict[HostName, Router] = {}
    """Hosts that forward between networks, by name."""
    hosts: dict[HostName, Host] = {}
    """Hosts, by name."""
    dns: dict[DomainName, Zone] = {}
    """Zones of names, by domain. Without them every host knows the others from `/etc/hosts`."""
    field_systems: dict[Identifier, FieldSystem] = {}
    """Devices of the plant with their physics, by name."""
    actors: dict[Name, Actor] = {}
    """Trainees and automated actors, by name."""
    weaknesses: dict[Name, Weakness] = {}
    """Planted faults with the probes that prove them, by name."""
    conditions: dict[Name, ConditionOrExpression] = {}
    """Statements over the world that others refer to, by name."""
    tasks: dict[Name, Task] = {}
    """What trainees solve, by name."""
    metrics: dict[Name, Metric] = {}
    """What gives points, by name."""
    evaluations: dict[Name, Evaluation] = {}
    """Sums of metrics, by name."""
    objectives: dict[Name, Objective] = {}
    """Training objectives, each met by an evaluation, by name."""
    goals: dict[Name, Goal] = {}
    """Groups of training objectives, by name."""
    injects: dict[Name, Inject] = {}
    """What exercise control can do or say, by name."""
    events: dict[Name, Event] = {}
    """Injects that happen together, by name."""
    scripts: dict[Name, Script] = {}
    """Time lines of events, by name."""
    stories: dict[Name, Story] = {}
    """Scripts that are played side by side, by name."""
