"""The wheel brings what a clone has beside the code: the built interface and the packs."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bachang.cli import _serve

ROOT = Path(__file__).resolve().parents[2]
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL = _PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]


def test_the_built_interface_is_named():
    """A wheel leaves out what Git ignores, unless it is named."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = {line.rstrip("/") for line in lines if line.startswith("src/bachang/portal/")}
    assert ignored == set(WHEEL["artifacts"])


def test_packs_are_where_the_command_looks_for_them(monkeypatch, tmp_path):
    (place,) = WHEEL["force-include"].values()
    (tmp_path / "lib" / place).mkdir(parents=True)
    monkeypatch.setattr(_serve, "files", lambda package: tmp_path / "lib" / package)
    assert _serve._shipped_packs() == tmp_path / "lib" / place
    assert all((ROOT / folder).is_dir() for folder in WHEEL["force-include"])
