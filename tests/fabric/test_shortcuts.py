"""The short way between the two ports of a network: where it is, and that it outlives hosts.

A bridge keeps frames of the LLDP (IEEE 802.1AB) to itself; so one that arrives took the short way.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, _links, _redirect
from bachang.fabric._agent._shortcuts import Shortcuts
from bachang.fabric.leaks import family
from bachang.plan import World
from tests.fabric.worlds import host, world

_TRY = (
    "ip link add v type veth peer w && tc qdisc add dev v ingress && tc filter add dev v parent "
    "ffff: protocol all u32 match u32 0 0 action mirred egress redirect dev w"
)
_KNOWS_THE_WAY = not subprocess.run(
    ["unshare", "-Urn", "sh", "-c", _TRY], capture_output=True, check=False
).returncode
_LISTEN = """
import socket
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
door.bind(("eth0", 3))
print("ready", flush=True)
heard = 0
while (frame := door.recv(99))[12:] != bytes((0x88, 0xb5)) + b"end" * 20:
    heard += frame[12:14] == bytes((0x88, 0xcc))
print(heard, flush=True)
"""
_SAY = """
import socket
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
door.bind(("eth0", 0))
own = bytes.fromhex("0200000000ff")
for number in range(10):
    door.send(bytes.fromhex("0180c200000e") + own + bytes((0x88, 0xcc)) + bytes(60))
door.send(bytes((255,)) * 6 + own + bytes((0x88, 0xb5)) + b"end" * 20)
"""
_NEEDS_THE_WAY = pytest.mark.skipif(
    not _KNOWS_THE_WAY, reason="this kernel passes frames on by its bridges alone"
)


def _arrive(live: LocalSandbox, sender: str, receiver: str) -> int:
    """How many of ten frames arrive that a bridge would not forward."""
    start = 'rm -f /tmp/heard; python3 -c "$0" > /tmp/heard & '
    start += "until grep -q ready /tmp/heard; do sleep 0.01; done"
    wait = "until tail -n +2 /tmp/heard | grep .; do sleep 0.01; done"
    assert live.exec(receiver, ["sh", "-c", start, _LISTEN], timeout_s=30).status == 0
    assert live.exec(sender, ["python3", "-c", _SAY]).status == 0
    return int(live.exec(receiver, ["sh", "-c", wait], timeout_s=30).stdout)


def _both(live: LocalSandbox) -> tuple[int, int]:
    return _arrive(live, "a", "b"), _arrive(live, "b", "a")


@_NEEDS_THE_WAY
def test_two_hosts_have_the_short_way_and_keep_it_when_they_are_reset(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11), host("b", 12)), name="two")
    ways = [_both(live)]
    for name in ("a", "b", None):
        live.reset(name)
        assert live.exec("a", ["ping", "-c", "1", "-W", "2", "10.1.0.12"]).status == 0
        ways.append(_both(live))
    live.destroy()
    assert ways == [(10, 10)] * 4


@_NEEDS_THE_WAY
def test_a_host_that_died_comes_back_to_the_short_way(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11), host("b", 12)), name="two")
    everyone = family(live.status().agent_pid)
    inits = [pid for pid in everyone if Path(f"/proc/{pid}/comm").read_text() == "init\n"]
    assert len(inits) == 2
    os.kill(inits[0], signal.SIGKILL)
    next(one for one in live.follow() if one.kind == "host.reset")
    ways = _both(live)
    live.destroy()
    assert ways == (10, 10)


def test_three_hosts_have_a_bridge(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11), host("b", 12), host("c", 13)), name="three")
    ways = _both(live)
    live.destroy()
    assert ways == (0, 0)


def test_where_frames_are_lost_is_a_bridge(fabric: LocalFabric) -> None:
    """Its firewall is what loses them."""
    a = host("a", 11)
    lossy = dataclasses.replace(a.interfaces[0], loss=1e-6)
    hosts = dataclasses.replace(a, interfaces=(lossy,)), host("b", 12)
    live = fabric.deploy(world(*hosts), name="lossy")
    ways = _both(live)
    live.destroy()
    assert ways == (0, 0)


class _Kernel:
    """Keeps what is asked of it; refuses what it ``lacks``."""

    def __init__(self, lacks: int = 0) -> None:
        self.lacks = lacks
        self.asked: list[tuple[int, bytes]] = []

    def ask(self, requests: list[tuple[int, int, bytes]]) -> None:
        for kind, _, body in requests:
            self.asked.append((kind, body))
            if kind == self.lacks:
                raise OSError(errno.ENOENT, "Specified qdisc kind is unknown")


def _on(kernel: Any, world: World) -> Shortcuts:
    return Shortcuts(world, kernel)


_TWO = world(host("a", 11), host("b", 12))
_INDEX = {"p1-11": 5, "p1-12": 7, "br-lan": 2}


def test_it_is_laid_both_ways() -> None:
    kernel = _Kernel()
    _on(kernel, _TWO).lay(_INDEX, _INDEX)
    laid = {body for kind, body in kernel.asked if kind == _redirect.NEW_FILTER}
    assert laid == {_redirect.redirect(5, 7), _redirect.redirect(7, 5)}


def test_for_a_new_port_its_neighbours_is_laid_anew() -> None:
    kernel = _Kernel()
    _on(kernel, _TWO).lay(["p1-11"], _INDEX | {"p1-11": 9})
    assert (_redirect.DEL_FILTER, _redirect.no_redirect(7)) in kernel.asked
    assert (_redirect.NEW_FILTER, _redirect.redirect(7, 9)) in kernel.asked
    assert (_redirect.NEW_FILTER, _redirect.redirect(9, 7)) in kernel.asked


def test_a_neighbour_that_is_away_is_waited_for_on_the_bridge() -> None:
    kernel = _Kernel()
    shortcuts = _on(kernel, _TWO)
    shortcuts.lay(["p1-11"], {"p1-11": 9})
    assert {kind for kind, _ in kernel.asked} == {_redirect.DEL_FILTER}
    shortcuts.lay(["p1-12"], {"p1-11": 9, "p1-12": 7})
    assert (_redirect.NEW_FILTER, _redirect.redirect(9, 7)) in kernel.asked


@pytest.mark.parametrize("lacks", [_links.NEW_QDISC, _redirect.NEW_FILTER])
def test_a_kernel_without_it_is_asked_once(lacks: int) -> None:
    kernel = _Kernel(lacks)
    shortcuts = _on(kernel, _TWO)
    shortcuts.lay(_INDEX, _INDEX)
    assert [kind for kind, _ in kernel.asked].count(lacks) == 1
    kernel.asked.clear()
    shortcuts.lay(_INDEX, _INDEX)
    assert kernel.asked == []
