"""A world as a graph, with the state of its hosts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from bachang.fabric import HostStatus
from bachang.plan import Host, HostKind, Plan
from bachang.portal._views._doors import doors, screens
from bachang.portal.models import (
    Door,
    HostState,
    Topology,
    TopologyHost,
    TopologyNetwork,
    TopologyPort,
    TopologySystem,
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


def topology(plan: Plan, live: Mapping[str, HostState], *, everything: bool) -> Topology:
    """A world as a graph.

    Args:
        plan: Its plan.
        live: State of each host; empty for a pack.
        everything: For a teacher: all addresses, and root on every host. A learner sees the
            addresses of the own hosts only, and none that a task asks for: finding the others
            is part of the exercise.
    """
    given = doors(plan)
    asked = {value for task in plan.exercise.tasks for value in task.answer.values}
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
            _host(
                plan,
                host,
                systems.get(host.name, []),
                given,
                live.get(host.name),
                None if everything else asked,
            )
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
    asked: Set[str] | None,
) -> TopologyHost:
    """``asked``: what tasks ask a learner for; nothing is kept from a teacher."""
    own = [door.user for door in given if door.host == host.name]
    everything = asked is None

    def shown(address: str) -> bool:
        return asked is None or (bool(own) and address not in asked)

    return TopologyHost(
        name=host.name,
        title=host.title,
        kind=HostKind(host.kind).value,
        ports=[
            TopologyPort(
                network=port.network,
                interface=port.name,
                address=address if shown(address := port.address.partition("/")[0]) else None,
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
