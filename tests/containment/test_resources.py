"""One host takes all it can get; the machine and the neighbour go on.

Every attack is short and held by the host's own limits. Without control groups the neighbour
is slower meanwhile, and is to be as before within two seconds after its end.
"""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.fabric._cgroups import Held
from tests.containment import attacks

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module", params=["plain", "grouped"])
def street(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """An attacker, and a neighbour with a service; without and with control groups."""
    groups = request.getfixturevalue("groups") if request.param == "grouped" else {}
    live = LocalFabric(groups=groups).deploy(attacks.street(), name="street", ends_with_client=True)
    yield live
    live.destroy()


@pytest.mark.parametrize("attack", attacks.ATTACKS)
def test_the_neighbour_goes_on_serving_and_recovers(street: Sandbox, attack: str) -> None:
    """How fast is a matter of `bench attacks`; here each request is answered meanwhile.

    Of an attack that is aimed at the service itself only the end is asked for.
    """
    before = _latency_s(street)
    argv = ["python3", "-c", attacks.script(attack)]
    with ThreadPoolExecutor() as pool:
        attacking = pool.submit(street.exec, "cell", argv, timeout_s=1.0, limit_bytes=1000)
        while attack not in attacks.AIMED_AT_THE_SERVICE and not attacking.done():
            assert _latency_s(street) < 1
    done = attacking.result()
    # It was at work to the end, or the kernel has ended it for want of memory.
    assert done.timed_out or done.status == -signal.SIGKILL, done.stderr
    assert street.status().state == "running"
    street.reset("cell")  # what it left behind goes with its generation
    deadline = time.monotonic() + 2
    while (after := _latency_s(street)) > 2 * before + 0.005:
        assert time.monotonic() < deadline, (before, after)
    assert street.exec("cell", ["echo", "new"]).stdout == b"new\n"


def test_a_host_takes_no_more_than_its_groups_give(home: Path, groups: dict[Held, str]) -> None:
    """As the kernel has counted it, of everything in the host together."""
    live = LocalFabric(groups=groups).deploy(attacks.street(), name="count", ends_with_client=True)
    tops = {what: Path(base) / f"bachang-{live.status().id}" for what, base in groups.items()}
    for attack in ("fork bomb", "memory", "disk"):
        argv = ["python3", "-c", attacks.script(attack)]
        live.exec("cell", argv, timeout_s=0.5, limit_bytes=1000)
    memory, pids = tops[Held.MEMORY] / "cell.0", tops[Held.PIDS] / "cell.0"
    assert 0 < int(_read(memory, "memory.max_usage_in_bytes", "memory.peak")) <= (64 + 8) << 20
    assert 0 < int(_read(pids, "pids.current")) <= 41
    deadline = time.monotonic() + 30
    while not _times_held(tops[Held.CPU] / "cell.0"):  # on a busy machine it gets less than that
        assert time.monotonic() < deadline
        argv = ["python3", "-c", attacks.script("fork bomb")]
        live.exec("cell", argv, timeout_s=0.5, limit_bytes=1000)
    live.destroy()


def _times_held(place: Path) -> int:
    """Periods at whose end its processor time was used up."""
    words = (place / "cpu.stat").read_text().split()
    return int(words[words.index("nr_throttled") + 1])


def _read(place: Path, *names: str) -> str:
    return next((place / one).read_text() for one in names if (place / one).exists())


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
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert int(street.exec("cell", ["nice"]).stdout) == max(own, 10)


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
