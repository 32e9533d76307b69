"""Links as a plan wants them: IPv6, rates, losses."""

from __future__ import annotations

import re

import pytest

from bachang.fabric import Sandbox
from bachang.fabric.conformance import _worlds

_LAMP = ("10.73.0.12", "fd00:73::12")
_PINGS = 300
_SENT_BYTES = 1 << 20
_SEND = (
    "import socket, time\n"
    "with socket.create_connection(('lamp', 8080)) as line:\n"
    f"    begin = time.monotonic(); line.sendall(bytes({_SENT_BYTES}))\n"
    "    line.shutdown(socket.SHUT_WR)\n"
    "    print(line.recv(99).decode(), time.monotonic() - begin)"
)


class TestIpv6:
    """A host has IPv6 exactly where its network asks for it."""

    def test_its_address_is_that_of_the_plan(self, sandbox: Sandbox) -> None:
        shown = sandbox.exec("six", ["ip", "-6", "-br", "address", "show", "eth0"]).stdout
        assert b"fd00:73::11/64" in shown

    def test_neighbours_find_each_other(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("six", ["ping", "-6", "-c", "1", "-W", "2", _LAMP[1]])
        assert done.status == 0, done.stderr

    @pytest.mark.parametrize("address", _LAMP)
    def test_a_connection_is_opened_over_both(self, sandbox: Sandbox, address: str) -> None:
        with sandbox.open_tcp("six", address, _worlds.PAGE_PORT) as line:
            line.sendall(b"light")
            line.shutdown(1)
            assert line.recv(100) == b"5"

    def test_a_connection_is_refused(self, sandbox: Sandbox) -> None:
        with pytest.raises(ConnectionRefusedError):
            sandbox.open_tcp("six", "fd00:73::12", 1)

    def test_there_is_no_way_out(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("six", ["ping", "-6", "-c", "1", "-W", "1", "2001:db8::1"])
        assert done.status != 0
        assert b"unreachable" in done.stderr


class TestLinks:
    """Rate and loss hold for the links that ask for them, and for no others."""

    def test_a_slow_link_is_slow(self, sandbox: Sandbox) -> None:
        """In real time it may be slower still, on a busy machine, but not by a power of ten."""
        least_s = _SENT_BYTES * 8 / (_worlds.SLOW_KBIT * 1000)
        assert 0.8 * least_s < self._sends(sandbox, "slow") < 10 * least_s

    def test_others_are_not(self, sandbox: Sandbox) -> None:
        """The fastest of some: they share a machine with others."""
        least_s = _SENT_BYTES * 8 / (_worlds.SLOW_KBIT * 1000)
        assert min(self._sends(sandbox, "six") for _ in range(3)) < 0.5 * least_s

    def _sends(self, sandbox: Sandbox, host: str) -> float:
        done = sandbox.exec(host, ["python3", "-c", _SEND], timeout_s=20)
        count, took_s = done.stdout.split()
        assert int(count) == _SENT_BYTES
        return float(took_s)

    def test_a_lossy_link_loses_its_share_both_ways(self, sandbox: Sandbox) -> None:
        arrive = _PINGS * (1 - _worlds.LOSS) ** 2
        assert abs(_arrived(sandbox, "lossy") - arrive) < 5 * (_PINGS * 0.64 * 0.36) ** 0.5

    def test_its_neighbours_lose_nothing(self, sandbox: Sandbox) -> None:
        assert _arrived(sandbox, "six") == _PINGS


def _arrived(sandbox: Sandbox, host: str) -> int:
    meet = "until ping -c 1 -W 1 10.73.0.12; do :; done"  # losses may hit ARP three times in a row
    assert sandbox.exec(host, ["sh", "-c", meet], timeout_s=60).status == 0
    argv = ["ping", "-q", "-i", "0.002", "-c", str(_PINGS), "-W", "1", "10.73.0.12"]
    found = re.search(rb"(\d+) received", sandbox.exec(host, argv).stdout)
    assert found
    return int(found[1])
