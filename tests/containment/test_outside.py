"""Packets of every kind are sent from a host to everywhere else: none leaves the machine.

What the machine's own interfaces have sent is counted from outside. Frames carry a mark, and
the destinations are documentation addresses and those that a machine usually has; so other
traffic of the machine is told apart by looking into the counters of each protocol as well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.fabric import Sandbox

_SEND = """
import os, socket, struct, sys, time
count = int(sys.argv[1])
targets = ["192.0.2.7", "8.8.8.8", "10.0.2.2", "10.0.2.3", "169.254.169.254", "172.17.0.1",
           "192.168.0.1", "127.0.0.1", "255.255.255.255", "224.0.0.1", "10.1.0.255", "10.1.0.1"]
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
raw.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
frames.bind(("eth0", 0))
own = open("/sys/class/net/eth0/address").read().strip()
source = bytes.fromhex(own.replace(":", ""))
macs = [b"\\xff" * 6, bytes.fromhex("0180c2000000"), bytes.fromhex("01005e000001"),
        bytes.fromhex(sys.argv[2].replace(":", "") or "02aabbccddee"),
        b"\\2" + os.urandom(5)]
def ip(protocol, target, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 7, 0, 64, protocol, 0,
                       socket.inet_aton("10.1.0.11"), socket.inet_aton(target))
    total = sum(struct.unpack("!10H", head)); total = (total >> 16) + (total & 0xffff)
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + head[12:] + body
sent = 0
kinds = [0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x8863, 0x8847, 0x88cc, 0x0004, 0x9000]
while sent < count:
    target = targets[sent % len(targets)]
    protocol = (1, 2, 6, 17, 41, 47, 50, 58, 89, 132, 255)[sent % 11]
    body = struct.pack("!HHI", 53, 53, sent) + b"bachang-outside" * 3
    for attempt in (
        lambda: raw.sendto(ip(protocol, target, body), (target, 0)),
        lambda: udp.sendto(body, (target, 53)),
        lambda: frames.send(macs[sent % 5] + source + struct.pack("!H", kinds[sent % 10])
                            + ip(protocol, target, body)),
        lambda: frames.send(macs[sent % 5] + os.urandom(6) + struct.pack("!H", kinds[sent % 10])
                            + ip(protocol, target, body)),
    ):
        try:
            attempt()
        except OSError:
            pass
        sent += 1
print(sent)
"""


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
def test_no_packet_leaves(prison: Sandbox, count: int) -> None:
    script = ["python3", "-c", _SEND, str(count), _machines_mac()]
    before = _sent()
    done = prison.exec("cell", script, timeout_s=600)
    others = _sent() - before
    assert int(done.stdout) >= count, done.stderr
    # The machine may send some of its own meanwhile; an escape of one kind would be a tenth.
    assert others < count / 100


def test_the_machine_has_no_interface_of_a_sandbox(prison: Sandbox) -> None:
    assert prison.status().state == "running"
    own = {place.name for place in Path("/sys/class/net").iterdir()}
    assert not {name for name in own if name.startswith(("br-", "p1-", "~"))}
