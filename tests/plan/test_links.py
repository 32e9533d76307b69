"""Addresses, MACs and kernel names: always valid, never twice, stable."""

from __future__ import annotations

import re
from ipaddress import IPv4Interface, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachang.plan import resolve
from bachang.plan._links import MAX_KERNEL_NAME, kernel_names
from bachang.scenario import load
from tests.plan.worlds import mistakes, written

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@st.composite
def worlds(draw):
    """A scenario of a few networks and hosts, some with fixed addresses."""
    count = draw(st.integers(1, 4))
    prefix = draw(st.sampled_from([24, 26, 28]))
    networks = [f"n{i}" for i in range(count)]
    lines = ["networks:", *(f"  n{i}: {{cidr: 10.9.{i}.0/{prefix}}}" for i in range(count))]
    hosts = draw(st.lists(NAMES, min_size=1, max_size=10, unique=True))
    lines.append("hosts:")
    free = {network: list(range(1, 13)) for network in networks}
    for host in hosts:
        lines += [f"  {host}:", "    gateway: none", "    networks:"]
        for network in draw(st.lists(st.sampled_from(networks), min_size=1, unique=True)):
            fixed = draw(st.one_of(st.none(), st.sampled_from(free[network])))
            if fixed is not None:
                free[network].remove(fixed)
            address = f" 10.9.{network[1]}.{fixed}" if fixed else ""
            lines.append(f"      {network}:{address}")
    return "\n".join(lines) + "\n"


@settings(max_examples=30)
@given(worlds(), st.integers())
def test_every_link_is_valid_and_nothing_is_given_twice(tmp_path_factory, text, seed):
    scenario = load(written(tmp_path_factory.mktemp("pack"), text))
    world = resolve(scenario, seed).world
    cidrs = {network.name: IPv4Network(network.cidr) for network in world.networks}
    links = [(host.name, link) for host in world.hosts for link in host.interfaces]
    for host, link in links:
        address = IPv4Interface(link.address)
        assert address.network == cidrs[link.network]
        assert address.ip in set(cidrs[link.network].hosts())
        fixed = scenario.raw.hosts[host].networks[link.network].address
        assert fixed in (None, str(address.ip))
        assert int(link.mac[:2], 16) & 0b11 == 0b10
    kernel = [link.port for _, link in links] + [network.bridge for network in world.networks]
    assert all(len(name) <= MAX_KERNEL_NAME for name in kernel)
    for unique in (kernel, [link.mac for _, link in links], [link.address for _, link in links]):
        assert len(set(unique)) == len(unique)


@settings(max_examples=30)
@given(worlds())
def test_another_host_at_the_end_changes_no_address(tmp_path_factory, text):
    before = resolve(load(written(tmp_path_factory.mktemp("pack"), text)), 0).world
    more = text + "  zzz-last-one-of-all-zzz-0: {networks: [n0], gateway: none}\n"
    after = resolve(load(written(tmp_path_factory.mktemp("pack"), more)), 0).world
    assert after.hosts[:-1] == before.hosts


@given(st.lists(st.text("abc-.0123456789", min_size=1, max_size=40), unique=True))
def test_kernel_names_are_short_unique_and_plain(names):
    chosen = kernel_names("p", names)
    assert set(chosen) == set(names)
    assert len(set(chosen.values())) == len(names)
    for name in chosen.values():
        assert len(name) <= MAX_KERNEL_NAME
        assert re.fullmatch(r"[a-z0-9.-]+", name)


TWO = "networks: {a: {cidr: 10.0.0.0/29}, b: {cidr: 10.0.1.0/24}}\n"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (TWO + "hosts: {h: {networks: {a: 10.0.1.1}}}", "hosts.h.networks.a", "not in 10.0.0.0/29"),
        (TWO + "hosts: {h: {networks: {a: 10.0.0.7}}}", "hosts.h.networks.a", "reserved"),
        (
            TWO + "hosts: {h: {networks: {a: 10.0.0.2}}, i: {networks: {a: 10.0.0.2}}}",
            "hosts.i.networks.a",
            "belongs to `h`",
        ),
        (TWO + "hosts: {h: {networks: [c]}}", "hosts.h.networks.c", "no network `c`"),
        (
            "networks: {a: {cidr: 10.0.0.0/8}, b: {cidr: 10.0.1.0/24}}",
            "networks.b.cidr",
            "overlaps `a`",
        ),
        (
            "networks: {a: {cidr: 10.0.0.0/30}}\nhosts: {h: {networks: a}, i: {networks: a},"
            " j: {networks: a}}",
            "hosts.j.networks.a",
            "no free address",
        ),
    ],
)
def test_addresses_that_cannot_be_are_told(tmp_path, text, where, message):
    (problem,) = mistakes(written(tmp_path, text))
    assert problem.where == where
    assert message in problem.message
    assert problem.remedy


def test_neighbouring_networks_do_not_overlap(tmp_path):
    text = "networks: {a: {cidr: 10.0.0.0/25}, b: {cidr: 10.0.0.128/25}}"
    assert mistakes(written(tmp_path, text)) == ()


def test_rates_are_in_kbit(tmp_path):
    text = "networks: {a: {cidr: 10.0.0.0/29}}\nhosts: {h: {networks: {a: {rate: 10 Mbit}}}}"
    world = resolve(load(written(tmp_path, text)), 0).world
    assert world.hosts[0].interfaces[0].rate_kbit == 10_000
