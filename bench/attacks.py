"""A neighbour's latency while one host takes all it can get, with and without control groups.

Without an attack and under it in turn, the median of the ratios; each figure is the median of the
requests that a third host makes for some time. Run as root, after ``make groups``, to have both;
``attacks:fork-bomb`` measures one attack only.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from bachang.fabric import LocalFabric, Sandbox
from bachang.fabric._cgroups import Held, writable_groups
from bench import Row
from bench._pair import alternate
from tests.containment.attacks import AIMED_AT_THE_SERVICE, ATTACKS, script, street

_PAIRS = 11
_LOOK_S = 0.25
_WARM_S = 0.3
_CUSTOMER = """
import socket, statistics, sys, time
taken = []
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    began = time.perf_counter()
    with socket.create_connection(("10.1.0.12", 8080)) as page:
        page.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        while page.recv(65536): pass
    taken.append(time.perf_counter() - began)
    time.sleep(0.005)
print(statistics.median(taken))
"""


def run(only: str = "") -> list[Row]:
    """One row for each attack, or for one of them (``-`` stands for a space).

    Raises:
        ValueError: there is no such attack.
    """
    chosen = [one for one in ATTACKS if only in ("", one.replace(" ", "-"))]
    if not chosen:
        raise ValueError(f"no attack {only!r}; there are {', '.join(ATTACKS)}")
    rows = []
    kinds: dict[str, dict[Held, str]] = {"without groups": {}}
    if found := writable_groups():
        kinds["groups"] = found
    for kind, groups in kinds.items():
        live = LocalFabric(groups=groups).deploy(street(), name="street", ends_with_client=True)
        limit = "≤ 1.1×" if Held.CPU in groups else ""
        rows += [_row(live, attack, kind, limit) for attack in chosen]
        live.destroy()
    return rows


def _row(street_: Sandbox, attack: str, kind: str, limit: str) -> Row:
    def under_attack() -> float:
        with _attacking(street_, attack):
            return _latency_ms(street_)

    pair = alternate(under_attack, lambda: _latency_ms(street_), pairs=_PAIRS)
    return Row(
        name=f"page beside: {attack}, {kind}",
        value=pair.own,
        unit="ms",
        peer="no attack",
        ratio=pair.ratio,
        limit="" if attack in AIMED_AT_THE_SERVICE else limit,
    )


@contextlib.contextmanager
def _attacking(street_: Sandbox, attack: str) -> Iterator[None]:
    argv = ["python3", "-c", script(attack)]
    timeout_s = _WARM_S + _LOOK_S + 1

    def attack_it() -> None:
        street_.exec("cell", argv, timeout_s=timeout_s, limit_bytes=1000)

    thread = threading.Thread(target=attack_it)
    thread.start()
    time.sleep(_WARM_S)
    yield
    street_.reset("cell")
    street_.reset("edge")
    thread.join()


def _latency_ms(street_: Sandbox) -> float:
    done = street_.exec("desk", ["python3", "-c", _CUSTOMER, str(_LOOK_S)], timeout_s=30)
    return float(done.stdout) * 1000
