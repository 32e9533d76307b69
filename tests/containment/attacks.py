"""What one host may try to take from all others, as programs of its root."""

from __future__ import annotations

from bachang.plan import Host, HostKind, Limits, Network, Route, World
from tests.fabric.worlds import LAN, host, interface, python_service

_HEAD = "import os, socket, subprocess, time\n"
_WITHOUT_PAUSE = "def on(): return True\n"
_IN_TURN = """
turn_s, ends = {turn_s}, 0.0
def on():
    global ends
    now = time.monotonic()
    if now >= ends:
        turn = int(now / turn_s)
        if turn % 2:
            turn += 1
            time.sleep(turn * turn_s - now)
        ends = (turn + 1) * turn_s
    return True
"""

ATTACKS = {
    "fork bomb": """
while on():
    try: os.fork()
    except OSError: pass
""",
    "memory": """
kept = []
while on():
    try: kept.append(bytearray(8 << 20))
    except MemoryError: pass
""",
    "shared memory": """
while on(): subprocess.run(["ipcmk", "-M", "32M"], capture_output=True)
""",
    "disk": """
f = open("/tmp/big", "wb", 0)
while on():
    try: f.write(bytes(1 << 20))
    except OSError: f.truncate(0); f.seek(0)
""",
    "inodes": """
n = 0
while on():
    n += 1
    try: open(f"/tmp/{n}", "w").close()
    except OSError: time.sleep(0.01)
""",
    "descriptors": """
kept = []
while on():
    try: kept.append(os.pipe())
    except OSError: time.sleep(0.01)
""",
    "packets": """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while on(): s.sendto(bytes(1000), ("10.1.0.12", 9))
""",
    "ARP": """
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
head = b"\\xff" * 6
while on():
    own = b"\\2" + os.urandom(5)
    s.send(head + own + bytes.fromhex("08060001080006040001") + own
           + bytes([10, 1, 0, 128 | os.urandom(1)[0]]) + bytes(6) + b"\\x0a\\1\\0\\x0c")
""",
    "connections": """
while on():
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("10.1.0.12", 8080))
    s.close()
""",
    "conntrack": """
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
head = bytes.fromhex("4500001c000000004011") + bytes(2) + socket.inet_aton("10.1.0.11")
while on():
    s.sendto(head + b"\\x0a\\2\\0" + os.urandom(5) + b"\\0\\x08\\0\\0", ("10.2.0.12", 0))
""",
}
"""By name; each goes on until it is ended."""


AIMED_AT_THE_SERVICE = {"connections"}
"""Fill the neighbour's own queue, on which no limit of a host has a bearing."""


def script(attack: str, *, turn_s: float = 0.0) -> str:
    """A Python program.

    Args:
        attack: Its name.
        turn_s: With one it acts in even turns of the machine's monotonic clock and rests in odd
            ones: in turn 0 from 0 to ``turn_s``, and so on.
    """
    return _HEAD + (_IN_TURN.format(turn_s=turn_s) if turn_s else _WITHOUT_PAUSE) + ATTACKS[attack]


def street() -> World:
    """An attacker, a shop with a page, a customer; a router with connection tracking beside them.

    ::

        cell 10.1.0.11, shop .12 (page: 8080), desk .13 ── lan ── edge ── back
    """
    limits = Limits(processes=40, memory_mib=64, disk_mib=8, files=256)
    cell = Host(
        name="cell",
        kind=HostKind.HOST,
        interfaces=(interface(11),),
        routes=(Route(destination="default", via="10.1.0.1"),),
        limits=limits,
    )
    edge = Host(
        name="edge",
        kind=HostKind.ROUTER,
        interfaces=(interface(1), interface(1, network="back", name="eth1", net=2)),
        firewall=_STATEFUL,
    )
    back = Network(name="back", cidr="10.2.0.0/24", bridge="br-back")
    shop, desk = host("shop", 12, **python_service()), host("desk", 13)
    return World(networks=(LAN, back), hosts=(cell, shop, desk, edge))


_STATEFUL = """
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ip saddr 10.1.0.0/24 accept
  }
}
"""
