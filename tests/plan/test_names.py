"""Zones of a scenario become files of hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.plan import Host, resolve
from bachang.scenario import load
from tests.plan.worlds import mistakes, written

TOWN = """\
networks: {office: {cidr: 10.1.0.0/24}, plant: {cidr: 10.2.0.0/16, ipv6: "fd00:2::/64"}}
routers: {edge: {networks: {office: 10.1.0.1, plant: 10.2.0.1}}}
hosts:
  desk: {networks: office}
  names: {networks: {plant: 10.2.0.53}}
  pump: {networks: {plant: 10.2.3.4}, files: {/etc/hosts: {text: "own"}}}
"""


def hosts_of(folder: Path, text: str) -> dict[str, Host]:
    world = resolve(load(written(folder, TOWN + text)), 0).world
    return {host.name: host for host in world.hosts}


def text_of(host: Host, path: str) -> str:
    (content,) = [file.content.decode() for file in host.files if file.path == path]
    return content


def test_every_host_has_its_name_and_asks(tmp_path):
    hosts = hosts_of(tmp_path, "dns: {park.test: {host: names}}")
    zone = text_of(hosts["names"], "/etc/dns/park.test.zone")
    assert "desk IN A 10.1.0.2\n" in zone
    assert "edge IN A 10.1.0.1\nedge IN A 10.2.0.1\nedge IN AAAA fd00:2::1\n" in zone
    assert "pump IN AAAA fd00:2::772\n" in zone
    assert text_of(hosts["desk"], "/etc/resolv.conf").splitlines()[:2] == [
        "search park.test",
        "nameserver 10.2.0.53",
    ]
    assert "pump" not in text_of(hosts["desk"], "/etc/hosts")
    assert "nameserver 127.0.0.1" in text_of(hosts["names"], "/etc/resolv.conf")
    assert text_of(hosts["pump"], "/etc/hosts") == "own"


def test_addresses_lead_back_to_names(tmp_path):
    names = hosts_of(tmp_path, "dns: {park.test: {host: names}}")["names"]
    assert "2 IN PTR desk.park.test.\n" in text_of(names, "/etc/dns/0.1.10.in-addr.arpa.zone")
    assert "4.3 IN PTR pump.park.test.\n" in text_of(names, "/etc/dns/2.10.in-addr.arpa.zone")


def test_records_of_the_author_replace_those_of_a_host(tmp_path):
    records = "{www: [10.2.0.8, 'fd00:2::8'], shop: www, desk: 10.9.9.9, '@': [MX 10 pump]}"
    names = hosts_of(tmp_path, f"dns: {{park.test: {{host: names, records: {records}}}}}")["names"]
    zone = text_of(names, "/etc/dns/park.test.zone")
    assert "www IN A 10.2.0.8\nwww IN AAAA fd00:2::8\nshop IN CNAME www\n" in zone
    assert zone.count("desk IN") == 1
    assert "desk IN A 10.9.9.9" in zone
    assert "@ IN MX 10 pump" in zone


def test_a_zone_may_be_that_of_some_networks(tmp_path):
    hosts = hosts_of(tmp_path, "dns: {plant.test: {host: names, networks: plant}}")
    assert "desk" not in text_of(hosts["names"], "/etc/dns/plant.test.zone")
    assert "edge IN A 10.1" not in text_of(hosts["names"], "/etc/dns/plant.test.zone")
    assert not [file for file in hosts["desk"].files if file.path == "/etc/resolv.conf"]


def test_without_zones_nothing_is_added(tmp_path):
    hosts = hosts_of(tmp_path, "")
    assert hosts["desk"].files == ()
    assert hosts["names"].services == ()


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("dns: {park: {host: names}}", "dns.park", "not the name of a zone"),
        ("dns: {park.test: {host: nemas}}", "dns.park.test.host", "no host `nemas`"),
        (
            "dns: {park.test: {host: names, networks: [hall]}}",
            "dns.park.test.networks.0",
            "no network `hall`",
        ),
        (
            "dns: {park.test: {host: names, records: {www: [10.2.0.8, MX mail]}}}",
            "dns.park.test.records.www.1",
            "'MX mail' is no record",
        ),
        (
            "dns: {park.test: {host: names, records: {www: A 10.2.0.800}}}",
            "dns.park.test.records.www",
            "'A 10.2.0.800' is no record",
        ),
        (
            "dns: {park.test: {host: names, records: {www: [pump, 10.2.0.8]}}}",
            "dns.park.test",
            "is not a zone",
        ),
        (
            "dns: {park.test: {host: names, records: {'w w': pump}}}",
            "dns.park.test.records.w w",
            "not a name in a zone",
        ),
        (
            "dns: {park.test: {host: names}, lab.park.test: {host: pump}}",
            "dns.lab.park.test",
            "lies inside the zone `park.test`",
        ),
    ],
)
def test_zones_that_cannot_be_are_told(tmp_path, text, where, message):
    (problem,) = mistakes(written(tmp_path, TOWN + text))
    assert message in problem.message
    assert problem.where == where
    assert problem.remedy


def test_a_server_of_the_authors_own_is_not_overrun(tmp_path):
    text = TOWN.replace(
        "names: {networks: {plant: 10.2.0.53}}",
        "names: {networks: {plant: 10.2.0.53}, services: {bind: {program: x, port: 53}}}",
    )
    (problem,) = mistakes(written(tmp_path, text + "dns: {park.test: {host: names}}"))
    assert "port 53" in problem.message
