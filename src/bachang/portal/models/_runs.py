"""Documents about one run: tasks, score, events, terminals, screens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bachang.portal.models._base import Document, Identity, Point, Text
from bachang.portal.models._exercises import RunSummary


class Hint(Document):
    """A hint; its text is told once it is paid for."""

    price: int
    text: Text | None


class Task(Document):
    """A task as the learner sees it."""

    name: str
    level: int
    title: Text
    text: Text
    points: int
    """What it can bring at most."""
    earned: int
    kind: str
    """``text``: type an answer; ``world``: bring the world into a state, then ask."""
    hints: list[Hint]
    attempts: int
    """Answers that counted."""
    attempts_left: int | None
    """``null``: any number."""
    wrong_price: int
    """Points lost for each wrong answer."""
    requires: list[str]
    """Tasks that must be solved first and are not solved yet."""
    solved: bool
    solved_at_s: float | None
    """Sandbox time."""


class Door(Document):
    """A host and account that the learner is given."""

    host: str
    user: str
    title: Text


class Score(Document):
    """How the run stands, computed from its journal."""

    points: int
    max_points: int
    objectives: dict[str, bool]
    goals: dict[str, bool]
    consequences: dict[str, float]
    """Ledger point to its value, e.g. ``feeder.unserved_kwh``."""
    faults: int
    """Faults of the platform; nobody is charged for them."""


class HostState(Document):
    """One host as it is now."""

    name: str
    state: str
    """``up``, ``starting``, ``degraded`` or ``frozen``."""
    generation: int
    processes: int
    memory_kib: int
    services: dict[str, str]


class RunEvent(Document):
    """An entry of the run's journal that whoever asks may see."""

    sequence: int
    epoch: int
    wall_time: datetime
    sandbox_time_s: float
    actor: str
    kind: str
    subject: str
    data: dict[str, Any]


class Run(RunSummary):
    """One learner's sandbox in an exercise."""

    sandbox_time_s: float
    epoch: int
    story: str
    """``idle``, ``playing`` or ``ended``: what exercise control does to this world by itself."""
    doors: list[Door]
    hosts: list[HostState]
    task_list: list[Task]
    score: Score
    objective_titles: dict[str, Text]
    points_now: dict[str, Point]
    """Field systems' points as sampled last; secret ones are not in it."""
    timeline: list[RunEvent]
    """The latest events."""
    timeline_more: bool
    """Whether there were others before them: `GET /api/runs/{run}/events` has all."""
    degraded: list[str]
    """What this machine could not give."""


class NewAnswer(Document):
    """An answer to a task; a ``world`` task takes none."""

    task: Annotated[str, Field(max_length=100)]
    answer: Annotated[str, Field(max_length=2000)] = ""


class Verdict(Document):
    """What became of an answer; it is committed when this is told."""

    task: str
    correct: bool
    outcome: str
    """``solved``, ``wrong``, or ``refused`` (it did not count)."""
    reason: Text
    points: int
    """What the task has earned by now."""


class TakeHint(Document):
    """Buy the next hint of a task."""

    task: Annotated[str, Field(max_length=100)]


class TakenHint(Document):
    """A hint that is paid for."""

    task: str
    number: int
    """From 1."""
    of: int
    price: int
    text: Text


class Reset(Document):
    """Make a host anew, or with no host the whole sandbox (a new epoch)."""

    host: Annotated[str, Field(max_length=63)] | None = None


class PlayStory(Document):
    """Let exercise control play the scenario's story, or stop it."""

    playing: bool


class PointInfo(Document):
    """A point and its present value."""

    name: str
    system: str
    unit: str
    title: Text
    value: Point
    low: float | None = None
    high: float | None = None


class OpenScreen(Document):
    """Open a page of a host, seen from a host where the learner is."""

    host: Annotated[str, Field(max_length=63)]
    screen: Annotated[str, Field(max_length=100)]
    """One of the host's ``screens`` in the topology."""
    seen_from: Annotated[str, Field(max_length=63)] | None = None
    """Host from which the page is fetched; ``null``: the learner's first."""


class Screen(Document):
    """A page of a host at an address of its own."""

    id: Identity
    url: str
    """Opens once for the person who asked, then for that browser."""
    host: str
    seen_from: str


class OpenTerminal(Document):
    """Open a terminal in a host."""

    host: Annotated[str, Field(max_length=63)]
    user: Annotated[str, Field(max_length=32)] | None = None
    """``null``: the learner's own account there."""
    rows: Annotated[int, Field(ge=2, le=500)] = 24
    columns: Annotated[int, Field(ge=2, le=500)] = 80


class Terminal(Document):
    """A terminal that lives in the sandbox, whoever looks at it."""

    session: Annotated[str, Field(max_length=64)]
    host: str
    user: str
    opened_by: str
    opened_at: datetime
    alive: bool
