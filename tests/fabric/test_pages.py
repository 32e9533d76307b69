"""A Python that is forked often: what is free in it, and where its code lies."""

from __future__ import annotations

import ctypes
import json
import mmap
import subprocess
import sys

import pytest

from bachang.fabric._native import FORKS

_HUGE_PAGE = 2 << 20
_COLLAPSE = 25
_LIBRARY = f"""
import gc, http.server, json, os, resource
from bachang.fabric._forks import load
library = load({str(FORKS)!r})
"""
_FAULTS_OF_A_CHILD = """
keep = []
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    keep.extend(bytes(size) for size in range(1, 1000, 16) for _ in range(8))
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
def of_a_child():
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, str(faults()).encode())
        os._exit(0)
    os.wait()
    return int(os.read(read, 10))
gc.disable()
# Pieces of all sizes come and a few go, as when modules are imported.
pieces = [bytes(size) for _ in range(200) for size in range(1, 1000, 8)]
kept = [piece for number, piece in enumerate(pieces) if number % 30]
del pieces
of_a_child()
before = of_a_child()
library.fill_gaps()
of_a_child()
print(json.dumps([before, of_a_child()]))
"""
_BEGINNINGS_OF_POOLS = """
def pieces():
    return [bytes(31) for _ in range(5000)]
made = pieces()
gaps = {id(one) for one in made if id(one) % (16 << 10) in range(48, 480)}
keep = [one for one in made if id(one) not in gaps]
del made
library.fill_gaps()
print(json.dumps([len(gaps), len(gaps & {id(one) for one in pieces()})]))
"""
_TEXT = """
library.text_on_huge_pages()
from pathlib import Path
blocks = Path("/proc/self/smaps").read_text().split("VmFlags")
print(json.dumps([
    [block for block in blocks if " r-xp " in block and "AnonHugePages:         0" not in block],
    sum(json.loads(json.dumps(list(range(1000))))),
]))
"""


def _collapses() -> bool:
    """Does the kernel put small pages together (Linux 6.1, where huge ones are not forbidden)?"""
    with mmap.mmap(-1, 2 * _HUGE_PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as room:
        room.write(bytes(len(room)))
        aligned = -ctypes.addressof(ctypes.c_char.from_buffer(room)) % _HUGE_PAGE
        try:
            room.madvise(_COLLAPSE, aligned, _HUGE_PAGE)
        except OSError:
            return False
    return True


def _run(script: str) -> list[int]:
    """What a Python of its own finds, with the zygote's library."""
    words = [sys.executable, "-I", "-c", _LIBRARY + script]
    found = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return json.loads(found)  # type: ignore[no-any-return]


def test_what_a_fork_makes_lies_together() -> None:
    scattered, together = _run(_FAULTS_OF_A_CHILD)
    assert together < scattered / 2


def test_a_pool_whose_first_piece_is_free_is_filled_like_any_other() -> None:
    gaps, left = _run(_BEGINNINGS_OF_POOLS)
    assert gaps > 100
    assert left == 0


@pytest.mark.skipif(not _collapses(), reason="the kernel makes no huge pages when asked to")
def test_pythons_code_moves_to_huge_pages_and_runs_on() -> None:
    huge, total = _run(_TEXT)
    assert huge
    assert total == sum(range(1000))
