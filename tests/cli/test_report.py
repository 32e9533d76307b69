"""`bachang report`: as a page and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.engine import LocalEngine
from tests.cli.calling import bachang
from tests.exercise.recorded import PLAN, recorded


@pytest.fixture
def past(home: Path) -> str:
    """Name of a sandbox that ran here once."""
    engine, events = LocalEngine(), recorded()
    identity = events[0].sandbox
    engine._keep_plan(identity, PLAN)
    with engine.store() as store:
        store.append(events)
    return identity.rpartition("-")[0]


def test_a_page_and_a_pdf(past: str, tmp_path: Path) -> None:
    page, paper = tmp_path / "r.html", tmp_path / "r.pdf"
    assert bachang("report", past, "-o", str(page)).status == 0
    assert "After-action report" in page.read_text()
    assert bachang("report", past, "--pdf", "-o", str(paper), "--language", "zh").status == 0
    assert paper.read_bytes().startswith(b"%PDF-")


def test_a_pdf_has_the_name_of_one(past: str, tmp_path: Path) -> None:
    refused = bachang("report", past, "--pdf", "-o", str(tmp_path / "r.html"))
    assert refused.status == 2
    assert "end with .pdf" in " ".join(refused.err.replace("│", "").split())
