"""Comparing two kept results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from bench._compare import compare


def _kept(path: Path, value: float, name: str, kernel: str) -> Path:
    machine = {"processor": "x", "cores": 2, "memory": "1", "kernel": kernel, "python": "3.11"}
    row = {"name": name, "value": value, "unit": "ms", "peer": "", "ratio": None, "limit": ""}
    result = {
        "name": "fabric",
        "commit": "abc",
        "date": "2026-01-01",
        "machine": machine | {"load": 0.5},
        "rows": [row],
    }
    path.write_text(json.dumps(result))
    return path


def test_two_results_are_shown_beside_each_other(tmp_path: Path) -> None:
    old = _kept(tmp_path / "old.json", 4.0, "up, beside a peer (9 ms)", "6.1")
    new = _kept(tmp_path / "new.json", 2.0, "up, beside a peer (8 ms)", "6.2")
    table, warnings = compare(old, new)
    console = Console(width=200, record=True)
    console.print(table)
    text = console.export_text()
    assert "up, beside a peer" in text
    assert "0.50×" in text
    assert any("kernel: 6.1; 6.2" in one for one in warnings)


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    with pytest.raises(ValueError, match="no result"):
        compare(other, other)
