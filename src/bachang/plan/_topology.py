"""A plan's world as a graph: networks, what hangs on them, field systems and their wires."""

from __future__ import annotations

from typing import Any

from bachang.plan._model import Plan, Role
from bachang.plan._world import FieldSystem, Host


def topology_json(plan: Plan) -> dict[str, Any]:
    """The graph as JSON values, for programs that draw it themselves."""
    return {
        "networks": [
            {"name": network.name, "title": network.title, "cidr": network.cidr}
            for network in plan.world.networks
        ],
        "hosts": [_host(plan, host) for host in plan.world.hosts],
        "systems": [
            {
                "name": system.name,
                "type": system.type,
                "title": system.title,
                "host": host_of(system),
                "wiring": system.wiring,
            }
            for system in plan.world.field_systems
        ],
    }


def _host(plan: Plan, host: Host) -> dict[str, Any]:
    return {
        "name": host.name,
        "title": host.title,
        "kind": host.kind.value,
        "ports": [
            {
                "network": interface.network,
                "interface": interface.name,
                "address": interface.address.split("/")[0],
            }
            for interface in host.interfaces
        ],
        "services": [service.name for service in host.services],
        "systems": [
            system.name for system in plan.world.field_systems if host_of(system) == host.name
        ],
        "users": [user.name for user in host.users],
        "actors": [actor.name for actor in plan.exercise.actors if actor.host == host.name],
    }


def host_of(system: FieldSystem) -> str | None:
    """The host where a field system is reached, if it is reached at all."""
    return system.listeners[0].host if system.listeners else None


def networks_in_depth(plan: Plan) -> list[str]:
    """Networks from where the trainee sits into the depth, hop by hop over routers."""
    neighbours: dict[str, list[str]] = {network.name: [] for network in plan.world.networks}
    for host in plan.world.hosts:
        joined = [interface.network for interface in host.interfaces]
        for network in joined:
            neighbours[network] += [other for other in joined if other != network]
    order: list[str] = []
    for start in (*_trainee_networks(plan), *neighbours):
        queue = [start]
        while queue:
            network = queue.pop(0)
            if network not in order:
                order.append(network)
                queue += neighbours[network]
    return order


def _trainee_networks(plan: Plan) -> list[str]:
    """Where the first defender sits."""
    hosts = {host.name: host for host in plan.world.hosts}
    for actor in plan.exercise.actors:
        if actor.role is Role.BLUE and actor.host is not None:
            return [interface.network for interface in hosts[actor.host].interfaces[:1]]
    return []


def systems_by_depth(plan: Plan) -> list[list[FieldSystem]]:
    """Field systems in columns, each behind those that it is wired to.

    Loops (a genset and the switch that calls it) are cut at the first one in the file.
    """
    systems = {system.name: system for system in plan.world.field_systems}
    depth: dict[str, int] = {}
    while len(depth) < len(systems):
        waiting = [system for name, system in systems.items() if name not in depth]
        ready = [one for one in waiting if depth.keys() >= set(one.wiring.values()) & set(systems)]
        for system in ready or [next(one for one in waiting if _in_loop(one.name, waiting))]:
            behind = [depth[name] for name in system.wiring.values() if name in depth]
            depth[system.name] = max(behind, default=-1) + 1
    columns: list[list[FieldSystem]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name, system in systems.items():
        columns[depth[name]].append(system)
    return columns


def _in_loop(name: str, waiting: list[FieldSystem]) -> bool:
    """Does a system feed itself by way of others?"""
    wired = {system.name: set(system.wiring.values()) for system in waiting}
    seen: set[str] = set()
    queue = [name]
    while queue:
        for other in wired.get(queue.pop(), set()) - seen:
            seen.add(other)
            queue.append(other)
    return name in seen
