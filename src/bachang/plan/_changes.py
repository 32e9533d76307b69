"""What is different between two plans, by the names that an author gave.

A part of a plan is looked at as named items, each with a short text that says what it is; an
item whose value changed is told with both texts.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from bachang.plan._model import Plan
from bachang.plan._world import Host

_SHORT = 80


class ChangeKind(enum.StrEnum):
    """What happened to an item."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item that is not what it was."""

    part: str
    """``networks``, ``hosts``, ``addresses``, ``files``, ``tasks``, …"""
    name: str
    """The item's name; inside a host ``HOST:NAME``."""
    kind: ChangeKind
    before: str = ""
    """What it was, in one line; empty for a new one."""
    after: str = ""
    """What it is, in one line; empty for one that is gone."""


_Item = tuple[Any, str]
"""What is compared, and how it is told."""


def changes(old: Plan, new: Plan) -> tuple[Change, ...]:
    """All items that differ, part by part, by name."""
    return tuple(
        change
        for part, items in _PARTS.items()
        for change in _compare(part, dict(items(old)), dict(items(new)))
    )


def _compare(
    part: str, before: Mapping[str, _Item], after: Mapping[str, _Item]
) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None and was[0] == now[0]:
            continue
        yield Change(
            part=part,
            name=name,
            kind=_kind(was, now),
            before=was[1] if was else "",
            after=now[1] if now else "",
        )


def _kind(was: _Item | None, now: _Item | None) -> ChangeKind:
    if was is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if now is None else ChangeKind.CHANGED


def _isolation(plan: Plan) -> Iterator[tuple[str, _Item]]:
    for one in plan.world.isolation:
        yield one.value, (one, one.value)


def _networks(plan: Plan) -> Iterator[tuple[str, _Item]]:
    for one in plan.world.networks:
        yield one.name, (one, one.cidr)


def _hosts(plan: Plan) -> Iterator[tuple[str, _Item]]:
    """Hosts by what they are themselves: what is in them has parts of its own."""
    for one in plan.world.hosts:
        own = (one.kind, one.title, one.net_admin, one.nat, one.tools, one.limits)
        yield one.name, (own, one.title.get("en", one.kind.value))


def _addresses(plan: Plan) -> Iterator[tuple[str, _Item]]:
    for host in plan.world.hosts:
        for port in host.interfaces:
            both = ", ".join(filter(None, (port.address, port.address6)))
            rate = f" {port.rate_kbit} kbit/s" if port.rate_kbit else ""
            yield f"{host.name}:{port.network}", ((both, rate), both + rate)


def _routes(plan: Plan) -> Iterator[tuple[str, _Item]]:
    for host in plan.world.hosts:
        told = ", ".join(f"{route.destination} via {route.via}" for route in host.routes)
        yield host.name, (told, told)


def _inside(field: str, told: Callable[[Any], str]) -> Callable[[Plan], Any]:
    def items(plan: Plan) -> Iterator[tuple[str, _Item]]:
        for host in plan.world.hosts:
            for one in getattr(host, field):
                yield f"{host.name}:{getattr(one, 'path', '') or one.name}", (one, told(one))

    return items


def _file(one: Any) -> str:
    sum_ = hashlib.sha256(one.content).hexdigest()[:8]
    return f"{len(one.content)} B, {one.owner}, {one.mode:04o}, sha256 {sum_}"


def _firewalls(plan: Plan) -> Iterator[tuple[str, _Item]]:
    def told(host: Host) -> str:
        lines = (host.firewall or "").splitlines()
        return f"{len(lines)} lines"

    for host in plan.world.hosts:
        if host.firewall is not None:
            yield host.name, (host.firewall, told(host))


def _systems(plan: Plan) -> Iterator[tuple[str, _Item]]:
    for one in plan.world.field_systems:
        doors = [f"{each.purpose} {each.host}:{each.port}" for each in one.listeners]
        settings = [f"{key}={value}" for key, value in sorted(one.settings.items())]
        yield one.name, (one, _short(", ".join([one.type, *doors, *settings])))


def _texts(plan: Plan) -> Iterator[tuple[str, _Item]]:
    yield "title", (plan.title, _short(plan.title.get("en", "")))
    yield "description", (plan.description, _short(plan.description.get("en", "")))


def _exercise(field: str) -> Callable[[Plan], Any]:
    def items(plan: Plan) -> Iterator[tuple[str, _Item]]:
        for one in getattr(plan.exercise, field):
            yield one.name, (one, _told(one))

    return items


def _told(one: Any) -> str:
    """A task, condition, inject, … in a line: its title, else what it says."""
    known = {each.name: getattr(one, each.name) for each in fields(one)}
    title = known.get("title") or known.get("message") or {}
    words = [title.get("en", "")] if title else []
    words += [f"{known['points']} points"] if "points" in known else []
    plain = (key for key in ("expression", "point", "value", "metrics", "scripts") if key in known)
    words += [str(known[key]) for key in plain if known[key] not in (None, ())]
    return _short(", ".join(word for word in words if word))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


_PARTS: Mapping[str, Callable[[Plan], Any]] = {
    "texts": _texts,
    "isolation": _isolation,
    "networks": _networks,
    "hosts": _hosts,
    "addresses": _addresses,
    "routes": _routes,
    "firewalls": _firewalls,
    "users": _inside("users", lambda one: ", ".join((one.shell, *one.groups))),
    "files": _inside("files", _file),
    "services": _inside("services", lambda one: f"{_short(' '.join(one.argv))} ({one.user})"),
    "field_systems": _systems,
    **{
        field: _exercise(field)
        for field in (
            "tasks", "weaknesses", "conditions", "metrics", "evaluations", "objectives", "goals",
            "injects", "events", "scripts", "stories", "actors",
        )
    },
}  # fmt: skip
