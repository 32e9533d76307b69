"""The process that verifies: what it tells, and that it ends with its input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric

HALL = Path(__file__).parents[1] / "portal" / "packs" / "hall"


def begin(pack: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bachang.verify.worker", str(pack)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_a_pack_that_does_not_load_is_told(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("bachang: 2\n")
    with begin(tmp_path) as worker:
        assert worker.stdout is not None
        told = [json.loads(line) for line in worker.stdout]
    assert [one["check"]["name"] for one in told if "check" in one] == ["load/scenario"]
    assert told[-1]["report"]["ok"] is False
    assert worker.returncode == 0


@pytest.mark.usefixtures("home")
def test_closing_its_input_ends_it_and_its_sandboxes() -> None:
    with begin(HALL) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        for line in worker.stdout:
            if "containment" in json.loads(line).get("check", {}).get("name", ""):
                break
        worker.stdin.close()
        rest = [json.loads(line) for line in worker.stdout]
    assert not any("report" in one for one in rest)
    assert LocalFabric().sandboxes() == []
