"""Field systems: how much faster than the clock they run, and how soon the plant is ready.

Speeds are sandbox seconds per second of one core's time (what others take from the machine
does not count); 10 ms steps, pure Python. The peer of the genset is the same set stepped at 5 ms,
the usual step of its class of model: it tells what the chosen step buys.
"""

from __future__ import annotations

import subprocess
import sys
import time

from bachang.plan import FieldSystem
from bachang.twins import Access, Command, Zone
from bachang.twins.ats import Ats
from bachang.twins.genset import Genset
from bench import Row, alternate
from tests.twins.plants import plant
from tests.twins.test_ats import hammer

SECONDS = 30.0
STARTS = 7
COMMANDS = 1_000_000


def run() -> list[Row]:
    """Genset, zone, interlock, start of the process."""
    pair = alternate(lambda: _genset_speed(0.01), lambda: _genset_speed(0.005))
    start = alternate(_ready_ms, _libraries_ms, pairs=STARTS)
    return [
        Row(
            name="genset on load, times real time at 10 ms",
            value=pair.own,
            unit="×",
            peer="at 5 ms",
            ratio=pair.ratio,
            limit="≥ 200",
        ),
        Row(name="zone at rest on the mains", value=_zone_speed(failed=False), unit="×"),
        Row(name="zone on the genset", value=_zone_speed(failed=True), unit="×"),
        Row(
            name=f"both breakers closed in {COMMANDS:,} random commands",
            value=_both_closed(),
            unit="times",
            limit="≤ 0",
        ),
        Row(
            name="plant: from start to ready",
            value=start.own,
            unit="ms",
            peer="Python with its libraries",
            ratio=start.ratio,
            limit="≤ 4×",
        ),
    ]


def _genset_speed(step_s: float) -> float:
    """Sandbox seconds per second of a loaded genset with its controller."""
    genset = Genset("genset", {"power_on_mode": "manual"}, "bench")
    load = genset.source.tap()
    genset.write("start", True)
    for _ in range(4000):
        genset.step(0.01)
    load.p_kw, load.q_kvar = 150.0, 90.0
    steps = round(SECONDS / step_s)
    started = time.process_time()
    for _ in range(steps):
        genset.step(step_s)
    taken_s = time.process_time() - started
    assert genset.read("state") == "running"
    return SECONDS / taken_s


def _zone_speed(*, failed: bool) -> float:
    wiring = {
        "grid": {},
        "genset": {"mains": "grid", "transfer": "ats"},
        "ats": {"source_1": "grid", "source_2": "genset"},
        "feeder": {"supply": "ats"},
    }
    zone = Zone((FieldSystem(name=n, type=n, wiring=w) for n, w in wiring.items()), "bench")
    if failed:
        zone.apply(Command(point="grid.available", value=False, actor="white", access=Access.WHITE))
        for _ in range(4000):
            zone.step()
    started = time.process_time()
    for _ in range(round(SECONDS * 100)):
        zone.step()
    zone.take_events()
    return SECONDS / (time.process_time() - started)


def _both_closed() -> float:
    """`hammer` checks after every command and raises on a violation."""
    try:
        ats: Ats = hammer(COMMANDS, 2)
    except AssertionError:
        return 1.0
    assert ats.state.pair.refused > 0
    return 0.0


def _ready_ms() -> float:
    with plant() as end:
        return 1000.0 * end.ready_s


def _libraries_ms() -> float:
    """The least that a Python process with asyncio, msgspec and h11 takes to come and go."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import asyncio, h11, msgspec"], check=True)
    return 1000.0 * (time.perf_counter() - started)
