"""From a scenario to a plan: addresses, links, routes, files, flags and ids, all fixed.

Importing this package gives the model of the world only; all else is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bachang.plan._world import (
    FieldSystem,
    File,
    Guarantee,
    Host,
    HostKind,
    Interface,
    Limits,
    Listener,
    Network,
    Route,
    Service,
    ServiceKind,
    Text,
    User,
    World,
)

if TYPE_CHECKING:
    from bachang.plan._changes import Change, ChangeKind, changes
    from bachang.plan._encoding import digest, dumps, loads
    from bachang.plan._expression import compiled
    from bachang.plan._lint import lint
    from bachang.plan._model import (
        Action,
        Actor,
        Answer,
        AnswerKind,
        Condition,
        Evaluation,
        Exercise,
        Goal,
        Hint,
        Inject,
        InjectKind,
        Metric,
        Objective,
        Plan,
        Program,
        Role,
        Script,
        Story,
        StoryEvent,
        Task,
        Weakness,
    )
    from bachang.plan._resolve import resolve
    from bachang.plan._topology import topology_json
    from bachang.plan._topology_svg import topology_svg

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
    "Guarantee",
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
    "compiled",
    "digest",
    "dumps",
    "lint",
    "loads",
    "resolve",
    "topology_json",
    "topology_svg",
]


_LAZY = {
    **dict.fromkeys(
        (
            "Action",
            "Actor",
            "Answer",
            "AnswerKind",
            "Condition",
            "Evaluation",
            "Exercise",
            "Goal",
            "Hint",
            "Inject",
            "InjectKind",
            "Metric",
            "Objective",
            "Plan",
            "Program",
            "Role",
            "Script",
            "Story",
            "StoryEvent",
            "Task",
            "Weakness",
        ),
        "bachang.plan._model",
    ),
    "Change": "bachang.plan._changes",
    "ChangeKind": "bachang.plan._changes",
    "changes": "bachang.plan._changes",
    "compiled": "bachang.plan._expression",
    "digest": "bachang.plan._encoding",
    "dumps": "bachang.plan._encoding",
    "lint": "bachang.plan._lint",
    "loads": "bachang.plan._encoding",
    "resolve": "bachang.plan._resolve",
    "topology_json": "bachang.plan._topology",
    "topology_svg": "bachang.plan._topology_svg",
}


def __getattr__(name: str) -> Any:
    """A sandbox's agent wants the world's model, soon, and nothing else."""
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
