"""NAT routers: who is hidden, who is reached."""

from __future__ import annotations

import pytest

from bachang.plan import Host, resolve
from bachang.plan._reach import Reach
from bachang.scenario import load
from tests.plan.worlds import mistakes, written

TOWN = """\
networks: {home: {cidr: 10.0.1.0/24}, street: {cidr: 10.0.2.0/24}, far: {cidr: 10.0.3.0/24}}
routers:
  box: {networks: {home: 10.0.1.1, street: 10.0.2.1}, nat: street}
  road: {networks: {street: 10.0.2.2, far: 10.0.3.1}}
hosts: {pc: {networks: home}, kiosk: {networks: street}, shop: {networks: far}}
"""


def hosts_of(folder, text: str = TOWN) -> dict[str, Host]:
    return {host.name: host for host in resolve(load(written(folder, text)), 0).world.hosts}


def test_rules_are_written_for_the_outer_side(tmp_path):
    box = hosts_of(tmp_path)["box"]
    assert box.nat == ("street",)
    assert 'oifname { "eth1" } masquerade' in (box.firewall or "")


def test_rules_of_the_author_come_first(tmp_path):
    rules = ", nat: street, firewall: {text: 'table inet filter {}'}"
    box = hosts_of(tmp_path, TOWN.replace(", nat: street", rules))["box"]
    assert (box.firewall or "").startswith("table inet filter {}\n")
    assert "masquerade" in (box.firewall or "")


def test_nobody_outside_has_a_route_to_what_is_hidden(tmp_path):
    hosts = hosts_of(tmp_path)
    for name in ("kiosk", "shop", "road"):
        assert "10.0.1.0/24" not in {route.destination for route in hosts[name].routes}
    assert [route.via for route in hosts["pc"].routes] == ["10.0.1.1"]
    assert [route.via for route in hosts["kiosk"].routes] == ["10.0.2.2"]


def test_answers_find_back_and_nothing_else_does(tmp_path):
    reach = Reach(resolve(load(written(tmp_path, TOWN)), 0))
    assert reach.connects("pc", "shop")
    assert reach.connects("pc", "kiosk")
    assert not reach.connects("shop", "pc")
    assert not reach.connects("kiosk", "pc")
    assert reach.connects("shop", "box")


def test_an_author_may_name_it_as_a_gateway(tmp_path):
    text = TOWN.replace("kiosk: {networks: street}", "kiosk: {networks: street, gateway: box}")
    assert [route.via for route in hosts_of(tmp_path, text)["kiosk"].routes] == ["10.0.2.1"]


@pytest.mark.parametrize(
    ("nat", "message"),
    [("far", "no network of this router `far`"), ("[home, street]", "has no inner side")],
)
def test_nat_that_cannot_be_is_told(tmp_path, nat, message):
    problems = mistakes(written(tmp_path, TOWN.replace("nat: street", f"nat: {nat}")))
    assert [problem.message for problem in problems] == [message]
