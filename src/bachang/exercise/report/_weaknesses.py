"""Which planted weaknesses were used, with what effect, and which were fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bachang.exercise._condition import holds
from bachang.exercise._error import ConditionError
from bachang.exercise._view import View
from bachang.journal import Event
from bachang.plan import Plan, Program, Weakness

SAMPLING_S = 2.0
"""An effect is sampled up to a second late, and an action's end is journalled late, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One weakness as the journal tells it; times on the exercise's clock."""

    weakness: Weakness
    attacked_s: tuple[float, ...]
    """When an automated actor ran its exploit."""
    exploited_s: tuple[float, ...]
    """When the sampled points began to show the exploit's outcome, soon after the exploit or
    a command from the network."""
    fixed_s: float | None
    """When an automated actor ran its fix."""


def seen(plan: Plan, events: list[Event], clock: Callable[[Event], float]) -> tuple[Seen, ...]:
    """Look for every weakness of a plan in a journal (events in order)."""
    return tuple(_look_for(weakness, plan, events, clock) for weakness in plan.exercise.weaknesses)


def _look_for(
    weakness: Weakness, plan: Plan, events: list[Event], clock: Callable[[Event], float]
) -> Seen:
    fixes = _runs(weakness.fix, plan, events, clock)
    attacks = _runs(weakness.exploit, plan, events, clock)
    causes = attacks + [clock(event) for event in events if _from_network(event)]
    within_s = weakness.settle_s + SAMPLING_S
    return Seen(
        weakness=weakness,
        attacked_s=tuple(attacks),
        exploited_s=tuple(
            effect
            for effect in _effects(weakness, events, clock)
            if any(-SAMPLING_S <= effect - cause <= within_s for cause in causes)
        ),
        fixed_s=fixes[0] if fixes else None,
    )


def _from_network(event: Event) -> bool:
    return event.kind == "command.applied" and event.actor.startswith("network")


def _runs(
    program: Program, plan: Plan, events: list[Event], clock: Callable[[Event], float]
) -> list[float]:
    """When actors ran this very program."""
    keys = {
        f"{actor.name}/{action.name}"
        for actor in plan.exercise.actors
        for action in actor.actions
        if (action.program.script, action.program.argv) == (program.script, program.argv)
    }
    return [clock(e) for e in events if e.kind == "action.ran" and e.subject in keys]


def _effects(
    weakness: Weakness, events: list[Event], clock: Callable[[Event], float]
) -> list[float]:
    """When the exploit's outcome came to hold; nothing if the samples cannot tell."""
    began, held = [], False
    for event in events:
        if event.kind != "points.sampled":
            continue
        try:
            now = holds(weakness.exploited, View(time_s=event.sandbox_time_s, points=event.data))
        except ConditionError:
            return []
        if now and not held:
            began.append(clock(event))
        held = now
    return began
