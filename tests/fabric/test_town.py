"""A town from a scenario, alive: names, IPv6, a NAT router, and people with passwords.

::

    desk ── office ── edge ── hall ── names, shop, set   office, hall: IPv4 and IPv6
                                └──── box ── street ── kiosk     street: IPv4, outside
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bachang.fabric import LocalFabric, Sandbox, SandboxError
from bachang.plan import resolve
from bachang.scenario import load

SCENARIO = """\
bachang: 1
name: town
title: Town
networks:
  office: {cidr: 10.20.10.0/24, ipv6: true}
  hall: {cidr: 10.20.20.0/24, ipv6: "fd00:20:20::/64"}
  street: {cidr: 10.20.30.0/24}
routers:
  edge:
    networks: {office: 10.20.10.1, hall: 10.20.20.1}
    firewall:
      text: |
        table inet filter {
          chain forward {
            type filter hook forward priority filter; policy accept;
            tcp dport 9999 drop
            udp dport 5353 drop
          }
        }
  box: {networks: {hall: 10.20.20.2, street: 10.20.30.1}, nat: street, gateway: edge}
hosts:
  desk:
    networks: {office: 10.20.10.11}
    users: {ann: {password: secret}, ben: {password: other}, guest: {}}
  names: {networks: {hall: 10.20.20.53}}
  set: {networks: {hall: 10.20.20.21}}
  shop:
    networks: {hall: 10.20.20.80}
    services:
      open: {python: "page.py:main", port: 80, environment: {PORT: "80"}}
      shut: {python: "page.py:main", port: 9999, environment: {PORT: "9999"}}
  kiosk:
    networks: {street: 10.20.30.9}
    services:
      page: {python: "page.py:main", port: 80, environment: {PORT: "80"}}
field_systems:
  grid: {type: grid}
  genset: {type: genset, host: set, modbus: 502, wiring: {mains: grid}}
dns:
  park.test:
    host: names
    networks: [office, hall]
    records: {www: shop, "*.lab": 10.20.20.81, "@": [MX 10 shop, 'TXT "hello"']}
"""
PAGE = """\
import http.server, os, socket

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"for {self.client_address[0]}".encode())

    def log_message(self, *args):
        pass

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if os.path.exists("/proc/net/if_inet6") else socket.AF_INET

def main():
    if not open("/proc/net/if_inet6").read():
        Server.address_family = socket.AF_INET
    Server(("", int(os.environ["PORT"])), Page).serve_forever()
"""
_GET = (
    "import sys, urllib.request as u;"
    "print(u.urlopen(sys.argv[1], timeout=float(sys.argv[2])).read().decode())"
)
_ASK_OVER_TCP = """
import socket, struct
name = b"".join(bytes([len(part)]) + part for part in (b"park", b"test")) + b"\\0"
query = struct.pack(">6H", 1, 0, 1, 0, 0, 0) + name + struct.pack(">2H", 16, 1)
with socket.create_connection(("10.20.20.53", 53), 2) as line:
    line.sendall(struct.pack(">H", len(query)) + query)
    print(line.recv(999))
"""
SHOP6 = "fd00:20:20::80"
_SWITCH_TO_MANUAL = bytes.fromhex("000100000006 01 05 0004 ff00")
"""Modbus: write coil 4 of the genset."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    pack = tmp_path_factory.mktemp("town")
    (pack / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (pack / "page.py").write_text(PAGE)
    live = LocalFabric().deploy(resolve(load(pack), 0).world, name="town")
    yield live
    live.destroy()


def shell(town: Sandbox, host: str, command: str, *, user: str = "root", typed: str = "") -> str:
    """What a command says, if it succeeds; else nothing."""
    done = town.exec(host, ["bash", "-c", command], user=user, stdin=typed.encode())
    return done.stdout.decode().strip() if done.status == 0 else ""


def page(town: Sandbox, host: str, url: str, timeout_s: float = 10.0) -> str:
    done = town.exec(host, ["python3", "-c", _GET, url, str(timeout_s)])
    return done.stdout.decode().strip()


class TestNames:
    """A DNS server in a host, asked by the C library of the others."""

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("ahostsv4 shop", "10.20.20.80"),
            ("ahostsv6 shop.park.test", SHOP6),
            ("hosts www.park.test", f"{SHOP6} shop.park.test www.park.test"),
            ("hosts any.lab.park.test", "10.20.20.81 any.lab.park.test"),
            ("hosts 10.20.20.80", "10.20.20.80 shop.park.test"),
            (f"hosts {SHOP6}", f"{SHOP6} shop.park.test"),
            ("hosts desk", "desk.park.test desk"),
        ],
    )
    def test_getent_finds(self, town: Sandbox, question: str, expected: str) -> None:
        found = shell(town, "desk", f"getent {question}", user="ann")
        assert expected in " ".join(found.split())

    @pytest.mark.parametrize("name", ["nobody.park.test", "example.org", "kiosk"])
    def test_what_is_not_known_is_not_found(self, town: Sandbox, name: str) -> None:
        assert town.exec("desk", ["getent", "hosts", name]).status == 2

    def test_python_finds_and_talks(self, town: Sandbox) -> None:
        assert page(town, "desk", "http://www.park.test/").startswith("for fd")

    def test_the_server_answers_over_tcp_as_nobody(self, town: Sandbox) -> None:
        done = town.exec("desk", ["python3", "-c", _ASK_OVER_TCP])
        assert b"hello" in done.stdout, done.stderr
        assert "nobody" in shell(town, "names", "ps -eo user,args | grep services.names")

    def test_an_engineer_can_change_a_zone(self, town: Sandbox) -> None:
        zone = "/etc/dns/park.test.zone"
        shell(town, "names", f"echo 'new IN A 10.20.20.99' >> {zone}; touch -d '+5 sec' {zone}")
        assert "10.20.20.99" in shell(town, "desk", "getent hosts new")
        town.reset("names")
        assert shell(town, "desk", "getent hosts new") == ""
        assert SHOP6 in shell(town, "desk", "getent hosts shop")

    def test_a_firewall_stops_it(self, town: Sandbox) -> None:
        rule = "nft insert rule inet filter forward {} dport 53 drop"
        for kind in ("udp", "tcp"):
            shell(town, "edge", rule.format(kind))
        done = town.exec("desk", ["timeout", "1", "getent", "hosts", "shop"])
        assert done.status != 0
        town.reset("edge")
        assert shell(town, "desk", "getent hosts shop")


class TestIpv6:
    """Where it is wanted it is whole; elsewhere it is not there."""

    def test_it_goes_through_a_router(self, town: Sandbox) -> None:
        assert "ttl=63" in shell(town, "desk", f"ping -6 -c 1 -W 2 {SHOP6}", user="ann")

    def test_only_the_plans_addresses_and_link_local_ones(self, town: Sandbox) -> None:
        shown = shell(town, "desk", "ip -6 -o address show dev eth0 | awk '{print $4}'").split()
        assert len(shown) == 2
        assert shown[0].endswith("::11/64")
        assert shown[1].startswith("fe80:")

    @pytest.mark.parametrize(("host", "link"), [("kiosk", "eth0"), ("box", "eth1")])
    def test_it_is_off_elsewhere(self, town: Sandbox, host: str, link: str) -> None:
        assert (
            shell(town, host, f"ip -6 address show dev {link}; ip -6 route show dev {link}") == ""
        )
        beside = {"kiosk": "box", "box": "kiosk"}[host]
        mac = shell(town, beside, "cat /sys/class/net/eth*/address").split()[-1].split(":")
        middle = f"{int(mac[0], 16) ^ 2:x}{mac[1]}:{mac[2]}ff:fe{mac[3]}:{mac[4]}{mac[5]}"
        assert shell(town, host, f"ping -6 -c 1 -W 1 fe80::{middle}%{link}") == ""

    def test_the_firewall_holds_for_both(self, town: Sandbox) -> None:
        for address in ("10.20.20.80", f"[{SHOP6}]"):
            assert page(town, "desk", f"http://{address}/").startswith("for ")
            assert page(town, "desk", f"http://{address}:9999/", 0.5) == ""
            assert page(town, "names", f"http://{address}:9999/").startswith("for ")

    def test_no_way_past_a_router(self, town: Sandbox) -> None:
        """Neither by a link-local address, nor by a route of the host's own, nor to multicast."""
        local = shell(town, "shop", "ip -6 -o address show dev eth0 scope link | awk '{print $4}'")
        assert local
        assert shell(town, "desk", f"ping -6 -c 1 -W 1 {local.split('/')[0]}%eth0") == ""
        shown = shell(town, "desk", "ping -6 -c 2 -W 1 ff02::1%eth0")
        answers = {line.split()[3] for line in shown.splitlines() if "icmp_seq" in line}
        assert 0 < len(answers) <= 2  # itself and the router
        assert shell(town, "desk", "ip -6 route add fd00:20:20::/64 dev eth0 && echo done") == ""

    def test_it_survives_a_reset(self, town: Sandbox) -> None:
        for host in ("shop", "edge", "desk"):
            town.reset(host)
        assert "ttl=63" in shell(town, "desk", f"ping -6 -c 1 -W 2 {SHOP6}")


class TestNat:
    """What is inside reaches out under the router's address, and is not reached."""

    def test_the_outside_sees_the_router(self, town: Sandbox) -> None:
        assert page(town, "desk", "http://10.20.30.9/") == "for 10.20.30.1"
        assert page(town, "names", "http://10.20.30.9/") == "for 10.20.30.1"

    def test_the_outside_has_no_way_in(self, town: Sandbox) -> None:
        done = town.exec("kiosk", ["ping", "-c", "1", "-W", "1", "10.20.20.80"])
        assert b"unreachable" in done.stderr

    def test_the_inside_sees_who_asks(self, town: Sandbox) -> None:
        assert page(town, "desk", "http://10.20.20.80/").endswith("10.20.10.11")


class TestDoorsOverIpv6:
    """What reaches into hosts and field systems does so over both families."""

    @pytest.mark.parametrize("address", ["10.20.20.80", SHOP6])
    def test_a_connection_from_outside(self, town: Sandbox, address: str) -> None:
        with town.open_tcp("desk", address, 80) as line:
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: line.recv(4096), b""))
        assert answer.endswith(b"10.20.10.11" if "." in address else b"::11")

    def test_it_is_refused_or_times_out_as_the_host_is(self, town: Sandbox) -> None:
        with pytest.raises(ConnectionRefusedError):
            town.open_tcp("desk", SHOP6, 7)
        with pytest.raises(TimeoutError, match=rf"\[{SHOP6}\]:9999"):
            town.open_tcp("desk", SHOP6, 9999, timeout_s=0.2)
        with pytest.raises(ConnectionError, match="Cannot assign"):  # a host without IPv6
            town.open_tcp("kiosk", SHOP6, 80)

    @pytest.mark.parametrize("address", ["shop", "10.20.20", "fd00::1%eth0", "::g", ""])
    def test_it_goes_to_literal_addresses(self, town: Sandbox, address: str) -> None:
        with pytest.raises(SandboxError, match="no IPv4 or IPv6 address"):
            town.open_tcp("desk", address, 80)

    @pytest.mark.parametrize("address", ["10.20.20.21", "fd00:20:20::21"])
    def test_a_field_system_knows_who_commands(self, town: Sandbox, address: str) -> None:
        last = len(town.events())
        with town.open_tcp("desk", address, 502) as line:
            line.sendall(_SWITCH_TO_MANUAL)
            assert line.recv(64) == _SWITCH_TO_MANUAL
        applied = next(one for one in town.follow(last) if one.kind == "command.applied")
        assert applied.data["host"] == "desk"
        assert ":ffff:" not in applied.data["source"]


class TestPeople:
    """Ordinary users, and programs with more rights than they have."""

    @pytest.mark.parametrize(
        ("user", "command", "typed", "expected"),
        [
            ("ann", "su -c 'id -un' ben", "other\n", "ben"),
            ("root", "su -c 'id -un' guest", "", "guest"),
            ("ann", "chage -l ann | head -1", "", "Last password change"),
            ("ann", "cat /etc/shadow", "", ""),
            ("ann", "chage -l ben", "", ""),
            ("ann", "kill -0 1 && echo may", "", ""),
        ],
    )
    def test_who_may_become_whom(
        self, town: Sandbox, user: str, command: str, typed: str, expected: str
    ) -> None:
        shown = shell(town, "desk", command, user=user, typed=typed)
        assert shown.startswith(expected) if expected else shown == ""

    def test_who_does_not_know_the_password_becomes_nobody(self, town: Sandbox) -> None:
        """All at once: each is kept waiting."""
        attempts = [("ben", "wrong"), ("guest", ""), ("root", "secret")]

        def become(attempt: tuple[str, str]) -> str:
            user, password = attempt
            return shell(town, "desk", f"su -c 'id -un' {user}", user="ann", typed=f"{password}\n")

        with ThreadPoolExecutor() as pool:
            assert list(pool.map(become, attempts)) == [""] * len(attempts)

    def test_a_user_changes_the_own_password(self, town: Sandbox) -> None:
        fresh = "Quiet-River-77"
        assert shell(
            town, "desk", "passwd && echo ok", user="ben", typed=f"other\n{fresh}\n{fresh}\n"
        )
        become = "su -c 'id -un' ben"
        assert shell(town, "desk", become, user="ann", typed=f"{fresh}\n") == "ben"
        assert shell(town, "desk", become, user="ann", typed="other\n") == ""
        town.reset("desk")
        assert shell(town, "desk", become, user="ann", typed="other\n") == "ben"

    def test_a_user_pings(self, town: Sandbox) -> None:
        assert "1 received" in shell(town, "desk", "ping -4 -c 1 -W 2 shop", user="guest")
