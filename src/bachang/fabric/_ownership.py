"""Whose control groups are whose: what lets a dead sandbox's be removed, and never a living one's.

An agent holds the lock of its sandbox's directories as long as it lives, by a descriptor that no
other process gets. So whoever gets the lock has found what a dead agent left, and may remove it,
wherever that agent had its state. An agent that makes a directory may lose it before it has the
lock: it looks, and makes it again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PREFIX = "bachang-"
"""Of every directory of control groups that is ours; a sandbox's id follows."""

_MARKED = f"{PREFIX}*-????????"
_LOOK_S = 0.001
_DEAD_S = 1.0
"""How long the last processes of a sandbox may take to die."""
_RELEASE_S = 0.05
"""And the kernel to let go of a dead agent's lock."""


def own(top: Path) -> int:
    """Make a sandbox's directory and hold it; returns the descriptor to keep."""
    while True:
        top.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            held = _open(top)
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(held), top.stat()):
                    return held
            except BaseException:
                os.close(held)
                raise
            os.close(held)


def sweep(places: Iterable[str], name: str = "") -> list[str]:
    """Remove the directories that no living agent holds.

    Args:
        places: Directories that `bachang.fabric._cgroups.writable_groups` found.
        name: A sandbox whose agent has just ended: its dead are waited for.

    Returns:
        Ids of the sandboxes whose groups are gone.
    """
    removed = set()
    for top in _marked(places):
        just_ended = name and top.name[: -len("-????????")] == PREFIX + name
        if _removed(top, _RELEASE_S, _DEAD_S) if just_ended else _removed(top):
            removed.add(top.name.removeprefix(PREFIX))
    return sorted(removed)


def left_over(places: Iterable[str]) -> list[str]:
    """Ids of the sandboxes that have groups and no living agent that holds them."""
    found = set()
    for top in _marked(places):
        with contextlib.suppress(OSError), _lock(top):
            found.add(top.name.removeprefix(PREFIX))
    return sorted(found)


def remove(top: Path) -> bool:
    """From the leaves up; whether nothing is left. It is held by the caller."""
    with contextlib.suppress(FileNotFoundError):
        try:
            for place in [*(one for one in top.iterdir() if one.is_dir()), top]:
                place.rmdir()
        except OSError:
            return not top.exists()
    return True


def _marked(places: Iterable[str]) -> list[Path]:
    return [top for base in sorted({*places}) for top in Path(base).glob(_MARKED)]


def _removed(top: Path, release_s: float = 0.0, dead_s: float = 0.0) -> bool:
    try:
        with _lock(top, release_s):
            deadline = time.monotonic() + dead_s
            while not (gone := remove(top)) and time.monotonic() < deadline:
                time.sleep(_LOOK_S)
            return gone
    except OSError:  # its agent lives, or it is gone, or not ours
        return False


@contextlib.contextmanager
def _lock(top: Path, limit_s: float = 0.0) -> Iterator[None]:
    """Hold what nobody else holds.

    Raises:
        BlockingIOError: somebody does.
    """
    held = _open(top)
    deadline = time.monotonic() + limit_s
    try:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_LOOK_S)
        yield
    finally:
        os.close(held)


def _open(top: Path) -> int:
    return os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
