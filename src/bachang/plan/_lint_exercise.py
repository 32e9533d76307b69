"""Tasks, hints and weaknesses: can they be solved, do they add up, are they complete?"""

from __future__ import annotations

from collections.abc import Iterator

from bachang.plan._draft import Draft
from bachang.plan._model import AnswerKind, Plan, Task
from bachang.plan._reach import Reach
from bachang.plan._resolve import compose
from bachang.plan._world import Host
from bachang.scenario import Problem, ScenarioError

_PROBES = {
    "exploit": "the attack",
    "exploited": "what holds once the attack succeeded",
    "fix": "what an engineer would do",
    "service": "the legitimate use",
    "serving": "what holds while the function works",
    "off": "the scenario without the weakness",
}


def bad_hints(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Tasks whose hints cost more than the task is worth."""
    for task in plan.exercise.tasks:
        cost = sum(hint.penalty for hint in task.hints)
        if cost > task.points:
            yield draft.scenario.document.problem(
                ("tasks", task.name, "hints"),
                f"cost {cost} points together, the task is worth {task.points}",
                "lower the penalties",
                key=True,
            )


def missing_probes(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Weaknesses that cannot be verified because a probe is missing."""
    for name, weakness in draft.raw.weaknesses.items():
        for probe, meaning in _PROBES.items():
            if not getattr(weakness, probe):
                yield draft.scenario.document.problem(
                    ("weaknesses", name),
                    f"has no `{probe}`",
                    f"add `{probe}: …`, {meaning}",
                    key=True,
                )


def useless_patches(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Weaknesses that cannot be switched off: ``off`` breaks the scenario or changes nothing."""
    for name, weakness in draft.raw.weaknesses.items():
        if not weakness.off:
            continue
        where = ("weaknesses", name, "off")
        try:
            changed = compose(draft.scenario, 0, without={name})[0].world != plan.world
        except ScenarioError as error:
            for problem in error.problems:
                message = f"with it: {problem.where}: {problem.message}"
                yield draft.scenario.document.problem(where, message, problem.remedy, key=True)
        else:
            if not changed:
                message, remedy = "changes nothing in the world", "name what removes the weakness"
                yield draft.scenario.document.problem(where, message, remedy, key=True)


def unreachable_tasks(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Tasks that nobody can get at."""
    open_tasks = _openable(plan)
    for task in plan.exercise.tasks:
        where = ("tasks", task.name)
        if task.name not in open_tasks:
            yield draft.scenario.document.problem(
                (*where, "requires"),
                "can never be open: its `requires` lead back to itself",
                "remove one of them",
                key=True,
            )
        elif task.answer.kind is AnswerKind.FLAG and not _flag_in_reach(plan, task):
            yield draft.scenario.document.problem(
                (*where, "answer"),
                "its flag is on no host that a red or blue actor can reach",
                "plant it where a player can get, or connect that host",
            )


def _openable(plan: Plan) -> set[str]:
    """Tasks whose requirements can all be solved some time."""
    found: set[str] = set()
    while True:
        more = {
            task.name for task in plan.exercise.tasks if found.issuperset(task.requires)
        } - found
        if not more:
            return found
        found |= more


def _flag_in_reach(plan: Plan, task: Task) -> bool:
    """Is the flag on a host, or in a field system's device, that players can reach?"""
    players = [
        actor.host
        for actor in plan.exercise.actors
        if actor.host is not None and actor.role in ("red", "blue")
    ]
    if not players:
        return True
    places = _places_of(plan, task.answer.values[0])
    reach = Reach(plan)
    return any(reach.connects(player, place) for player in players for place in places)


def _places_of(plan: Plan, flag: str) -> set[str]:
    places = {host.name for host in plan.world.hosts if _holds(host, flag)}
    for system in plan.world.field_systems:
        if any(flag in str(value) for value in system.settings.values()):
            places |= {listener.host for listener in system.listeners}
    return places


def _holds(host: Host, flag: str) -> bool:
    return any(flag.encode() in file.content for file in host.files) or any(
        flag in value
        for service in host.services
        for value in (*service.environment.values(), *service.argv)
    )
