"""Links of networks with few or many hosts: frames like a wire's, delay, everybody at once."""

from __future__ import annotations

import dataclasses
import os
import re
import struct
from collections.abc import Iterator

import pytest

from bachang.fabric import Fabric, MachineError, Sandbox, pcapng
from bachang.fabric.conformance import _worlds
from bachang.plan import Host, HostKind, World

_DELAY_MS = 20.0
_CROWD = 60
_SENT_BYTES = 4 << 20
_TALK = """
import socket, sys
if sys.argv[1] == "serve":
    with socket.create_server(("", 5001)) as server:
        print("ready", flush=True)
        peer, _ = server.accept()
        while peer.recv(1 << 20):
            pass
else:
    with socket.create_connection((sys.argv[1], 5001)) as peer:
        peer.sendall(bytes(int(sys.argv[2])))
        peer.shutdown(socket.SHUT_WR)
        peer.recv(1)  # the end, once the other has read all: none is left unsent here
"""
_START = (
    'rm -f /tmp/said; python3 -c "$0" serve > /tmp/said & '
    "until grep -q ready /tmp/said; do sleep 0.01; done"
)
_EVERYBODY = """
import socket, sys, time
own, count, first = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
s.bind(("", 7))
s.settimeout(3)
time.sleep(max(0, first - time.time()))
lost = 0
for other in range(count):
    if other != own:
        try:
            s.sendto(b"hello", ("10.74.0.%d" % (11 + other), 7))
        except OSError:
            lost += 1
heard = set()
try:
    while len(heard) < count - 1:
        heard.add(s.recvfrom(64)[1])
except TimeoutError:
    pass
print(len(heard), lost)
"""
_BEGIN_S = 12
"""From the first host's start to the first word: all must listen by then."""


def _street(count: int, *, wire: bool = False, delay_ms: float = 0.0) -> World:
    """Hosts h0, h1, … at 10.74.0.11 and up; the delay is that of h0's link."""
    hosts = tuple(
        Host(
            name=f"h{number}",
            kind=HostKind.HOST,
            interfaces=(_worlds.interface(74, 11 + number, delay_ms=0.0 if number else delay_ms),),
        )
        for number in range(count)
    )
    return World(networks=(dataclasses.replace(_worlds.network(74), wire=wire),), hosts=hosts)


@pytest.fixture(scope="module")
def wire(fabric: Fabric) -> Iterator[Sandbox]:
    """Two hosts on a network whose frames are like a wire's."""
    live = fabric.deploy(_street(2, wire=True), name="wire")
    yield live
    live.destroy()


class TestWire:
    """Frames of a network that is like a wire, as a capture sees them."""

    def test_are_short_and_their_checksums_right(self, wire: Sandbox, output: int) -> None:
        frames = _captured(wire, output)
        segments = [one for one in frames if one[12:14] == b"\x08\x00" and one[23] == 6]
        assert len(segments) > _SENT_BYTES // 1448
        assert max(len(one) for one in frames) == 1514
        assert all(_tcp_sum(one) == 0 for one in segments)
        assert all(_sum(one[14:34]) == 0 for one in segments)

    @pytest.mark.parametrize("host", ["h0", "h1"])
    def test_are_so_after_a_reset(self, wire: Sandbox, output: int, host: str) -> None:
        wire.reset(host)
        assert max(len(one) for one in _captured(wire, output)) == 1514


class TestDelay:
    """The delay of a link."""

    def test_is_felt_both_ways_or_refused(self, fabric: Fabric) -> None:
        """Where the machine cannot delay it says so, and for whom."""
        refused = ""
        try:
            live = fabric.deploy(_street(2, delay_ms=_DELAY_MS), name="late")
        except MachineError as error:
            refused = str(error)
        if refused:
            assert "h0" in refused
            assert "late" not in fabric.sandboxes()
            return
        done = live.exec("h0", ["ping", "-q", "-c", "5", "-i", "0.2", "10.74.0.12"])
        live.destroy()
        found = re.search(rb"= ([\d.]+)/", done.stdout)
        assert found
        assert float(found[1]) >= 2 * _DELAY_MS


class TestCrowd:
    """Many hosts on one network."""

    @pytest.mark.slow
    def test_everybody_is_heard_by_everybody(self, fabric: Fabric) -> None:
        live = fabric.deploy(_street(_CROWD), name="crowd")
        try:
            begin = float(live.exec("h0", ["date", "+%s.%N"]).stdout) + _BEGIN_S
            for number in range(_CROWD):
                script = 'python3 -c "$0" "$@" > /tmp/heard 2>&1 &'
                argv = ["sh", "-c", script, _EVERYBODY, str(number), str(_CROWD), str(begin)]
                assert live.exec(f"h{number}", argv).status == 0
            wait = "until grep . /tmp/heard; do sleep 0.1; done"
            heard = [
                live.exec(f"h{number}", ["sh", "-c", wait], timeout_s=60).stdout.split()
                for number in range(_CROWD)
            ]
        finally:
            live.destroy()
        assert heard == [[b"%d" % (_CROWD - 1), b"0"]] * _CROWD


def _captured(live: Sandbox, output: int) -> list[bytes]:
    """What is sent while h0 sends 4 MiB to h1."""
    with live.capture(output) as capture:
        assert live.exec("h1", ["sh", "-c", _START, _TALK], timeout_s=20).status == 0
        done = live.exec("h0", ["python3", "-c", _TALK, "10.74.0.12", str(_SENT_BYTES)])
        assert done.status == 0, done.stderr
    assert capture.stop().dropped == 0
    blocks = pcapng.read(os.pread(output, os.fstat(output).st_size, 0))
    return [one.data for one in blocks if isinstance(one, pcapng.Frame)]


def _tcp_sum(frame: bytes) -> int:
    length = int.from_bytes(frame[16:18]) - 20
    pseudo = frame[26:34] + struct.pack("!HH", 6, length)
    return _sum(pseudo + frame[34 : 34 + length])


def _sum(data: bytes) -> int:
    """Internet checksum (RFC 1071); 0 over what carries a right one."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
