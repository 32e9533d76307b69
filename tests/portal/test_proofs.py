"""Packs that ship with a proof: shown while it is of these files and this version."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from bachang.engine import load_plan
from bachang.plan import digest
from bachang.portal import Settings
from bachang.portal.models import Role
from bachang.verify import (
    Check,
    NoProofError,
    VerifyReport,
    content_digest,
    keep_proof,
    kept_proof,
    proof_file,
)
from tests.portal.people import PACKS, People

AT_S = 1_795_000_000.0


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A pack that ships."""
    return shutil.copytree(PACKS / "hall", tmp_path / "hall")


@pytest.fixture
def settings(settings: Settings, shipped: Path) -> Settings:
    return dataclasses.replace(settings, packs=shipped.parent)


@pytest.fixture
def report(shipped: Path) -> VerifyReport:
    """What verifying it said; what is in it is not looked at here."""
    check = Check(name="task/find", title={"en": "solved"}, ok=True, duration_s=1.0)
    return VerifyReport(
        pack=str(shipped), title={"en": "Hall"}, plan=digest(load_plan(shipped)), checks=(check,),
        duration_s=12.0,
    )  # fmt: skip


def keep(shipped: Path, report: VerifyReport) -> None:
    content = content_digest(shipped)
    keep_proof(proof_file(shipped), shipped, report, content=content, at_s=AT_S)


def test_a_proof_that_ships_is_shown(people: People, shipped: Path, report: VerifyReport) -> None:
    ada = people("ada", Role.ORGANISER)
    assert ada.get("/api/packs/hall").json()["verified"] is None
    keep(shipped, report)
    assert str(shipped.parent) not in proof_file(shipped).read_text()
    shown = ada.get("/api/packs/hall").json()["verified"]
    assert shown == {"date": "2026-11-18T11:06:40Z", "ok": True}
    proof = ada.get("/api/packs/hall/verification").json()
    assert (proof["state"], proof["by"], proof["current"]) == ("passed", "Bachang 0.1.0", True)
    assert [check["name"] for check in proof["checks"]] == ["task/find"]
    (shipped / "more.txt").write_text("another")
    assert ada.get("/api/packs/hall").json()["verified"] is None
    assert ada.get("/api/packs/hall/verification").json()["state"] == "none"


def test_a_proof_of_another_version_holds_nothing(
    people: People, shipped: Path, report: VerifyReport
) -> None:
    ann = people("ann")
    keep(shipped, report)
    assert ann.get("/api/packs/hall").json()["verified"]["ok"]
    file = proof_file(shipped)
    kept = file.read_text()
    for other in (
        kept.replace('"0.1.0"', '"0.0.9"'),
        "{",
        kept.replace('"ok": true', '"ok": false'),
    ):
        file.write_text(other)
        assert ann.get("/api/packs/hall").json()["verified"] is None
    file.unlink()
    assert kept_proof(shipped) is None


def test_a_proof_of_a_copy_is_not_taken_over(
    people: People, shipped: Path, report: VerifyReport
) -> None:
    keep(shipped, report)
    ada = people("ada", Role.AUTHOR)
    made = ada.post("/api/packs", json={"name": "mine", "copy_of": "hall"}).json()
    assert made["verified"] is None


def test_nothing_is_kept_of_what_does_not_hold(shipped: Path, report: VerifyReport) -> None:
    failed = dataclasses.replace(report.checks[0], ok=False)
    with pytest.raises(NoProofError, match="not everything holds"):
        keep(shipped, dataclasses.replace(report, checks=(failed,)))
    with pytest.raises(NoProofError, match="was changed while"):
        keep_proof(proof_file(shipped), shipped, report, content="0" * 64, at_s=AT_S)
    assert not proof_file(shipped).exists()
