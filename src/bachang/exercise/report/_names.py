"""What a plan calls the things that its journal names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bachang.plan import Plan, Role, Text
from bachang.twins import TYPES

SIDES: dict[str, Text] = {
    Role.RED: {"en": "red", "zh": "红方"},
    Role.BLUE: {"en": "blue", "zh": "蓝方"},
    Role.GREEN: {"en": "green", "zh": "绿方"},
    Role.WHITE: {"en": "control", "zh": "导调"},
    "network": {"en": "network", "zh": "网络"},
    "system": {"en": "system", "zh": "系统"},
}


class _Titled(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> Text: ...


class Names:
    """Titles by name; a name without a title stands for itself."""

    def __init__(self, plan: Plan) -> None:
        exercise = plan.exercise
        self._tasks = _titles(exercise.tasks)
        self._actors = _titles(exercise.actors)
        self._systems = _titles(plan.world.field_systems)
        self._types = {system.name: system.type for system in plan.world.field_systems}
        self._points = {
            f"{system.name}.{point.name}": point.title
            for system in plan.world.field_systems
            if system.type in TYPES
            for point in TYPES[system.type].points
            if point.title
        }
        self._hosts = {
            address.split("/")[0]: host.name
            for host in plan.world.hosts
            for interface in host.interfaces
            for address in (interface.address, interface.address6)
            if address
        }
        self._conditions = {c.name: c.description for c in exercise.conditions if c.description}
        self._actions = {
            f"{actor.name}/{action.name}": action.title
            for actor in exercise.actors
            for action in actor.actions
            if action.title
        }

    def task(self, name: str) -> Text:
        """A task's title."""
        return self._tasks.get(name) or same(name)

    def actor(self, name: str) -> Text:
        """An actor's title; without one, its side's, from ``role/name``."""
        side, _, who = name.partition("/")
        if who in self._actors:
            return self._actors[who]
        return same(who) if who and side != Role.WHITE else SIDES.get(side, same(side))

    def condition(self, name: str) -> Text:
        """What a condition says."""
        return self._conditions.get(name) or same(name)

    def action(self, key: str) -> Text:
        """The title of ``actor/action``."""
        return self._actions.get(key) or same(key.rpartition("/")[2])

    def system(self, name: str) -> Text:
        """A field system's title."""
        return self._systems.get(name) or same(name)

    def type(self, name: str) -> str:
        """The type of a point's field system; empty for an unknown one."""
        return self._types.get(name.partition(".")[0], "")

    def point(self, name: str) -> Text:
        """A point with its field system's title, e.g. ``Diesel genset · Engine speed``."""
        system, _, short = name.partition(".")
        of, title = self.system(system), self._points.get(name) or same(short)
        if not short:
            return of
        return {key: _joined(of.get(key, system), title.get(key, short)) for key in ("en", "zh")}

    def host(self, source: object) -> str:
        """The host that has an address (a port after it does not matter), else the address."""
        address = str(source or "").rpartition(":")[0] or str(source or "")
        return self._hosts.get(address, str(source or ""))


def _joined(system: str, point: str) -> str:
    return point if point.startswith(system) else f"{system} · {point}"


def same(words: str) -> Text:
    """A text that is the same in both languages."""
    return {"en": words, "zh": words}


def _titles(things: Iterable[_Titled]) -> dict[str, Text]:
    return {thing.name: thing.title for thing in things if thing.title}
