"""Nothing that was acknowledged is lost by kill -9."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from bachang.journal import LogFile, SqliteStore

PROGRAM = Path(__file__).with_name("acknowledging.py")


def acknowledged_until_killed(folder: Path, lines: int) -> int:
    """Run the program until it has acknowledged so often, then kill it; the last sequence."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
        rest = process.stdout.read().split(b"\n")
        assert process.wait() == -9
    return int(rest[-2]) if len(rest) > 1 else 0


def kill_often(folder: Path, times: int) -> None:
    """Always the same folder: each life goes on where the last one was cut off."""
    draw, acknowledged = random.Random(7), 0  # noqa: S311
    for _ in range(times):
        last = acknowledged_until_killed(folder, draw.randrange(1, 60))
        acknowledged = max(acknowledged, last)
        logged = LogFile(folder / "events.log").events()
        with SqliteStore(folder / "journal.db") as store:
            stored = store.events("hall-1")
        assert [event.sequence for event in logged] == list(range(1, len(logged) + 1))
        assert len(logged) >= acknowledged
        assert len(stored) >= acknowledged
        assert stored == logged[: len(stored)]


def test_ten_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 10)


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 50)
