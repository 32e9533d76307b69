"""Files stay small, and nothing in them belongs to one machine only."""

from __future__ import annotations

import ast
import functools
import os
import subprocess
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted(
    path
    for folder in ("src", "tests", "bench", "setup")
    for path in (ROOT / folder).rglob("*.py")
    if "packs" not in path.parts  # programs of a pack's hosts, not of the project
)
LONG = 400
"""Lines; a longer file says ``Longer than`` and why at its head."""
SKIPPED = {".git", ".venv", "node_modules", "site", "__pycache__", "dist", "build"}
TEXTS = {".py", ".md", ".toml", ".lock", ".yaml", ".yml", ".c", ".h", ".sh", ".json", ".nft"}
TEXTS |= {".ts", ".tsx", ".js", ".css", ".html"}
STRANGE = [f"/{folder}/" for folder in ("work", "root/private")]
STRANGE += [f"{host}.org" for host in ("pypi", "pythonhosted", "deb.debian", "registry.npmjs")]


@functools.cache
def texts() -> list[Path]:
    """All text files that are, or could be, under version control."""
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(set(folders) - SKIPPED)
        found += [Path(folder) / file for file in files if is_text(Path(file))]
    return found


def is_text(path: Path) -> bool:
    return path.suffix in TEXTS or path.name in ("Makefile", "run")


def head(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_long_files_say_why():
    long = [path for path in PYTHON if lines(path) > LONG]
    assert [path for path in long if "Longer than" not in head(path)] == []


def test_files_say_what_they_are():
    assert [path for path in PYTHON if not head(path)] == []


def test_the_median_file_is_small():
    assert median(lines(path) for path in PYTHON) < 200


@pytest.mark.parametrize("text", STRANGE)
def test_no_machine_and_no_registry_is_named(text):
    named = [path for path in texts() if text in path.read_text(encoding="utf-8")]
    assert named == []


def test_shell_scripts_are_sound():
    for script in [ROOT / ".ci" / "run", *ROOT.glob("packs/**/*.sh")]:
        subprocess.run(["bash", "-n", script], check=True)
