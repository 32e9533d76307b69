"""Where the native parts and their sources are."""

from __future__ import annotations

from pathlib import Path

_NATIVE = Path(__file__).parent / "native"
SOURCES = tuple(sorted(_NATIVE.glob("*.[ch]")))
SPAWNER = _NATIVE / "spawner"
"""The program that makes hosts."""
FORKS = _NATIVE / "forks.so"
"""The module of processes that are forked often (`bachang.fabric._forks`)."""


def built() -> bool:
    """Are both there?"""
    return SPAWNER.exists() and FORKS.exists()


def stale() -> bool:
    """Is a source newer than what was made of it?"""
    oldest = min(one.stat().st_mtime for one in (SPAWNER, FORKS))
    return any(one.stat().st_mtime > oldest for one in SOURCES)
