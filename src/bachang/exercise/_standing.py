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


@dataclass(slots=True)
class _Fold:
    tasks: dict[str, Task]
    judges: dict[str, Judge]
    faults: list[float]
    standings: dict[str, Standing] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        task = self.tasks.get(event.subject)
        if task is None:
            return
        if event.kind == "hint.taken":
            self._hint(task, event)
        elif event.kind == "task.answered" and is_open(task, self.standings):
            self._answer(task, event)

    def _hint(self, task: Task, event: Event) -> None:
        standing, hint = self.standings[task.name], event.data.get("hint")
        if not isinstance(hint, int) or not 0 <= hint < len(task.hints):
            return
        if not standing.solved and hint not in standing.hints:
            taken = (*standing.hints, hint)
            self.standings[task.name] = replace(standing, hints=taken)

    def _answer(self, task: Task, event: Event) -> None:
        standing = self.standings[task.name]
        if self.judges[task.name].accepts(event.data):
            standing = replace(
                standing,
                attempts=standing.attempts + 1,
                solved_at_s=event.sandbox_time_s,
                solved_wall_s=event.wall_time_s,
                solved_by=event.actor,
            )
        elif any(abs(event.wall_time_s - fault) <= FAULT_S for fault in self.faults):
            standing = replace(standing, excused=standing.excused + 1)
        else:
            standing = replace(standing, attempts=standing.attempts + 1)
        self.standings[task.name] = standing


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
    tasks = {task.name: task for task in plan.exercise.tasks}
    judges = {name: Judge(plan, task) for name, task in tasks.items()}
    fold = _Fold(tasks, judges, faults, {name: Standing() for name in tasks})
    for event in ordered:
        fold.apply(event)
    return fold.standings


def is_open(task: Task, standings: Mapping[str, Standing]) -> bool:
    """Whether an answer to a task would count now."""
    standing = standings[task.name]
    left = task.max_attempts == 0 or standing.attempts < task.max_attempts
    return not standing.solved and left and not missing(task, standings)


def missing(task: Task, standings: Mapping[str, Standing]) -> tuple[str, ...]:
    """The required tasks that are not solved yet."""
    return tuple(name for name in task.requires if name in standings and not standings[name].solved)
