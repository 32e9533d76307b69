"""A Python that is forked often: what is free in it, and where its code lies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bachang.fabric._native import ZYGOTE

_LIBRARY = f"""
import ctypes, http.server, json, os, resource
library = ctypes.PyDLL({str(ZYGOTE)!r})
"""
_FAULTS_OF_A_CHILD = """
keep = []
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    keep.extend(bytes(size) for size in range(1, 1000, 16))
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
def of_a_child():
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, str(faults()).encode())
        os._exit(0)
    os.wait()
    return int(os.read(read, 10))
# Pieces of all sizes come and go, as when modules are imported.
pieces = [bytes(size) for _ in range(20) for size in range(1, 1000, 8)]
kept = pieces[::3]
del pieces
of_a_child()
before = of_a_child()
library.fill_gaps()
of_a_child()
print(json.dumps([before, of_a_child()]))
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


def _run(script: str) -> list[int]:
    """What a Python of its own finds, with the zygote's library."""
    words = [sys.executable, "-I", "-c", _LIBRARY + script]
    found = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return json.loads(found)  # type: ignore[no-any-return]


def test_what_a_fork_makes_lies_together() -> None:
    scattered, together = _run(_FAULTS_OF_A_CHILD)
    assert together < scattered / 2


@pytest.mark.skipif(
    not Path("/sys/kernel/mm/transparent_hugepage").exists(), reason="a kernel without huge pages"
)
def test_pythons_code_moves_to_huge_pages_and_runs_on() -> None:
    huge, total = _run(_TEXT)
    assert huge
    assert total == sum(range(1000))
