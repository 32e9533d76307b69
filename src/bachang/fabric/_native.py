"""Where the native parts and their sources are."""

from __future__ import annotations

from pathlib import Path

_NATIVE = Path(__file__).parent / "native"
SOURCES = tuple(sorted(_NATIVE.glob("*.[ch]")))
SPAWNER = _NATIVE / "spawner"
"""The program that makes hosts."""
ZYGOTE = _NATIVE / "zygote.so"
"""The zygote's module."""


def built() -> bool:
    """Are both there?"""
    return SPAWNER.exists() and ZYGOTE.exists()


def stale() -> bool:
    """Is a source newer than what was made of it?"""
    oldest = min(one.stat().st_mtime for one in (SPAWNER, ZYGOTE))
    return any(one.exists() and one.stat().st_mtime > oldest for one in SOURCES)
