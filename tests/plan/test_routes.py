"""Routes: every host reaches every network that routers join, over the fewest hops."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachang.plan import Route, resolve
from bachang.plan._reach import Reach
from bachang.scenario import load
from tests.plan.worlds import mistakes, written

CHAIN = (
    "networks: {a: {cidr: 10.0.1.0/24}, b: {cidr: 10.0.2.0/24}, c: {cidr: 10.0.3.0/24}}\n"
    "routers:\n"
    "  r: {networks: {a: 10.0.1.1, b: 10.0.2.1}}\n"
    "  s: {networks: {b: 10.0.2.2, c: 10.0.3.1}}\n"
)


def routes_of(folder: Path, text: str, name: str) -> tuple[Route, ...]:
    plan = resolve(load(written(folder, text)), 0)
    return next(host.routes for host in plan.world.hosts if host.name == name)


def test_the_only_router_is_the_gateway(tmp_path):
    routes = routes_of(tmp_path, CHAIN + "hosts: {h: {networks: a}}", "h")
    assert routes == (Route(destination="default", via="10.0.1.1"),)


def test_between_routers_each_network_has_its_nearest(tmp_path):
    assert routes_of(tmp_path, CHAIN + "hosts: {h: {networks: b}}", "h") == (
        Route(destination="10.0.1.0/24", via="10.0.2.1"),
        Route(destination="10.0.3.0/24", via="10.0.2.2"),
    )


def test_a_named_gateway_wins_and_none_means_none(tmp_path):
    text = CHAIN + "hosts: {h: {networks: b, gateway: s}, i: {networks: b, gateway: none}}"
    assert routes_of(tmp_path, text, "h") == (Route(destination="default", via="10.0.2.2"),)
    assert routes_of(tmp_path, text, "i") == ()


def test_routers_know_far_networks(tmp_path):
    assert routes_of(tmp_path, CHAIN, "r") == (Route(destination="10.0.3.0/24", via="10.0.2.2"),)


def test_an_authors_route_replaces_the_found_one(tmp_path):
    text = CHAIN.replace("10.0.2.1}}", "10.0.2.1}, routes: {10.0.3.0/24: 10.0.2.9}}")
    assert routes_of(tmp_path, text, "r") == (Route(destination="10.0.3.0/24", via="10.0.2.9"),)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("{networks: a, gateway: s}", "`s` shares no network with `h`"),
        ("{networks: a, gateway: t}", "no router `t`"),
        ("{networks: a, routes: {10.9.0.0/16: 10.0.3.1}}", "10.0.3.1 is not next to `h`"),
    ],
)
def test_ways_that_lead_nowhere_are_told(tmp_path, host, message):
    (problem,) = mistakes(written(tmp_path, CHAIN + f"hosts: {{h: {host}}}"))
    assert problem.message == message
    assert problem.remedy


@st.composite
def joined_networks(draw):
    """Networks joined by routers into one piece, with more routers thrown in."""
    count = draw(st.integers(2, 6))
    joins = [(draw(st.integers(0, i - 1)), i) for i in range(1, count)]
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    joins += [pair for pair in draw(st.lists(pairs, max_size=3)) if pair[0] != pair[1]]
    lines = ["networks:", *(f"  n{i}: {{cidr: 10.0.{i}.0/24}}" for i in range(count)), "routers:"]
    lines += [f"  r{i}: {{networks: [n{a}, n{b}]}}" for i, (a, b) in enumerate(joins)]
    lines += ["hosts:", *(f"  h{i}: {{networks: n{i}}}" for i in range(count))]
    return "\n".join(lines)


@settings(max_examples=30)
@given(joined_networks())
def test_every_host_reaches_every_other_host_and_router(tmp_path_factory, text):
    plan = resolve(load(written(tmp_path_factory.mktemp("pack"), text)), 0)
    reach = Reach(plan)
    names = [host.name for host in plan.world.hosts]
    assert all(reach.connects(one, two) for one in names for two in names)
