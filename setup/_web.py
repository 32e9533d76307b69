"""The web UI: built from ``web/`` into the package when its sources have changed.

Node comes from a Python package in ``.venv``, so the machine needs none.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from setup._commands import ROOT, run_as_owner
from setup._environment import VENV, write

_SOURCES = ROOT / "web"
_BUILT = ROOT / "src" / "bachang" / "portal" / "static"
_STAMP = _BUILT / "sources.sha256"
_MADE = ("node_modules", "schema.ts")
"""Names under ``web/`` that the build itself makes."""


def build_web() -> None:
    """Build the UI; quick when nothing has changed.

    Raises:
        SetUpError: the libraries cannot be had, or the build fails.
    """
    digest = _digest()
    if _STAMP.exists() and _STAMP.read_text() == digest:
        return
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    npm("run", "build", "--silent")
    write(_STAMP, digest)


def npm(*words: str) -> None:
    """Run npm in ``web/`` with the Node of ``.venv``."""
    path = f"PATH={VENV / 'bin'}:{os.environ.get('PATH', os.defpath)}"
    print(f"$ npm {' '.join(words)}  # in web/", flush=True)
    run_as_owner(["env", path, VENV / "bin" / "npm", "--prefix", _SOURCES, *words], quiet=True)


def _digest() -> str:
    """One hash over the names and contents of all sources."""
    total = hashlib.sha256()
    for path in sorted(_files(_SOURCES)):
        total.update(f"{path.relative_to(_SOURCES)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(folder: Path) -> list[Path]:
    """All files below a folder but those that the build makes."""
    files: list[Path] = []
    for entry in folder.iterdir():
        if entry.name not in _MADE:
            files += _files(entry) if entry.is_dir() else [entry]
    return files
