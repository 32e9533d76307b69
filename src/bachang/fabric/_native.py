"""Where the native parts and their sources are."""

from __future__ import annotations

from pathlib import Path

_NATIVE = Path(__file__).parent / "native"
_SOURCES = ("spawner.c", "zygote.c", "entry.c", "pages.c", "entry.h")
SOURCES = tuple(_NATIVE / name for name in _SOURCES)
SPAWNER = _NATIVE / "spawner"
"""The program that makes hosts."""
ZYGOTE = _NATIVE / "zygote.so"
"""The zygote's library."""


def built() -> bool:
    """Are both there?"""
    return SPAWNER.exists() and ZYGOTE.exists()


def stale() -> bool:
    """Is a source newer than what was made of it?"""
    oldest = min(one.stat().st_mtime for one in (SPAWNER, ZYGOTE))
    return any(one.exists() and one.stat().st_mtime > oldest for one in SOURCES)
