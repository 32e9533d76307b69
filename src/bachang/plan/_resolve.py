"""From a scenario and a seed to the one plan that they make."""

from __future__ import annotations

import re
from collections.abc import Collection

from bachang.plan import _field_systems, _links, _scoring, _story, _tasks
from bachang.plan._draft import Draft
from bachang.plan._hosts import resolve_host
from bachang.plan._ipv6 import with_ipv6
from bachang.plan._model import Exercise, Plan
from bachang.plan._names import with_names
from bachang.plan._routes import resolve_routes
from bachang.plan._world import Guarantee, World
from bachang.scenario import Scenario, ScenarioError, Seed, variant

FORMAT = 1
"""Version of the plan's data model."""


def resolve(
    scenario: Scenario, seed: str | int = 0, *, without: Collection[str] = frozenset()
) -> Plan:
    """The plan of one sandbox: a pure function, byte for byte.

    Args:
        scenario: what an author wrote.
        seed: an integer for an author's runs; for exercises at least 128 bits in hexadecimal.
        without: weaknesses to switch off.

    Raises:
        ScenarioError: every mistake in the scenario.
        ValueError: the seed is neither.
    """
    return compose(scenario, seed, without=without)[0]


def compose(
    scenario: Scenario, seed: str | int, *, without: Collection[str] = frozenset()
) -> tuple[Plan, Draft]:
    """As `resolve`, with the draft, which knows what was used."""
    text = str(seed)
    if not re.fullmatch(r"-?[0-9]+|[0-9a-f]{32,}", text):
        raise ValueError("a seed is an integer or at least 32 hexadecimal digits")
    source = Seed(text, scenario.raw.name)
    raw, expansion = variant(scenario.document, source, without)
    draft = Draft(scenario, raw, source, expansion, {**raw.routers, **raw.hosts})
    for name in set(raw.routers) & set(raw.hosts):
        draft.wrong(("routers", name), "is also the name of a host", "rename one", key=True)
    world = _world(draft)
    plan = Plan(
        format=FORMAT,
        scenario=raw.name,
        title=draft.text(("title",), raw.title, raw.name),
        description=draft.text(("description",), raw.description),
        seed=text,
        world=world,
        exercise=_exercise(draft),
    )
    if draft.problems:
        raise ScenarioError(draft.problems)
    return plan, draft


def _world(draft: Draft) -> World:
    networks = _links.resolve_networks(draft)
    links = _links.resolve_interfaces(draft, networks)
    routes = with_ipv6(resolve_routes(draft, links), links, networks)
    _field_systems.check_ports(draft)
    return World(
        networks=networks,
        hosts=with_names(
            draft, [resolve_host(draft, name, links[name], routes[name]) for name in links]
        ),
        field_systems=_field_systems.resolve_field_systems(draft),
        seed=draft.seed.derive("plant").hex(),
        isolation=tuple(sorted({Guarantee(one) for one in draft.raw.isolation})),
    )


def _exercise(draft: Draft) -> Exercise:
    return Exercise(
        tasks=_tasks.resolve_tasks(draft),
        conditions=_tasks.resolve_conditions(draft),
        metrics=_scoring.resolve_metrics(draft),
        evaluations=_scoring.resolve_evaluations(draft),
        objectives=_scoring.resolve_objectives(draft),
        goals=_scoring.resolve_goals(draft),
        weaknesses=_tasks.resolve_weaknesses(draft),
        injects=_story.resolve_injects(draft),
        events=_story.resolve_events(draft),
        scripts=_story.resolve_scripts(draft),
        stories=_story.resolve_stories(draft),
        actors=_story.resolve_actors(draft),
    )
