"""How far somebody is with each task: a fold over the journal.

Judging and scoring share this fold, so what was refused then is not scored later. Order and
repetition of the events given do not matter: they are put in the order of their sequence,
each once. An answer counts only while its task is open: not solved yet, everything that it
requires solved, attempts left. A wrong answer given within `FAULT_S` of a fault of the
platform counts as no attempt at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bachang.exercise._error import ExerciseError
from bachang.exercise._secret import Judge
from bachang.journal import Event
from bachang.plan import Plan, Task

FAULT_S = 30.0
"""Wall seconds before and after a fault of the platform in which nobody is charged."""

KINDS = ("task.answered", "hint.taken", "platform.fault")
"""Kinds of events that this fold reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One task as the journal tells it."""

    attempts: int = 0
    """Answers that counted, the right one included."""
    excused: int = 0
    """Wrong answers that did not count because the platform was at fault."""
    hints: tuple[int, ...] = ()
    """Numbers of the hints taken before it was solved, from 0, in the order of taking."""
    solved_at_s: float | None = None
    """Sandbox time of the right answer."""
    solved_wall_s: float | None = None
    """Unix time of the right answer."""
    solved_by: str | None = None
    """Actor who gave it."""

    @property
    def solved(self) -> bool:
        """Whether a right answer was accepted."""
        return self.solved_at_s is not None

    @property
    def wrong(self) -> int:
        """Wrong answers that counted."""
        return self.attempts - int(self.solved)


@dataclass(slots=True, kw_only=True)
class Standings:
    """How far each task is after the events so far: the fold, one event at a time.

    See `Standings.of`.
    """

    _tasks: dict[str, Task]
    _judges: dict[str, Judge]
    _faults: list[float]
    _now: dict[str, Standing]
    _past: list[Event] = field(default_factory=list)
    _stale: bool = False

    @classmethod
    def of(cls, plan: Plan, faults: Iterable[float] = ()) -> Standings:
        """The standings before anything has happened.

        Args:
            plan: The plan whose tasks they are.
            faults: Wall times of faults that are known from the start.
        """
        tasks = {task.name: task for task in plan.exercise.tasks}
        return cls(
            _tasks=tasks,
            _judges={name: Judge(plan, task) for name, task in tasks.items()},
            _faults=list(faults),
            _now={name: Standing() for name in tasks},
        )

    @property
    def now(self) -> Mapping[str, Standing]:
        """Task to its standing."""
        if self._stale:
            self._fold_again()
        return self._now

    def apply(self, event: Event) -> None:
        """Take in the next event; kinds that are not of `KINDS` change nothing."""
        if event.kind == "platform.fault":
            self._faults.append(event.wall_time_s)
            self._stale = True  # it excuses what came before it, too
        elif event.kind in KINDS:
            self._past.append(event)
            if not self._stale:
                self._step(event)

    def ahead(self) -> Standings:
        """A copy, for trying out what would be after further answers and hints."""
        return replace(self, _now=dict(self.now), _past=[])

    def _fold_again(self) -> None:
        self._now = {name: Standing() for name in self._tasks}
        self._stale = False
        for event in self._past:
            self._step(event)

    def _step(self, event: Event) -> None:
        task = self._tasks.get(event.subject)
        if task is None:
            return
        if event.kind == "hint.taken":
            self._hint(task, event)
        elif is_open(task, self._now):
            self._answer(task, event)

    def _hint(self, task: Task, event: Event) -> None:
        standing, hint = self._now[task.name], event.data.get("hint")
        if not isinstance(hint, int) or not 0 <= hint < len(task.hints):
            return
        if not standing.solved and hint not in standing.hints:
            taken = (*standing.hints, hint)
            self._now[task.name] = replace(standing, hints=taken)

    def _answer(self, task: Task, event: Event) -> None:
        standing = self._now[task.name]
        if self._judges[task.name].accepts(event.data):
            standing = replace(
                standing,
                attempts=standing.attempts + 1,
                solved_at_s=event.sandbox_time_s,
                solved_wall_s=event.wall_time_s,
                solved_by=event.actor,
            )
        elif any(abs(event.wall_time_s - fault) <= FAULT_S for fault in self._faults):
            standing = replace(standing, excused=standing.excused + 1)
        else:
            standing = replace(standing, attempts=standing.attempts + 1)
        self._now[task.name] = standing


def in_order(events: Iterable[Event]) -> list[Event]:
    """One sandbox's events, each once, in the order in which they happened.

    Raises:
        ExerciseError: the events are of more than one sandbox.
    """
    unique = {event.identity: event for event in events}
    ordered = sorted(unique.values(), key=lambda event: (event.sequence, event.epoch))
    if len({event.sandbox for event in ordered}) > 1:
        names = ", ".join(sorted({event.sandbox for event in ordered}))
        raise ExerciseError(f"events of several sandboxes ({names}): score each by itself")
    return ordered


def standings(plan: Plan, events: Iterable[Event]) -> dict[str, Standing]:
    """How far each task of a plan is, by a sandbox's events (of `KINDS` at least)."""
    ordered = in_order(events)
    faults = [event.wall_time_s for event in ordered if event.kind == "platform.fault"]
    folded = Standings.of(plan, faults)
    for event in ordered:
        if event.kind != "platform.fault":
            folded.apply(event)
    return dict(folded.now)


def is_open(task: Task, standings: Mapping[str, Standing]) -> bool:
    """Whether an answer to a task would count now."""
    standing = standings[task.name]
    left = task.max_attempts == 0 or standing.attempts < task.max_attempts
    return not standing.solved and left and not missing(task, standings)


def missing(task: Task, standings: Mapping[str, Standing]) -> tuple[str, ...]:
    """The required tasks that are not solved yet."""
    return tuple(name for name in task.requires if name in standings and not standings[name].solved)
