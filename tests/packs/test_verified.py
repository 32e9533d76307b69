"""The packs that ship hold everything that they promise, in living sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.verify import content_digest, kept_proof, verify

PACKS = Path(__file__).parents[2] / "packs"


def test_every_pack_that_ships_has_a_proof_that_holds() -> None:
    folders = [file.parent for file in PACKS.glob("*/scenario.yaml")]
    assert folders
    for folder in folders:
        proof = kept_proof(folder)
        assert proof is not None, f"{folder.name} was never proven: make proof"
        held = proof.holds(content_digest(folder))
        assert held, f"{folder.name} has changed since it was proven: make proof"
        assert len(proof.report.checks) > 30


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["blackout"])
def test_verified(pack: str, home: Path) -> None:
    report = verify(PACKS / pack)
    assert [(check.name, check.reason) for check in report.failures] == []
    assert len(report.checks) > 30
