"""Plans, events and states as documents: pure functions, and what a learner may see of them.

A plan holds every answer and a journal holds what happened behind the scenes, so everything
that leaves the portal is made here, field by field; nothing is passed on whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bachang.exercise import Score as ExerciseScore
from bachang.exercise import TaskScore
from bachang.fabric import HostStatus
from bachang.journal import Event
from bachang.plan import Actor, AnswerKind, Host, HostKind, Plan, Role
from bachang.portal._outside import moment
from bachang.portal.models import (
    Door,
    Hint,
    HostState,
    Inject,
    RunEvent,
    Score,
    Task,
    Text,
    Topology,
    TopologyHost,
    TopologyNetwork,
    TopologyPort,
    TopologySystem,
)
from bachang.portal.models import Task as TaskView

PUBLIC_KINDS = frozenset(
    {
        "alarm.cleared",
        "alarm.raised",
        "clock.advanced",
        "clock.slipped",
        "exercise.ended",
        "hint.taken",
        "host.failed",
        "host.reset",
        "message.sent",
        "platform.fault",
        "point.changed",
        "points.sampled",
        "sandbox.deployed",
        "sandbox.destroyed",
        "sandbox.paused",
        "sandbox.reset",
        "sandbox.restored",
        "sandbox.resumed",
        "service.down",
        "service.up",
        "story.ended",
        "story.started",
        "task.answered",
        "terminal.closed",
        "terminal.opened",
    }
)
"""Kinds of events that a learner may see; what others do to the world is not among them."""

_SECRET_KEYS = frozenset({"answer", "seed", "plan", "key"})
"""Keys of an event's data that never leave the portal."""
_WEB_PORTS = frozenset({80, 8000, 8080})
"""Ports of services that are taken for pages."""


def run_event(event: Event) -> RunEvent:
    """An event of the journal as a document."""
    return RunEvent(
        sequence=event.sequence,
        epoch=event.epoch,
        wall_time=moment(event.wall_time_s),
        sandbox_time_s=event.sandbox_time_s,
        actor=event.actor,
        kind=event.kind,
        subject=event.subject,
        data={key: value for key, value in event.data.items() if key not in _SECRET_KEYS},
    )


def doors(plan: Plan) -> list[Door]:
    """The hosts and accounts that people on the learner's side are given."""
    return [
        Door(host=str(actor.host), user=str(actor.user), title=actor.title)
        for actor in plan.exercise.actors
        if _is_door(actor)
    ]


def _is_door(actor: Actor) -> bool:
    return actor.role is Role.BLUE and bool(actor.host and actor.user) and not actor.actions


def tasks(plan: Plan, scores: Iterable[TaskScore]) -> list[TaskView]:
    """The tasks as the learner sees them now."""
    by_name = {one.name: one for one in scores}
    solved = {name for name, one in by_name.items() if one.solved}
    return [_task(task, by_name[task.name], solved) for task in plan.exercise.tasks]


def _task(task: Any, score: TaskScore, solved: set[str]) -> TaskView:
    standing = score.standing
    left = max(0, task.max_attempts - standing.attempts) if task.max_attempts else None
    return Task(
        name=task.name,
        level=task.level,
        title=task.title,
        text=task.text,
        points=task.points,
        earned=score.points,
        kind="world" if task.answer.kind is AnswerKind.CONDITION else "text",
        hints=[
            Hint(price=hint.penalty, text=hint.text if number in standing.hints else None)
            for number, hint in enumerate(task.hints)
        ],
        attempts=standing.attempts,
        attempts_left=left,
        wrong_price=task.wrong_penalty,
        requires=[name for name in task.requires if name not in solved],
        solved=standing.solved,
        solved_at_s=standing.solved_at_s,
    )


def score(value: ExerciseScore) -> Score:
    """A score as a document."""
    return Score(
        points=value.points,
        max_points=value.max_points,
        objectives=value.objectives,
        goals=value.goals,
        consequences=value.consequences,
        faults=len(value.faults),
    )


def host_states(hosts: Iterable[HostStatus], *, paused: bool) -> list[HostState]:
    """The hosts as they are now."""
    return [
        HostState(
            name=host.name,
            state="frozen" if paused else _state(host.services.values()),
            generation=host.generation,
            processes=host.processes,
            memory_kib=host.memory_kib,
            services=dict(host.services),
        )
        for host in hosts
    ]


def _state(services: Iterable[str]) -> str:
    states = set(services)
    if states <= {"up"}:
        return "up"
    return "starting" if states <= {"up", "starting"} else "degraded"


def injects(plan: Plan) -> list[Inject]:
    """What exercise control can do, in short."""
    return [
        Inject(name=one.name, kind=one.kind.value, text=_inject_text(one))
        for one in plan.exercise.injects
    ]


def _inject_text(inject: Any) -> Text:
    if inject.message:
        return dict(inject.message)
    if inject.point is not None:
        return {"en": f"{inject.point} = {inject.value}"}
    return {"en": inject.name}


def topology(plan: Plan, live: Mapping[str, HostState], *, everything: bool) -> Topology:
    """A world as a graph.

    Args:
        plan: Its plan.
        live: State of each host; empty for a pack.
        everything: For a teacher: all addresses, and root on every host. A learner sees the
            addresses of the own hosts only: finding the others is part of the exercise.
    """
    given = doors(plan)
    systems: dict[str, list[str]] = {}
    for system in plan.world.field_systems:
        for host in {listener.host for listener in system.listeners}:
            systems.setdefault(host, []).append(system.name)
    return Topology(
        networks=[
            TopologyNetwork(name=one.name, title=one.title, cidr=one.cidr)
            for one in plan.world.networks
        ],
        hosts=[
            _host(plan, host, systems.get(host.name, []), given, live.get(host.name), everything)
            for host in plan.world.hosts
        ],
        systems=[
            TopologySystem(
                name=one.name,
                type=one.type,
                title=one.title,
                host=one.listeners[0].host if one.listeners else None,
                wiring=one.wiring,
            )
            for one in plan.world.field_systems
        ],
    )


def _host(
    plan: Plan,
    host: Host,
    systems: list[str],
    given: list[Door],
    live: HostState | None,
    everything: bool,
) -> TopologyHost:
    own = [door.user for door in given if door.host == host.name]
    shown = everything or bool(own)
    return TopologyHost(
        name=host.name,
        title=host.title,
        kind=HostKind(host.kind).value,
        ports=[
            TopologyPort(
                network=port.network,
                interface=port.name,
                address=port.address.partition("/")[0] if shown else None,
            )
            for port in host.interfaces
        ],
        systems=sorted(systems),
        users=["root", *(user.name for user in host.users)] if everything else own,
        screens=sorted(screens(plan, host.name)),
        state=live.state if live else None,
        generation=live.generation if live else 0,
        services=live.services if live else {},
    )


def screens(plan: Plan, host: str) -> dict[str, int]:
    """The pages of a host: name to TCP port."""
    found = {
        f"{system.name}": listener.port
        for system in plan.world.field_systems
        for listener in system.listeners
        if listener.host == host and listener.purpose == "screen"
    }
    for one in plan.world.hosts:
        if one.name == host:
            for service in one.services:
                if service.ready_port in _WEB_PORTS:
                    found[service.name] = service.ready_port
    return found


def address_of(plan: Plan, host: str) -> str:
    """First address of a host, without prefix length."""
    for one in plan.world.hosts:
        if one.name == host and one.interfaces:
            return one.interfaces[0].address.partition("/")[0]
    return ""
