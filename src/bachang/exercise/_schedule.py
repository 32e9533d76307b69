"""When what happens: stories, scripts and events laid on one line of time.

The rules are those of the OCR SDL: an event starts at ``t / (story speed × script speed)``
after the start; an event with conditions is polled from then to the (scaled) end of its
script; the first script that names an event and the first story that names a script win.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

from bachang.exercise._error import UnknownStoryError
from bachang.plan import Action, Actor, Exercise, Inject, Story, StoryEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEvent:
    """An event with its place in time, in seconds after the start."""

    event: StoryEvent
    injects: tuple[Inject, ...]
    story: str
    script: str
    start_s: float
    end_s: float
    """When polling its conditions ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAction:
    """An automated actor's action."""

    actor: Actor
    action: Action

    @property
    def key(self) -> str:
        """``actor/action``."""
        return f"{self.actor.name}/{self.action.name}"

    def occurrence(self, since_start_s: float) -> int | None:
        """Number of the latest occurrence that is due, from 0; ``None`` before the first."""
        late_s = since_start_s - self.action.at_s
        if late_s < 0:
            return None
        return int(late_s // self.action.repeat_s) if self.action.repeat_s else 0

    def start_s(self, occurrence: int) -> float | None:
        """When an occurrence is due; ``None`` if there is no such occurrence."""
        if occurrence and not self.action.repeat_s:
            return None
        return self.action.at_s + occurrence * (self.action.repeat_s or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All that is to happen, earliest first."""

    events: tuple[DueEvent, ...]
    actions: tuple[DueAction, ...]
    end_s: float
    """End of the last script, or the last action's time if there is no story."""


def schedule(
    exercise: Exercise, *, story: str | None = None, actors: Collection[str] | None = None
) -> Schedule:
    """Lay an exercise on a line of time.

    Args:
        exercise: The exercise half of a plan.
        story: The only story to play; ``None``: all of them, side by side.
        actors: Names of the actors that the range plays itself; ``None``: those whom the
            stories name, and all with actions where a story names none.

    Raises:
        UnknownStoryError: there is no story of that name.
    """
    exercise = dataclasses.replace(exercise, stories=_stories(exercise, story))
    actors = _cast(exercise) if actors is None else actors
    events = sorted(_due_events(exercise), key=lambda due: due.start_s)
    actions = sorted(
        (
            DueAction(actor=actor, action=action)
            for actor in exercise.actors
            if actors is None or actor.name in actors
            for action in actor.actions
        ),
        key=lambda due: due.action.at_s,
    )
    end_s = max(
        [_end(exercise), *(due.end_s for due in events)]
        if exercise.stories
        else [due.action.at_s for due in actions],
        default=0.0,
    )
    return Schedule(events=tuple(events), actions=tuple(actions), end_s=end_s)


def _stories(exercise: Exercise, name: str | None) -> tuple[Story, ...]:
    chosen = tuple(story for story in exercise.stories if name is None or story.name == name)
    if name is not None and not chosen:
        known = ", ".join(story.name for story in exercise.stories) or "none"
        raise UnknownStoryError(f"no story {name!r}; the scenario's stories: {known}")
    return chosen


def _cast(exercise: Exercise) -> Collection[str] | None:
    """The actors that the stories name; ``None`` (all) if one of them names none."""
    if not all(story.actors for story in exercise.stories):
        return None
    return {name for story in exercise.stories for name in story.actors} or None


def _due_events(exercise: Exercise) -> list[DueEvent]:
    events = {event.name: event for event in exercise.events}
    injects = {inject.name: inject for inject in exercise.injects}
    due: dict[str, DueEvent] = {}
    for script in exercise.scripts:
        story = next((s for s in exercise.stories if script.name in s.scripts), None)
        if story is None:
            continue
        for name, at_s in script.events.items():
            speed = story.speed * script.speed
            due.setdefault(
                name,
                DueEvent(
                    event=events[name],
                    injects=tuple(injects[inject] for inject in events[name].injects),
                    story=story.name,
                    script=script.name,
                    start_s=at_s / speed,
                    end_s=script.end_s / speed,
                ),
            )
    return list(due.values())


def _end(exercise: Exercise) -> float:
    scripts = {script.name: script for script in exercise.scripts}
    return max(
        (
            scripts[name].end_s / (story.speed * scripts[name].speed)
            for story in exercise.stories
            for name in story.scripts
        ),
        default=0.0,
    )
