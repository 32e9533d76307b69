"""Documents about exercises: people, sandboxes, a scenario and time."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bachang.portal.models._base import Document, Identity, Line, Name, Note, Text, Told


class Kind(enum.StrEnum):
    """What an exercise is for."""

    TRAINING = "training"
    """One person by itself."""
    CLASS = "class"
    """Each member of a group has a sandbox of its own."""
    DRILL = "drill"
    """A group works in one sandbox, and the story is played."""


class RunState(enum.StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    """Waits until there is room on the machine."""
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    FAILED = "failed"
    """Its sandbox could not start or has gone; ``reason`` says why."""


class ExerciseState(enum.StrEnum):
    """Where an exercise stands."""

    RUNNING = "running"
    FROZEN = "frozen"
    ENDED = "ended"


class Capacity(Document):
    """How many sandboxes of a pack the machine can take."""

    fits: int
    """So many more fit now."""
    running: int
    """So many run now, of all packs."""
    limit: int
    """So many fit on this machine when it is empty."""
    reason: str
    """What sets the limit, e.g. ``memory``, ``processors``, ``operator``."""
    load: float
    """Runnable processes per processor, over the last minute."""
    memory_mib: int
    memory_free_mib: int


class NewExercise(Document):
    """An exercise to be started."""

    kind: Kind = Kind.TRAINING
    pack: Name
    group: Identity | None = None
    """For a class and a drill: the people in it."""
    title: Line | None = None
    duration_min: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    """Wall time until it ends by itself; ``null``: it ends when it is ended."""


class RunSummary(Document):
    """One sandbox of an exercise, as a row of a table."""

    id: Identity
    exercise: Identity
    pack: Name
    title: Text
    learner: str
    """Name for people: the learner's, or the group's title for a drill."""
    account: Identity | None
    state: RunState
    queue_place: int | None = None
    """From 1; only while it is queued."""
    reason: Told
    """Why it failed or ended."""
    points: int
    max_points: int
    solved: int
    tasks: int
    current_task: str | None
    """The task that the learner worked on last, or the first that is open."""
    attempts: int
    """Wrong answers to the current task."""
    stuck_s: float
    """Wall seconds since the learner last got on (solved, took a hint, or started)."""
    last_activity: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    unrecorded_since: datetime | None = None
    """The journal has not been kept since then: nothing that is done now would count."""


class Exercise(Document):
    """People, sandboxes, a scenario and time."""

    id: Identity
    kind: Kind
    pack: Name
    title: str
    group: Identity | None
    owner: Identity
    state: ExerciseState
    created_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    capacity: Capacity
    runs: list[RunSummary]
    injects: list[Inject]


class Inject(Document):
    """Something that exercise control can do to the worlds at once."""

    name: str
    kind: str
    """``point``, ``program`` or ``message``."""
    text: Text
    """What it does, in short."""


class Broadcast(Document):
    """A message to everybody in the exercise."""

    text: Note


class DoInject(Document):
    """Do one of the exercise's injects now; to all runs, or to one."""

    inject: Annotated[str, Field(max_length=100)]
    run: Identity | None = None


class Extend(Document):
    """More time."""

    minutes: Annotated[int, Field(ge=1, le=24 * 60)]


class Freeze(Document):
    """Stop or start all clocks and hosts."""

    frozen: bool


class Advance(Document):
    """Let the field systems step at full speed while everybody waits."""

    seconds: Annotated[float, Field(gt=0, le=24 * 3600)]
    """Sandbox seconds."""
    run: Identity | None = None


class Done(Document):
    """What an action did, sandbox by sandbox."""

    done: list[Identity]
    failed: dict[Identity, Told] = Field(default_factory=dict)
    """Run to the reason."""


class BoardRow(Document):
    """A place on the board."""

    place: int
    """From 1; equal scores share a place."""
    run: Identity
    learner: str
    points: int
    max_points: int
    solved: list[str]
    """Tasks in the order of solving."""
    last_solved_at: datetime | None


class Board(Document):
    """Who stands where. Equal points: whoever got there first stands higher."""

    exercise: Identity
    title: str
    state: ExerciseState
    tasks: list[BoardTask]
    rows: list[BoardRow]


class BoardTask(Document):
    """A column of the board."""

    name: str
    title: Text
    level: int
    points: int
