"""Control groups of version 2: a program gets them only where it was put below them.

An operator may have made a directory for the account (``make groups``). Whoever is started by
root is put there; `bachang.fabric` then finds itself in it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

FOLDER = "bachang"
PROGRAMS = "programs"
"""Only leaves may hold programs."""

_MOUNTED = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


def enter_group(folder: str, mounted: tuple[Path, ...] = _MOUNTED) -> None:
    """Put this process into the operator's directory, if there is one and the kernel lets it."""
    for root in mounted:
        place = root / folder
        if (root / "cgroup.controllers").exists() and place.is_dir():
            with contextlib.suppress(OSError):
                (place / PROGRAMS).mkdir(exist_ok=True)
                (place / PROGRAMS / "cgroup.procs").write_text("0")
