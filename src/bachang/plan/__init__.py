"""From a scenario to a plan: addresses, links, routes, files, flags and ids, all fixed.

Importing this package gives the data model only; what reads scenarios is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bachang.plan._changes import Change, ChangeKind, changes
from bachang.plan._encoding import digest, dumps, loads
from bachang.plan._model import (
    Action,
    Actor,
    Answer,
    AnswerKind,
    Condition,
    Evaluation,
    Exercise,
    FieldSystem,
    File,
    Goal,
    Hint,
    Host,
    HostKind,
    Inject,
    InjectKind,
    Interface,
    Limits,
    Listener,
    Metric,
    Network,
    Objective,
    Plan,
    Program,
    Role,
    Route,
    Script,
    Service,
    ServiceKind,
    Story,
    StoryEvent,
    Task,
    Text,
    User,
    Weakness,
    World,
)
from bachang.plan._topology import topology_json
from bachang.plan._topology_svg import topology_svg

if TYPE_CHECKING:
    from bachang.plan._lint import lint
    from bachang.plan._resolve import resolve

__all__ = [
    "Action",
    "Actor",
    "Answer",
    "AnswerKind",
    "Change",
    "ChangeKind",
    "Condition",
    "Evaluation",
    "Exercise",
    "FieldSystem",
    "File",
    "Goal",
    "Hint",
    "Host",
    "HostKind",
    "Inject",
    "InjectKind",
    "Interface",
    "Limits",
    "Listener",
    "Metric",
    "Network",
    "Objective",
    "Plan",
    "Program",
    "Role",
    "Route",
    "Script",
    "Service",
    "ServiceKind",
    "Story",
    "StoryEvent",
    "Task",
    "Text",
    "User",
    "Weakness",
    "World",
    "changes",
    "digest",
    "dumps",
    "lint",
    "loads",
    "resolve",
    "topology_json",
    "topology_svg",
]


_LAZY = {"lint": "bachang.plan._lint", "resolve": "bachang.plan._resolve"}


def __getattr__(name: str) -> Any:
    """Resolving reads scenarios; a sandbox's agent wants the data model without that."""
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
