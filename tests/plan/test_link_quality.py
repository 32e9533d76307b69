"""Rate, delay, loss and looks of links: said at a network, or better at a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.plan import Interface, resolve
from bachang.scenario import load
from tests.plan.worlds import mistakes, written

_LAN = "networks: {lan: {cidr: 10.0.0.0/24, rate: 1 Gbit, delay: 20 ms, loss: 0.5 %, wire: true}}\n"


def _interfaces(folder: Path, hosts: str) -> dict[str, Interface]:
    world = resolve(load(written(folder, _LAN + hosts)), 0).world
    assert world.networks[0].wire
    return {host.name: host.interfaces[0] for host in world.hosts}


def test_a_network_speaks_for_its_links(tmp_path: Path) -> None:
    link = _interfaces(tmp_path, "hosts: {a: {networks: [lan]}}")["a"]
    assert (link.rate_kbit, link.delay_ms, link.loss) == (1_000_000, 20.0, 0.005)


def test_a_host_speaks_for_its_own(tmp_path: Path) -> None:
    hosts = "hosts: {a: {networks: {lan: {loss: 0 %, rate: 64 kbit, delay: 0 s}}}}"
    link = _interfaces(tmp_path, hosts)["a"]
    assert (link.rate_kbit, link.delay_ms, link.loss) == (64, 0.0, 0.0)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("loss: 100 %", "is no share of frames"),
        ("loss: 0.01", "is no share of frames"),
        ("loss: -1 %", "is no share of frames"),
        ("delay: fast", "is not a duration"),
        ("delay: 2 min", "too large"),
        ("rate: 10", "is not the speed of a link"),
    ],
)
def test_what_no_link_can_be_is_told(tmp_path: Path, link: str, words: str) -> None:
    text = f"networks: {{lan: {{cidr: 10.0.0.0/24, {link}}}}}"
    (problem,) = mistakes(written(tmp_path, text))
    assert words in problem.message
    assert problem.remedy
