"""A neighbour's latency while one host takes all it can get, with and without control groups.

The attack acts and rests in short turns, while a third host asks for the page again and again; the
median of the ratios of a turn with it to those around. Run as root, after ``make groups``, to have
both; ``attacks:fork-bomb`` measures one attack only.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from bachang.fabric import FabricError, LocalFabric, Sandbox
from bachang.fabric._cgroups import Held, writable_groups
from bench import Row
from bench._turns import compare
from tests.containment.attacks import AIMED_AT_THE_SERVICE, ATTACKS, script, street

_TURN_S = 0.15
_LOOK_S = 20.0
_AIMED_TURN_S = 4.0
"""Of who aims at the service: a try that is lost takes a second, and the next two."""
_AIMED_LOOK_S = 28.0
_WARM_S = 1.0
_CUSTOMER = """
import socket, sys, time
end = time.monotonic() + float(sys.argv[1])
while (began := time.monotonic()) < end:
    with socket.create_connection(("10.1.0.12", 8080)) as page:
        page.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        while page.recv(65536): pass
    print(began, time.monotonic() - began)
    time.sleep(0.005)
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
    aimed = attack in AIMED_AT_THE_SERVICE
    turn_s = _AIMED_TURN_S if aimed else _TURN_S
    look_s = _AIMED_LOOK_S if aimed else _LOOK_S
    with _attacking(street_, script(attack, turn_s=turn_s), look_s):
        seen = compare(_requests(street_, look_s), turn_s)
    return Row(
        name=f"page beside: {attack}, {kind}",
        value=seen.even * 1000,
        unit="ms",
        peer=f"at rest; half of {seen.count} turns {seen.low:.2f} to {seen.high:.2f}×",
        ratio=seen.ratio,
        limit="" if aimed else limit,
    )


@contextlib.contextmanager
def _attacking(street_: Sandbox, program: str, look_s: float) -> Iterator[None]:
    """Attack, again and again where the kernel ends it for want of memory."""
    ended = threading.Event()

    def attack_it() -> None:
        while not ended.is_set():
            with contextlib.suppress(FabricError):  # the host is being reset
                argv = ["python3", "-c", program]
                street_.exec("cell", argv, timeout_s=_WARM_S + look_s + 2, limit_bytes=1000)

    thread = threading.Thread(target=attack_it)
    thread.start()
    time.sleep(_WARM_S)
    try:
        yield
    finally:
        ended.set()
        street_.reset("cell")
        street_.reset("edge")
        thread.join()


def _requests(street_: Sandbox, look_s: float) -> list[tuple[float, float]]:
    """When each began, by the machine's monotonic clock, and how long it took; s."""
    argv = ["python3", "-c", _CUSTOMER, str(look_s)]
    lines = street_.exec("desk", argv, timeout_s=4 * look_s).stdout.split(b"\n")
    pairs = [line.split() for line in lines if line]
    return [(float(began), float(taken)) for began, taken in pairs]
