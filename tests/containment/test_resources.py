"""One host takes all it can get; the machine and the neighbour go on.

Every attack is short and held by the host's own limits. Without control groups the neighbour
is slower meanwhile, and is to be as before within two seconds after its end.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.plan import Host, HostKind, Limits
from tests.fabric.worlds import host, interface, python_service, world

_ATTACKS = {
    "fork bomb": "while True:\n  try: os.fork()\n  except OSError: pass",
    "memory": "kept = []\nwhile True:\n  try: kept.append(bytearray(8 << 20))\n"
    "  except MemoryError: pass",
    "shared memory": "import subprocess\nwhile True: subprocess.run(['ipcmk', '-M', '32M'], "
    "capture_output=True)",
    "disk": "f = open('/tmp/big', 'wb', 0)\nwhile True:\n  try: f.write(bytes(1 << 20))\n"
    "  except OSError: f.truncate(0); f.seek(0)",
    "inodes": "n = 0\nwhile True:\n  n += 1\n  try: open(f'/tmp/{n}', 'w').close()\n"
    "  except OSError: time.sleep(0.01)",
    "descriptors": "kept = []\nwhile True:\n  try: kept.append(os.pipe())\n"
    "  except OSError: time.sleep(0.01)",
    "packets": "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "while True: s.sendto(bytes(1000), ('10.1.0.12', 9))",
    "ARP": "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('eth0', 0))\n"
    "while True: s.send(b'\\xff' * 6 + b'\\2' + os.urandom(5) + b'\\x08\\x06' + bytes.fromhex("
    "'0001080006040001') + os.urandom(6) + b'\\x0a\\1\\0' + os.urandom(1) + bytes(6) "
    "+ b'\\x0a\\1\\0\\x0c')",
    "connections": "while True:\n  s = socket.socket(); s.setblocking(False)\n"
    "  s.connect_ex(('10.1.0.12', 8080)); s.close()",
}


@pytest.fixture(scope="module")
def street() -> Iterator[Sandbox]:
    """An attacker, and a neighbour with a service."""
    limits = Limits(processes=40, memory_mib=64, disk_mib=8, files=256)
    attacker = Host(name="cell", kind=HostKind.HOST, interfaces=(interface(11),), limits=limits)
    live = LocalFabric().deploy(
        world(attacker, host("shop", 12, **python_service())), name="street", ends_with_client=True
    )
    yield live
    live.destroy()


@pytest.mark.parametrize("attack", _ATTACKS)
def test_the_neighbour_recovers(street: Sandbox, attack: str) -> None:
    before = _latency_s(street)
    script = f"import os, socket, time\n{_ATTACKS[attack]}"
    done = street.exec("cell", ["python3", "-c", script], timeout_s=0.7, limit_bytes=1000)
    assert done.timed_out, done.stderr  # it was at work to the end
    assert street.status().state == "running"
    street.reset("cell")  # what it left behind goes with its generation
    deadline = time.monotonic() + 2
    while (after := _latency_s(street)) > 2 * before + 0.005:
        assert time.monotonic() < deadline, (before, after)
    assert street.exec("cell", ["echo", "new"]).stdout == b"new\n"


def test_system_v_memory_has_a_bound(street: Sandbox) -> None:
    """It belongs to no process, so no limit of a process covers it."""
    script = (
        "import ctypes; c = ctypes.CDLL(None);"
        "print(sum(c.shmget(0, 16 << 20, 0o600) >= 0 for _ in range(9)))"
    )
    for _ in range(2):  # what a program leaves goes with it
        assert street.exec("cell", ["python3", "-c", script]).stdout == b"4\n"  # of 64 MiB


def test_no_user_namespace_is_left_to_be_made(street: Sandbox) -> None:
    """A second wall behind the system call filter."""
    shown = street.exec("cell", ["cat", "/proc/sys/user/max_user_namespaces"])
    assert shown.stdout == b"0\n"
    assert street.exec("cell", ["sh", "-c", "echo 9 > /proc/sys/user/max_user_namespaces"]).status


def test_hosts_do_not_forward_whatever_the_machine_does(street: Sandbox) -> None:
    assert street.exec("cell", ["cat", "/proc/sys/net/ipv4/ip_forward"]).stdout == b"0\n"


def test_without_control_groups_hosts_give_way(street: Sandbox) -> None:
    if any("control groups" in line for line in street.status().degraded):
        assert street.exec("cell", ["nice"]).stdout == b"10\n"


def _latency_s(street: Sandbox) -> float:
    """Median of a few requests to the neighbour's page."""
    taken = []
    for _ in range(7):
        began = time.monotonic()
        with street.open_tcp("shop", "10.1.0.12", 8080) as page:
            page.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert page.recv(100).startswith(b"HTTP/1.0 200")
        taken.append(time.monotonic() - began)
    return statistics.median(taken)
