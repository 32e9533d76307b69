"""What a plan gives into people's hands: hosts, accounts, pages."""

from __future__ import annotations

from bachang.plan import Actor, Plan, Role
from bachang.portal.models import Door

_WEB_PORTS = frozenset({80, 8000, 8080})
"""Ports of services that are taken for pages."""


def doors(plan: Plan) -> list[Door]:
    """The hosts and accounts that people on the learner's side are given."""
    return [
        Door(host=str(actor.host), user=str(actor.user), title=actor.title)
        for actor in plan.exercise.actors
        if _is_door(actor)
    ]


def _is_door(actor: Actor) -> bool:
    return actor.role is Role.BLUE and bool(actor.host and actor.user) and not actor.actions


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
