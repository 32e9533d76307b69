"""A machine that runs out of something while a world is made: refused, said, nothing left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric
from bachang.fabric.leaks import wait_clean
from tests.fabric.worlds import host, world

_ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def clean(home: Path) -> Iterator[None]:
    yield
    assert wait_clean() == []


@pytest.mark.parametrize(
    ("kind", "most", "words"),
    [
        ("NPROC", "1", "temporarily unavailable"),
        ("NOFILE", "150", "Too many open files"),
        ("FSIZE", "0", "too large"),
    ],
)
def test_what_a_client_lacks_is_said(kind: str, most: str, words: str) -> None:
    """The limits of the account are inherited by its agent; 120 hosts need more of each."""
    script = f"""
import resource, sys
from bachang.fabric import FabricError, LocalFabric
from tests.fabric.worlds import *
made = world(*(host(f"h{{n}}", n) for n in range(11, 131)))
resource.setrlimit(resource.RLIMIT_{kind}, ({most}, {most}))
try:
    LocalFabric(ready_timeout_s=10).deploy(made, name="scarce", ends_with_client=True)
except FabricError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=_ROOT
    )
    assert "Error" in done.stdout, done.stderr[-2000:]
    assert done.stdout.startswith("MachineError")
    assert words in done.stdout
    assert LocalFabric().sandboxes() == []


def test_it_deploys_once_there_is_enough_again() -> None:
    live = LocalFabric().deploy(world(host("a", 11)), name="scarce")
    live.destroy()
