"""What a soak looks at after each round, when that is growth, and a picture of it.

Other work on the machine moves the kernel's memory by more than a leak would. So growth is
the median, over all rounds, of what the next eighth of the soak added: others' comings and
goings, and even what they take and keep, move few of these differences; a leak moves them
all. Bursts that end are seen too, because memory of processes is taken at its peak.
"""

from __future__ import annotations

import gc
import os
import statistics
from dataclasses import astuple, dataclass
from pathlib import Path

from bachang.fabric.leaks import fork_servers

_PAGES_OF_KERNEL = ("SUnreclaim", "KernelStack", "PageTables", "Percpu")
_FORGET_PEAK = "5"  # proc(5), clear_refs
_PARTS = 8
_MIB = 1024
_WIDTH, _HEIGHT, _MARGIN, _PLOT, _BASE = 640, 110, 10, 65, 95
_CURVES = (
    ("descriptors of the client", "#3366aa", 1),
    ("descriptors that the agent has room for", "#883388", 1),
    ("peak of the client, MiB", "#aa6633", _MIB),
    ("peak of the agent that stays, MiB", "#aa3344", _MIB),
    ("descriptors of the fork server", "#666633", 1),
    ("peak of the fork server, MiB", "#336666", _MIB),
    ("memory of the machine's kernel, MiB", "#338855", _MIB),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """After one round."""

    descriptors: int
    agent_descriptors: int
    """Room in its table, which doubles when it is full: others' tables cannot be read."""
    own_peak_kib: int
    """Most that this process took during the round."""
    agent_peak_kib: int
    """Most that the agent that stays has ever taken."""
    server_descriptors: int
    server_peak_kib: int
    """Most that the fork server has ever taken."""
    kernel_kib: int
    """Of the whole machine: slabs, stacks, page tables, per-processor memory."""


def begin_round() -> None:
    """Forget this process's peak."""
    Path("/proc/self/clear_refs").write_text(_FORGET_PEAK)


def look(agent: int) -> Sample:
    """After a round; ``agent`` is the pid of the one that stays."""
    gc.collect()
    (server,) = fork_servers(os.getpid())
    memory, own = _fields("meminfo"), _fields("self/status")
    its, parents = (_fields(f"{pid}/status") for pid in (agent, server))
    return Sample(
        descriptors=len(os.listdir("/proc/self/fd")),
        agent_descriptors=its["FDSize"],
        own_peak_kib=own["VmHWM"],
        agent_peak_kib=its["VmHWM"],
        server_descriptors=len(os.listdir(f"/proc/{server}/fd")),
        server_peak_kib=parents["VmHWM"],
        kernel_kib=sum(memory[kind] for kind in _PAGES_OF_KERNEL),
    )


def growth(values: list[int]) -> float:
    """What all rounds together have added, in the unit of ``values``; see the head."""
    lag = max(1, len(values) // _PARTS)
    added = [later - earlier for earlier, later in zip(values, values[lag:], strict=False)]
    return statistics.median(added) / lag * len(values)


def draw(samples: list[Sample], target: Path) -> None:
    """One curve below the other, each from zero, so that what is flat looks flat."""
    columns = zip(*(astuple(one) for one in samples), strict=True)
    curves = "".join(
        _curve(place, words, colour, [value / unit for value in values])
        for place, ((words, colour, unit), values) in enumerate(zip(_CURVES, columns, strict=True))
    )
    height = _HEIGHT * len(_CURVES)
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">'
        f'<rect width="{_WIDTH}" height="{height}" rx="6" fill="#fff"/>{curves}</svg>\n'
    )


def _fields(name: str) -> dict[str, int]:
    """Lines ``word: number …`` of a file in /proc."""
    lines = (line.split(":") for line in Path("/proc", name).read_text().splitlines())
    words = ((line[0], line[1].split()) for line in lines if len(line) == 2)
    return {name: int(found[0]) for name, found in words if found and found[0].isdigit()}


def _curve(place: int, words: str, colour: str, values: list[float]) -> str:
    top, most = place * _HEIGHT, max(values) or 1
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)
    points = " ".join(
        f"{_MARGIN + step * at:.1f},{top + _BASE - _PLOT * value / most:.1f}"
        for at, value in enumerate(values)
    )
    ends = f'x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{top + _BASE}" y2="{top + _BASE}"'
    shown = f"{words}: {min(values):.0f} to {most:.0f} in {len(values)} rounds"
    return (
        f'<text x="{_MARGIN}" y="{top + 18}" fill="#222">{shown}</text>'
        f'<line {ends} stroke="#bbb"/>'
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    )
