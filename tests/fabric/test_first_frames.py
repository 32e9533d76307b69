"""What is sent at once arrives: a sandbox or a host is there only when frames pass its ports.

A port that was brought up passes none until the kernel's work queue has come to it; under load that
took a while, and whoever had asked for a neighbour asked again after a second.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LATE = ["unshare", "-Urn", sys.executable, "-m", "tests.fabric.late_link"]
_ROOT = Path(__file__).parents[2]
_LIMIT_S = 100


def test_late_links_are_waited_for_when_a_switch_is_finished_and_when_one_takes_over(
    home: Path,
) -> None:
    done = subprocess.run(
        _LATE, capture_output=True, cwd=_ROOT, text=True, check=False, timeout=_LIMIT_S
    )
    assert done.stdout.splitlines() == ["p1-11 p1-12 p1-13"] * 2 + ["0"], done.stderr
