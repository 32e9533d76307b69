"""The packs that ship hold everything that they promise, in living sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.verify import verify

PACKS = Path(__file__).parents[2] / "packs"


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["blackout"])
def test_verified(pack: str, home: Path) -> None:
    report = verify(PACKS / pack)
    assert [(check.name, check.reason) for check in report.failures] == []
    assert len(report.checks) > 30
