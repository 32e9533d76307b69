"""Packets of every kind are sent from a host to everywhere else: none leaves the machine.

The sender is a router, whose root may do most: it takes addresses of the outside, makes a default
route, turns forwarding on, and sends. What it has sent is counted at its link; what has left, at
the machine's own interfaces, from outside. The machine may send some packets of its own meanwhile;
an escape of a single kind would be fifty times as many as are allowed for. Where there were more,
it is tried again: an escape would be there each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.fabric.leaks import wait_clean
from bachang.plan import Host, HostKind
from tests.fabric.worlds import host, interface, world

_SEND = """
import collections, json, os, socket, struct, subprocess, sys
count, machine = int(sys.argv[1]), bytes.fromhex(sys.argv[2].replace(":", "") or "02aabbccddee")
for command in (
    "ip link set eth0 promisc on", "ip address add 10.0.2.15/24 dev eth0",
    "ip address add 192.0.2.1/24 dev eth0", "ip route add default dev eth0",
    "ip link add link eth0 name mv0 type macvlan", "ip link set mv0 up",
    "ip -6 address add fd00::1/64 dev eth0",
):
    subprocess.run(command.split(), capture_output=True)
targets = ["192.0.2.7", "8.8.8.8", "10.0.2.2", "10.0.2.3", "169.254.169.254", "172.17.0.1",
           "192.168.0.1", "255.255.255.255", "224.0.0.1", "10.1.0.255", "10.1.0.12"]
for target in targets:  # known from the start: nothing waits for an answer
    subprocess.run(["ip", "neigh", "replace", target, "lladdr", machine.hex(":"), "dev", "eth0"],
                   capture_output=True)
protocols = [1, 2, 4, 6, 17, 41, 47, 50, 58, 89, 132, 255]
kinds = [0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x8863, 0x8847, 0x88cc, 0x0004, 0x9000]
source = bytes.fromhex(open("/sys/class/net/eth0/address").read().strip().replace(":", ""))
macs = [b"\\xff" * 6, bytes.fromhex("0180c2000000"), bytes.fromhex("01005e000001"), machine,
        bytes.fromhex("02000001000c"), b"\\2" + os.urandom(5)]

def ip(protocol, target, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 7, 0, 64, protocol, 0,
                       socket.inet_aton("10.1.0.11"), socket.inet_aton(target))
    total = sum(struct.unpack("!10H", head))
    total = (total >> 16) + (total & 0xffff)
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + head[12:] + body

raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for one in (raw, udp):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    one.setblocking(False)
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
frames.bind(("eth0", 0))
sent = collections.Counter()
number = 0
while sum(sent.values()) < count:
    number += 1
    target = targets[number % len(targets)]
    protocol = protocols[number % len(protocols)]
    kind = kinds[number % len(kinds)]
    body = struct.pack("!HHI", 53, 53, number) + b"bachang-outside" * 3
    mac, packet = macs[number % len(macs)], ip(protocol, target, body)
    tail = struct.pack("!H", kind) + packet
    for name, attempt in (
        (f"ip {protocol}", lambda: raw.sendto(packet, (target, 0))),
        ("udp", lambda: udp.sendto(body, (target, 53))),
        (f"frame {kind:#06x}", lambda: frames.send(mac + source + tail)),
        (f"forged {kind:#06x}", lambda: frames.send(mac + os.urandom(6) + tail)),
    ):
        try:
            attempt()
            sent[name] += 1
        except OSError:
            pass
link = int(open("/sys/class/net/eth0/statistics/tx_packets").read())
print(json.dumps({"sent": sent, "link": link}))
"""
_KINDS = 12 + 1 + 10 + 10
_TRIES = 5


@pytest.fixture(scope="module")
def yard() -> Iterator[Sandbox]:
    """A router in one network with a host."""
    gate = Host(name="gate", kind=HostKind.ROUTER, interfaces=(interface(11),))
    live = LocalFabric(groups={}).deploy(world(gate, host("b", 12)), name="yard")
    yield live
    live.destroy()
    assert wait_clean() == []


def _sent() -> int:
    """Packets that the machine's interfaces have sent (not its loopback)."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    counters = {line.partition(":")[0].strip(): line.partition(":")[2].split() for line in lines}
    return sum(int(numbers[9]) for name, numbers in counters.items() if name != "lo")


def _machines_mac() -> str:
    for place in Path("/sys/class/net").iterdir():
        if place.name != "lo":
            return (place / "address").read_text().strip()
    return ""


@pytest.mark.parametrize("count", [10_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_no_packet_leaves(yard: Sandbox, count: int) -> None:
    assert any(_none_leaves(yard, count) for _ in range(_TRIES))


def _none_leaves(yard: Sandbox, count: int) -> bool:
    before = _sent()
    done = yard.exec("gate", ["python3", "-c", _SEND, str(count), _machines_mac()], timeout_s=600)
    left = _sent() - before
    assert done.status == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["sent"]) == _KINDS
    rarest = min(result["sent"].values())
    assert sum(result["sent"].values()) >= count
    assert result["link"] > count / 2  # not only tried: they were on the wire
    yard.reset("gate")
    return bool(left < rarest / 50 + 50)


def test_the_machine_has_no_interface_of_a_sandbox(yard: Sandbox) -> None:
    assert yard.status().state == "running"
    own = {place.name for place in Path("/sys/class/net").iterdir()}
    assert not {name for name in own if name.startswith(("br-", "p1-", "~"))}
