"""No way to the switch, to a neighbour's namespace, to the machine."""

from __future__ import annotations

from bachang.fabric import Sandbox

_TARGET_NETNSID = """
import socket, struct, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
def attr(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)
def ask(kind, flags, body):
    s.send(struct.pack("=IHHII", 16 + len(body), kind, flags | 1, 1, 0) + body)
    return s.recv(1 << 16)
link = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
for number in range(32):  # 0 is where the other end of its link is; others would be more
    target = attr(46, struct.pack("=i", number))             # IFLA_TARGET_NETNSID
    dump = ask(18, 0x300, link + target)
    seen = [struct.unpack_from("=IHH", dump)[1]]
    for kind, flags, body in (
        (17, 4, link + target + attr(3, b"p1-12\\0")),       # delete
        (16, 0x604, link + target + attr(3, b"rogue\\0") + attr(18, attr(1, b"veth\\0"))),
    ):
        seen.append(struct.unpack_from("=i", ask(kind, flags, body), 16)[0])
    print(*seen)
"""


def test_the_switch_cannot_be_reached_by_netlink(prison: Sandbox) -> None:
    done = prison.exec("cell", ["python3", "-c", _TARGET_NETNSID])
    results = [[int(word) for word in line.split()] for line in done.stdout.splitlines()]
    assert len(results) == 32, done.stderr
    for dump, delete, create in results:
        assert dump != 16  # RTM_NEWLINK would be a link of the switch
        assert delete < 0
        assert create < 0
    assert prison.exec("cell", ["ping", "-c", "1", "-W", "2", "vault"]).status == 0


def test_only_own_interfaces_are_seen(prison: Sandbox) -> None:
    for path in ("/sys/class/net", "/proc/sys/net/ipv4/conf"):
        seen = prison.exec("cell", ["ls", path]).stdout.decode().split()
        assert set(seen) - {"all", "default"} == {"lo", "eth0"}
