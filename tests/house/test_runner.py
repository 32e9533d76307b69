"""pytest's own options work here, where it runs from a place that it may not write to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]


@pytest.mark.parametrize("options", [["--verbose"], ["-p", "no:cacheprovider"]])
def test_it_runs_with(options: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--collect-only", "tests/house/test_turns.py"],
        cwd=CLONE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
