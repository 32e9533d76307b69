"""Where the native helper and its source are."""

from __future__ import annotations

from pathlib import Path

_NATIVE = Path(__file__).parent / "native"
SOURCE = _NATIVE / "spawner.c"
SPAWNER = _NATIVE / "spawner"
