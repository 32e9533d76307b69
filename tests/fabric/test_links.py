"""Links as a plan wants them: frames like a wire's, loss, delay, rate, neighbours."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import (
    LocalFabric,
    LocalSandbox,
    MachineError,
    SandboxStatus,
    _neighbours,
    _wire,
)
from bachang.fabric.doctor import probe
from bachang.plan import Host, World
from setup._machine import neighbour_steps
from tests.fabric.worlds import LAN, host, world

_HAS_NETEM = next(one.present for one in probe() if one.capability == "delay")
_TALK = """
import socket, sys, threading
server = socket.create_server(("", 5001))
def serve():
    peer, _ = server.accept()
    while peer.recv(1 << 20):
        pass
if sys.argv[1] == "serve":
    print("ready", flush=True)
    serve()
else:
    with socket.create_connection((sys.argv[1], 5001)) as peer:
        for _ in range(64):
            peer.sendall(b"x" * 65536)
"""


def _pair(**link: float) -> tuple[Host, Host]:
    """Hosts a and b, a with a link of its own kind."""
    a, b = host("a", 11), host("b", 12)
    interface = dataclasses.replace(a.interfaces[0], **link)  # type: ignore[arg-type]
    return dataclasses.replace(a, interfaces=(interface,)), b


@pytest.fixture
def output(short_path: Path) -> Iterator[int]:
    descriptor = os.open(short_path / "frames.pcapng", os.O_RDWR | os.O_CREAT, 0o600)
    yield descriptor
    os.close(descriptor)


def _talk(live: LocalSandbox) -> None:
    """4 MiB from a to b."""
    start = 'python3 -c "$0" serve > /tmp/said & until grep -q ready /tmp/said; do :; done'
    assert live.exec("b", ["sh", "-c", start, _TALK]).status == 0
    done = live.exec("a", ["python3", "-c", _TALK.replace("server =", "0 and"), "10.1.0.12"])
    assert done.status == 0, done.stderr


def test_frames_on_a_fast_network_are_counted_as_unlike_a_wires(
    fabric: LocalFabric, output: int
) -> None:
    live = fabric.deploy(world(*_pair()), name="fast")
    with live.capture(output) as capture:
        _talk(live)
    live.destroy()
    assert capture.stop().unlike_wire > 0


def test_a_lossy_link_loses_about_its_share_both_ways(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(*_pair(loss=0.2)), name="lossy")
    live.reset("a")
    meet = "until ping -c 1 -W 1 10.1.0.12; do :; done"  # losses may hit ARP three times in a row
    assert live.exec("a", ["sh", "-c", meet], timeout_s=60).status == 0
    done = live.exec("a", ["ping", "-q", "-i", "0.002", "-c", "400", "-W", "1", "10.1.0.12"])
    seen = live.exec("a", ["nft", "list", "ruleset"]).stdout
    live.destroy()
    arrived = int(re.search(rb"(\d+) received", done.stdout)[1])  # type: ignore[index]
    assert 208 < arrived < 304  # 0.8² of 400, five standard deviations around
    assert b"numgen" not in seen, "a host sees the switch's rules"


@pytest.mark.skipif(_HAS_NETEM, reason="this kernel has netem")
def test_a_delay_is_refused_where_the_kernel_has_none(fabric: LocalFabric) -> None:
    with pytest.raises(MachineError, match=r"no netem.*a on lan.*modprobe sch_netem"):
        fabric.deploy(world(*_pair(delay_ms=20.0)), name="late")
    assert fabric.sandboxes() == fabric.abandoned() == []


def test_neighbours_are_known_where_the_table_is_small(
    fabric: LocalFabric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_neighbours, "limit", lambda: 1024)
    live = fabric.deploy(world(*_pair(), host("c", 13)), name="small")
    live.reset("a")
    known = live.exec("a", ["ip", "neigh"]).stdout.decode().splitlines()
    status: SandboxStatus = live.status()
    assert live.exec("a", ["ping", "-c", "1", "10.1.0.13"]).status == 0
    live.destroy()
    assert len(known) == 2
    assert all("extern_learn" in line for line in known)
    assert any("neighbour table is small" in line for line in status.degraded)


def test_a_segment_too_large_for_a_small_table_is_refused() -> None:
    many = World(networks=(LAN,), hosts=tuple(host(f"h{n}", n) for n in range(1, 258)))
    with pytest.raises(MachineError, match=r"network lan has 257 hosts.*gc_thresh3"):
        _neighbours.check(many, 1024)
    assert _neighbours.check(many, 1 << 20) == ""
    assert "65792 neighbour entries" in _neighbours.check(many, 8192)


def test_set_up_raises_the_limits_of_a_small_table(tmp_path: Path) -> None:
    table = tmp_path / "net/ipv4/neigh/default"
    table.mkdir(parents=True)
    for name in ("gc_thresh1", "gc_thresh2", "gc_thresh3"):
        (table / name).write_text("1024\n")
    write, load = neighbour_steps(tmp_path)
    assert "net.ipv4.neigh.default.gc_thresh3 = 65536\n" in (write.stdin or "")
    assert "ipv6" not in (write.stdin or ""), "a kernel without IPv6 has no such table"
    assert load.argv[0] == "sysctl"
    for line in (write.stdin or "").splitlines():
        name, value = line.split(" = ")
        (tmp_path / name.replace(".", "/")).write_text(value)
    assert neighbour_steps(tmp_path) == []


def test_loss_is_a_rule_for_each_side_of_a_port() -> None:
    assert _wire.losses(_pair()) == ""
    rules = _wire.losses(_pair(loss=0.01))
    assert 'iifname "p1-11" numgen random mod 1000000 < 10000 drop' in rules
    assert 'oifname "p1-11" numgen random mod 1000000 < 10000 drop' in rules


_FLOOD = """
import socket, sys, time
first, count, port = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
door.bind((port, 0))
for number in range(first, first + count):
    other = b"\\2\\2" + number.to_bytes(4)
    pair = (other, b"\\2\\1\\0\\0\\0\\1") if sys.argv[4] == "to" else (b"\\2\\1\\0\\0\\0\\2", other)
    door.send(b"".join(pair) + b"\\x88\\xb5" + bytes(46))
    if number % 50 == 49:
        time.sleep(0.002)
"""
_LISTEN = """
import socket
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
door.bind(("eth0", 0x88b5))
print("ready", flush=True)
heard = set()
while (frame := door.recv(99))[:2] != b"\\xff\\xff":
    if frame[:2] == b"\\2\\2":
        heard.add(frame[:6])
print(len(heard), flush=True)
"""
_END = (
    "import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('eth0', 0));"
    "s.send(b'\\xff' * 6 + b'\\2\\1\\0\\0\\0\\1' + b'\\x88\\xb5' + bytes(46))"
)
_KNOWS_A_BOUND = tuple(int(one) for one in os.uname().release.split(".")[:2]) >= (6, 8)


@pytest.mark.skipif(not _KNOWS_A_BOUND, reason="bridges learn without a bound before Linux 6.8")
def test_a_network_learns_no_more_addresses_than_a_switch(fabric: LocalFabric) -> None:
    """What it has not learned it floods: the third host hears it, and of what it knows nothing."""
    live = fabric.deploy(world(*_pair(), host("c", 13)), name="flood")
    start = 'python3 -c "$0" > /tmp/heard & until grep -q ready /tmp/heard; do sleep 0.01; done'
    wait = "for i in $(seq 400); do tail -n +2 /tmp/heard | grep . && break; sleep 0.05; done"
    count = 5000
    try:
        live.exec("a", ["python3", "-c", _FLOOD, "0", str(count), "eth0", "from"])
        assert live.exec("c", ["sh", "-c", start, _LISTEN]).status == 0
        live.exec("b", ["python3", "-c", _FLOOD, "0", str(count), "eth0", "to"])
        live.exec("b", ["python3", "-c", _END])
        heard = int(live.exec("c", ["sh", "-c", wait], timeout_s=30).stdout)
    finally:
        live.destroy()
    assert 0 <= heard - (count - 4096) <= 16  # and the hosts' own addresses
