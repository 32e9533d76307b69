"""The plan: everything that one sandbox will be, fixed, as pure data.

A plan has two halves. The ``world`` goes to the machine that runs the sandbox; the
``exercise`` (tasks, answers, story) stays outside, so that nothing inside a sandbox
can read it. Both are frozen values without behaviour; they travel as canonical JSON
(keys sorted), and the SHA-256 of that JSON is the plan's digest.

The world half stands in `_world`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from bachang.plan._world import Text, World

# ---- the exercise half: stays outside the sandbox ------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command as a granted user on a granted host: a door that a participant has.

    ``script`` (a file of the pack, already read) is fed to the interpreter's standard
    input, so nothing of it stays in the host.
    """

    host: str
    user: str
    argv: tuple[str, ...]
    """The command line; with a ``script``, the interpreter and its arguments."""
    script: bytes | None = None
    timeout_s: float = 30.0


class AnswerKind(enum.StrEnum):
    """How an answer to a task is judged."""

    STATIC = "static"
    """Equal to a text (case and surrounding space do not count)."""
    FLAG = "flag"
    """Equal to this sandbox's own flag."""
    CONDITION = "condition"
    """No text: a condition over the world holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A statement over the world in CEL, e.g. ``genset.state == "running"``.

    Variables: each field system by name (a map of its points), ``services`` (map of
    ``host/service`` to ``"up"`` or ``"down"``), ``time_s`` (sandbox time).
    """

    name: str
    expression: str
    for_s: float = 0.0
    """It must hold without a break for this long in sandbox time."""
    description: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Points for a condition that came to hold, or for a task, or a measured quantity."""

    name: str
    max_score: int
    condition: str | None = None
    task: str | None = None
    """Exactly one of ``condition`` and ``task``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A sum of metrics with the score from which it counts as passed."""

    name: str
    metrics: tuple[str, ...]
    min_score: int
    """Absolute; a percentage of the metrics' maximum is resolved to a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A training objective (OCR SDL: TLO), met when its evaluation is passed."""

    name: str
    evaluation: str
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A group of objectives, met when all of them are."""

    name: str
    objectives: tuple[str, ...]
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A help that costs ``penalty`` points of its task."""

    text: Text
    penalty: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a task accepts."""

    kind: AnswerKind
    values: tuple[str, ...] = ()
    """``static``: accepted texts; ``flag``: the one flag of this sandbox."""
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing for a trainee to solve."""

    name: str
    level: int
    title: Text
    text: Text
    points: int
    answer: Answer
    hints: tuple[Hint, ...] = ()
    wrong_penalty: int = 0
    """Points lost for each wrong answer, never below zero for the task."""
    max_attempts: int = 0
    """0: any number."""
    requires: tuple[str, ...] = ()
    """Tasks that must be solved first."""
    solution: Program | None = None
    """The reference solution: run before its answer is submitted."""
    solution_answer: str | None = None
    """What to submit after the solution; ``None``: the solution's last line of output,
    or the expected value itself for a task without a solution program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """A planted fault and its probes; each outcome is judged by a condition."""

    name: str
    title: Text
    techniques: tuple[str, ...]
    """Technique keys (ATT&CK for ICS, CWE, OWASP API), e.g. ``ics:T0836``, ``CWE-306``."""
    exploit: Program
    exploited: str
    """Condition that holds once the exploit has succeeded."""
    fix: Program
    service: Program
    serving: str
    """Condition that holds if the legitimate function works after ``service`` ran."""
    settle_s: float = 2.0
    """Sandbox seconds to wait for a condition after a probe."""
    text: Text = field(default_factory=dict)


class InjectKind(enum.StrEnum):
    """What an inject does."""

    POINT = "point"
    PROGRAM = "program"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """Something that exercise control does to the world or tells its people."""

    name: str
    kind: InjectKind
    point: str | None = None
    """``point``: full point name, e.g. ``grid.available``."""
    value: bool | int | float | str | None = None
    program: Program | None = None
    message: Text = field(default_factory=dict)
    to: tuple[str, ...] = ()
    """Actors that get the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """Injects that happen together, at a time and, if given, once conditions hold."""

    name: str
    injects: tuple[str, ...]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Events on a time line; times in script seconds, divided by ``speed``."""

    name: str
    start_s: float
    end_s: float
    events: dict[str, float]
    speed: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Scripts that run side by side, all times divided by ``speed`` once more."""

    name: str
    scripts: tuple[str, ...]
    speed: float = 1.0
    actors: tuple[str, ...] = ()
    """Automated actors that play in it; none named: all of them."""


class Role(enum.StrEnum):
    """Sides in an exercise."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    WHITE = "white"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step of an automated actor: a program at a sandbox time."""

    name: str
    at_s: float
    program: Program
    repeat_s: float | None = None
    """Again after so many seconds, until the story ends."""
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts. With ``actions`` it can be played by the range itself."""

    name: str
    role: Role
    title: Text = field(default_factory=dict)
    host: str | None = None
    user: str | None = None
    """The host and account that this actor is granted."""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """The half of a plan that stays outside the sandbox."""

    tasks: tuple[Task, ...] = ()
    conditions: tuple[Condition, ...] = ()
    metrics: tuple[Metric, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    objectives: tuple[Objective, ...] = ()
    goals: tuple[Goal, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    injects: tuple[Inject, ...] = ()
    events: tuple[StoryEvent, ...] = ()
    scripts: tuple[Script, ...] = ()
    stories: tuple[Story, ...] = ()
    actors: tuple[Actor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The resolved scenario for one sandbox."""

    format: int
    """Version of this data model."""
    scenario: str
    title: Text
    description: Text
    seed: str
    world: World
    exercise: Exercise
