"""Injects → events → scripts → stories, and who acts in them."""

from __future__ import annotations

from bachang.plan._draft import Draft
from bachang.plan._model import Action, Actor, Inject, InjectKind, Role, Script, Story, StoryEvent
from bachang.scenario import models


def resolve_injects(draft: Draft) -> tuple[Inject, ...]:
    """All injects."""
    return tuple(_inject(draft, name, given) for name, given in draft.raw.injects.items())


def _inject(draft: Draft, name: str, given: models.Inject) -> Inject:
    where = ("injects", name)
    to = draft.all_known((*where, "to"), "actor", given.to, draft.raw.actors)
    if given.point is not None:
        system, dot, point = given.point.partition(".")
        if not dot or not point:
            draft.wrong(
                (*where, "point"), f"`{given.point}` is not a point", "write `system.point`"
            )
        else:
            draft.known((*where, "point"), "field system", system, draft.raw.field_systems)
        return Inject(name=name, kind=InjectKind.POINT, point=given.point, value=given.value, to=to)
    if given.program is not None:
        program = draft.program((*where, "program"), given.program)
        return Inject(name=name, kind=InjectKind.PROGRAM, program=program, to=to)
    message = draft.text((*where, "message"), given.message)
    return Inject(name=name, kind=InjectKind.MESSAGE, message=message, to=to)


def resolve_events(draft: Draft) -> tuple[StoryEvent, ...]:
    """All events."""
    conditions = draft.raw.conditions
    return tuple(
        StoryEvent(
            name=name,
            injects=draft.all_known(
                ("events", name, "injects"), "inject", given.injects, draft.raw.injects
            ),
            conditions=draft.all_known(
                ("events", name, "conditions"), "condition", given.conditions, conditions
            ),
        )
        for name, given in draft.raw.events.items()
    )


def resolve_scripts(draft: Draft) -> tuple[Script, ...]:
    """All scripts; each event lies between start and end."""
    for name, given in draft.raw.scripts.items():
        where = ("scripts", name)
        if given.end < given.start:
            draft.wrong((*where, "end"), "is before the start", "swap `start` and `end`")
        if not given.events:
            draft.wrong((*where, "events"), "is empty", "give at least one `event: time`")
        for event, at in given.events.items():
            here = (*where, "events", event)
            draft.known(here, "event", event, draft.raw.events)
            if not given.start <= at <= given.end:
                message = f"{at:g} s is outside of the script"
                draft.wrong(here, message, f"use {given.start:g} s to {given.end:g} s")
    return tuple(
        Script(
            name=name,
            start_s=given.start,
            end_s=given.end,
            events=dict(given.events),
            speed=given.speed,
        )
        for name, given in draft.raw.scripts.items()
    )


def resolve_stories(draft: Draft) -> tuple[Story, ...]:
    """All stories."""
    return tuple(
        Story(
            name=name,
            scripts=draft.all_known(
                ("stories", name, "scripts"), "script", given.scripts, draft.raw.scripts
            ),
            speed=given.speed,
            actors=draft.all_known(
                ("stories", name, "actors"), "actor", given.actors, draft.raw.actors
            ),
        )
        for name, given in draft.raw.stories.items()
    )


def resolve_actors(draft: Draft) -> tuple[Actor, ...]:
    """All actors with their actions in order of time."""
    return tuple(_actor(draft, name, given) for name, given in draft.raw.actors.items())


def _actor(draft: Draft, name: str, given: models.Actor) -> Actor:
    where = ("actors", name)
    if (given.host is None) != (given.user is None):
        draft.wrong(where, "has half a place", "give `host` and `user` together", key=True)
    elif given.host is not None and given.user is not None:
        draft.account(where, given.host, given.user)
    return Actor(
        name=name,
        role=Role(given.role),
        title=draft.text((*where, "title"), given.title, name),
        host=given.host,
        user=given.user,
        actions=_actions(draft, name, given),
    )


def _actions(draft: Draft, actor: str, given: models.Actor) -> tuple[Action, ...]:
    actions = []
    for index, action in enumerate(given.actions):
        where = ("actors", actor, "actions", index)
        own = action if action.actor or action.host else action.model_copy(update={"actor": actor})
        if any(action.name == other.name for other in given.actions[:index]):
            draft.wrong((*where, "name"), f"a second `{action.name}`", "give each action its name")
        if (program := draft.program(where, own)) is not None:
            title = draft.text((*where, "title"), action.title, action.name)
            actions.append(
                Action(
                    name=action.name,
                    at_s=action.at,
                    program=program,
                    repeat_s=action.repeat,
                    title=title,
                )
            )
    return tuple(sorted(actions, key=lambda action: action.at_s))
