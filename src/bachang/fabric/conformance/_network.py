"""Wires, routers and firewalls."""

from __future__ import annotations

from bachang.fabric import ExecResult, Sandbox
from bachang.fabric.conformance import _worlds

_GET = (
    "import sys, urllib.request as u;"
    "page = f'http://10.72.0.21:{sys.argv[1]}/';"
    "print(u.urlopen(page, timeout=float(sys.argv[2])).read().decode())"
)


class TestNetwork:
    """Traffic goes where the plan says and nowhere else."""

    def test_a_router_forwards(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["ping", "-c", "1", "-W", "2", "server"], user="ann")
        assert done.status == 0, done.stderr
        assert b"ttl=63" in done.stdout

    def test_a_service_is_reached(self, sandbox: Sandbox) -> None:
        done = _get(sandbox, _worlds.PAGE_PORT, timeout_s=10, user="ann")
        assert done.stdout == b"served by 1000\n", done.stderr

    def test_a_firewall_drops(self, sandbox: Sandbox) -> None:
        done = _get(sandbox, _worlds.BLOCKED_PORT, timeout_s=0.5)
        assert done.status == 1
        assert b"timed out" in done.stderr

    def test_links_are_those_of_the_plan(self, sandbox: Sandbox) -> None:
        links = sandbox.exec("edge", ["ip", "-br", "link"]).stdout.decode().splitlines()
        assert [line.split()[0].partition("@")[0] for line in links] == ["lo", "eth0", "eth1"]
        addresses = sandbox.exec("desk", ["cat", "/sys/class/net/eth0/address"]).stdout
        assert addresses == b"02:00:00:47:00:0b\n"
        assert sandbox.exec("desk", ["ls", "/sys/class/net"]).stdout == b"eth0\nlo\n"

    def test_ipv6_is_off(self, sandbox: Sandbox) -> None:
        assert sandbox.exec("desk", ["ip", "-6", "address"]).stdout == b""

    def test_there_is_no_way_out(self, sandbox: Sandbox) -> None:
        for target in ("192.0.2.1", "10.0.2.2", "169.254.169.254"):
            done = sandbox.exec("server", ["ping", "-c", "1", "-W", "1", target], timeout_s=3)
            assert done.status != 0
            assert b"unreachable" in done.stderr


def _get(sandbox: Sandbox, port: int, *, timeout_s: float, user: str = "root") -> ExecResult:
    """The server's page, asked for at the desk."""
    return sandbox.exec("desk", ["python3", "-c", _GET, str(port), str(timeout_s)], user=user)
