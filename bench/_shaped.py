"""What links do to frames where a scenario asks for it, beside what it asks for.

Rates are counted in frames' bytes at the receiver's interface, on a network whose frames are
like a wire's, from half a second after the first of a TCP stream. Loss is counted in datagrams,
one way, at a rate that nothing else loses any of.
"""

from __future__ import annotations

from bachang.fabric import LocalFabric
from bachang.plan import Host, HostKind, Interface, Network, World
from bench import Row
from bench._talk import talk

_RATES_MBIT = (1, 10, 100)
_LOSSES = (0.01, 0.1)
_SECONDS = 3
_DATAGRAMS = 50_000
_MOST_OFF = "≤ 2"
_MOST_OFF_LOSS = "≤ 0.5"

_RATE = """
import socket, sys, time
SETTLE_S = 0.5
def received():
    with open("/sys/class/net/eth0/statistics/rx_bytes") as counter:
        return time.monotonic(), int(counter.read())
if sys.argv[1] == "serve":
    with socket.create_server(("", 5001)) as server:
        print("ready", flush=True)
        peer, _ = server.accept()
        end, began = time.monotonic() + SETTLE_S, None
        while peer.recv(1 << 20):
            if began is None and time.monotonic() > end:
                began = received()
        ended = received()
        mbit = (ended[1] - began[1]) * 8 / (ended[0] - began[0]) / 1e6
        peer.sendall(str(mbit).encode())
else:
    with socket.create_connection((sys.argv[1], 5001)) as peer:
        end = time.monotonic() + SETTLE_S + float(sys.argv[2])
        while time.monotonic() < end:
            peer.sendall(bytes(16384))
        peer.shutdown(socket.SHUT_WR)
        print(peer.recv(64).decode())
"""
_LOSS = """
import socket, sys, time
if sys.argv[1] == "serve":
    seen = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        door.bind(("", 5001))
        print("ready", flush=True)
        while True:
            data, peer = door.recvfrom(64)
            seen += data == b"count"
            if data == b"end":
                door.sendto(str(seen).encode(), peer)
else:
    count = int(sys.argv[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.connect((sys.argv[1], 5001))
        for number in range(count):
            door.send(b"count")
            if number % 50 == 49:
                time.sleep(0.002)
        door.settimeout(0.2)
        while True:
            door.send(b"end")
            try:
                print(1 - int(door.recv(64)) / count)
                break
            except TimeoutError:
                pass
"""


def shaped() -> list[Row]:
    """One row for each rate and loss."""
    return [*map(_rate, _RATES_MBIT), *map(_loss, _LOSSES)]


def _rate(asked: int) -> Row:
    measured = float(_between(_RATE, str(_SECONDS), rate_kbit=asked * 1000))
    return Row(
        name=f"link of {asked} Mbit/s, {measured:.4g} measured: off by",
        value=abs(measured / asked - 1) * 100,
        unit="%",
        limit=_MOST_OFF,
    )


def _loss(asked: float) -> Row:
    measured = float(_between(_LOSS, str(_DATAGRAMS), loss=asked))
    return Row(
        name=f"link that loses {asked:.0%}, {measured:.2%} measured: off by",
        value=abs(measured - asked) * 100,
        unit="points",
        limit=_MOST_OFF_LOSS,
    )


def _between(program: str, word: str, *, rate_kbit: int | None = None, loss: float = 0.0) -> str:
    """What a program says of a link between ``a`` and ``b`` with these properties at ``a``."""
    network = Network(name="lan", cidr="10.1.0.0/24", bridge="br1", wire=True)
    hosts = tuple(
        Host(
            name=name,
            kind=HostKind.HOST,
            interfaces=(
                Interface(
                    name="eth0",
                    network="lan",
                    address=f"10.1.0.{number}/24",
                    mac=f"02:00:00:00:01:{number:02x}",
                    port=f"p-{name}",
                    rate_kbit=rate_kbit if name == "a" else None,
                    loss=loss if name == "a" else 0.0,
                ),
            ),
        )
        for number, name in enumerate("ab", 11)
    )
    live = LocalFabric().deploy(World(networks=(network,), hosts=hosts), name="shaped")
    try:
        return talk(live, program, "10.1.0.12", word)
    finally:
        live.destroy()
