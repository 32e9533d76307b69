"""IPv6 where a network asks for it; the same ways as IPv4."""

from __future__ import annotations

from ipaddress import IPv6Network

import pytest

from bachang.plan import Route, World, resolve
from bachang.scenario import load
from tests.plan.worlds import mistakes, written

CHAIN = """\
networks: {a: {cidr: 10.0.1.0/24, ipv6: true}, b: {cidr: 10.0.2.0/24, ipv6: "fd00:b::/64"},
           c: {cidr: 10.0.3.0/24}}
routers:
  r: {networks: {a: 10.0.1.1, b: 10.0.2.1}}
  s: {networks: {b: 10.0.2.2, c: 10.0.3.1}}
hosts:
  h: {networks: {a: 10.0.1.11}}
  i: {networks: {b: 10.0.2.120}}
  j: {networks: c}
"""


def world_of(folder, seed: int = 0, text: str = CHAIN) -> World:
    return resolve(load(written(folder, text)), seed).world


def test_a_prefix_is_given_or_drawn_from_the_seed(tmp_path):
    first, again, other = (world_of(tmp_path, seed) for seed in (0, 0, 1))
    drawn = [IPv6Network(one.networks[0].ipv6 or "") for one in (first, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(one.subnet_of(IPv6Network("fd00::/8")) and one.prefixlen == 64 for one in drawn)
    assert [one.ipv6 for one in first.networks[1:]] == ["fd00:b::/64", None]


def test_addresses_read_like_the_ipv4_ones(tmp_path):
    hosts = {host.name: host for host in world_of(tmp_path).hosts}
    assert hosts["i"].interfaces[0].address6 == "fd00:b::120/64"
    assert (hosts["h"].interfaces[0].address6 or "").endswith("::11/64")
    assert [one.address6 for one in hosts["s"].interfaces] == ["fd00:b::2/64", None]
    assert hosts["j"].interfaces[0].address6 is None


def test_routes_go_the_same_way_as_far_as_there_is_ipv6(tmp_path):
    world = world_of(tmp_path)
    routes = {host.name: host.routes for host in world.hosts}
    prefix = IPv6Network(world.networks[0].ipv6 or "")
    assert routes["h"][1] == Route(destination="default", via=f"{prefix[1]}")
    assert routes["i"] == (
        Route(destination="10.0.1.0/24", via="10.0.2.1"),
        Route(destination="10.0.3.0/24", via="10.0.2.2"),
        Route(destination=str(prefix), via="fd00:b::1"),
    )
    assert len(routes["j"]) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("fd00::/48", "cannot be the prefix"),
        ("2606:4700::/64", "cannot be the prefix"),
        ("fe80::/64", "cannot be the prefix"),
        ("fd00::1/64", "not an IPv6 prefix"),
        ("maybe", "not an IPv6 prefix"),
    ],
)
def test_prefixes_that_cannot_be_are_told(tmp_path, value, message):
    text = f'networks: {{a: {{cidr: 10.0.1.0/24, ipv6: "{value}"}}}}'
    (problem,) = mistakes(written(tmp_path, text))
    assert problem.where == "networks.a.ipv6"
    assert message in problem.message


def test_a_prefix_given_twice_is_told(tmp_path):
    text = (
        "networks: {a: {cidr: 10.0.1.0/24, ipv6: 'fd00:b::/64'},"
        " b: {cidr: 10.0.2.0/24, ipv6: 'fd00:b::/64'}}"
    )
    (problem,) = mistakes(written(tmp_path, text))
    assert "also the prefix of `a`" in problem.message
