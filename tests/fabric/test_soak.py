"""Deploy, play and destroy without pause: memory, descriptors and kernel memory stay flat.

With BACHANG_SOAK_PICTURE=FILE.svg what was measured is drawn, one curve below the other.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric
from bachang.fabric.leaks import wait_clean
from tests.fabric.worlds import host, python_service, world

_WARM_UP = 5
_MIB = 1024
_CURVES = ("descriptors", "this process, MiB", "kernel's memory, MiB")
_COLOURS = ("#3366aa", "#aa6633", "#338855")
_WIDTH, _HEIGHT = 640, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """After one round."""

    descriptors: int
    own_kib: int
    kernel_kib: int


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric()
    assert wait_clean() == []


@pytest.mark.parametrize("seconds", [20, pytest.param(1800, marks=pytest.mark.slow)])
def test_worlds_that_come_and_go_leave_the_machine_as_it_was(
    fabric: LocalFabric, seconds: float
) -> None:
    samples: list[Sample] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(samples) < 3 * _WARM_UP:
        _play(fabric, len(samples))
        samples.append(_look())
    steady = samples[_WARM_UP:]
    _draw(steady)
    assert max(one.descriptors for one in steady) == min(one.descriptors for one in steady)
    assert _growth([one.own_kib for one in steady]) < 8 * _MIB
    # The machine is shared and frees namespaces in its own time; a leak of one host's kernel
    # memory (about 0.5 MiB) in each round would be three times as much.
    assert _growth([one.kernel_kib for one in steady]) < 64 * _MIB + len(steady) * _MIB // 6


def _play(fabric: LocalFabric, number: int) -> None:
    made = world(*(host(f"h{n}", n, **python_service()) for n in range(11, 17)))
    live = fabric.deploy(made, name=f"soak-{number % 3}")
    assert live.exec("h11", ["ping", "-c", "1", "-W", "2", "h12"]).status == 0
    live.open_tcp("h11", "10.1.0.12", 8080).close()
    live.close_terminal(live.keep_terminal("h13").session)
    live.reset("h14")
    live.destroy()


def _look() -> Sample:
    gc.collect()
    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    kinds = ("SUnreclaim", "KernelStack", "PageTables", "Percpu")
    own = Path("/proc/self/statm").read_text().split()[1]
    return Sample(
        descriptors=len(os.listdir("/proc/self/fd")),
        own_kib=int(own) * os.sysconf("SC_PAGE_SIZE") // 1024,
        kernel_kib=sum(int(memory[kind].split()[0]) for kind in kinds),
    )


def _growth(values: list[int]) -> int:
    """From the first third to the last, by their lowest: what others do comes and goes."""
    third = max(1, len(values) // 3)
    return min(values[-third:]) - min(values[:third])


def _draw(samples: list[Sample]) -> None:
    target = os.environ.get("BACHANG_SOAK_PICTURE")
    if not target:
        return
    columns = list(zip(*(astuple(one) for one in samples), strict=True))
    scales = (1, _MIB, _MIB)
    parts = [
        _curve(place, [value / scale for value in values])
        for place, (values, scale) in enumerate(zip(columns, scales, strict=True))
    ]
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT * len(parts)}"'
    style = 'font-family="sans-serif" font-size="12"'
    body = "".join(parts)
    Path(target).write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{body}</svg>')


def _curve(place: int, values: list[float]) -> str:
    """One curve from zero, so that what is flat looks flat."""
    top, most = place * _HEIGHT, max(values) or 1
    step = (_WIDTH - 20) / max(1, len(values) - 1)
    points = " ".join(
        f"{10 + step * at:.1f},{top + 95 - 65 * value / most:.1f}"
        for at, value in enumerate(values)
    )
    words = f"{_CURVES[place]}: {min(values):.0f} to {most:.0f} in {len(values)} rounds"
    return (
        f'<text x="10" y="{top + 18}">{words}</text>'
        f'<line x1="10" x2="{_WIDTH - 10}" y1="{top + 95}" y2="{top + 95}" stroke="#bbb"/>'
        f'<polyline points="{points}" fill="none" stroke="{_COLOURS[place]}" stroke-width="1.5"/>'
    )
