"""Who has a sandbox's directory."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from bachang.fabric import SandboxError
from bachang.fabric._state import StateDirectory


def test_who_looks_is_not_in_the_way_of_who_claims(tmp_path: Path) -> None:
    """A portal lists its sandboxes while it starts others."""
    directory, done = StateDirectory(tmp_path / "one"), threading.Event()

    def look() -> None:
        while not done.is_set():
            directory.lives()

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(300):
            os.close(directory.claim())
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()


def test_one_that_lives_is_nobody_elses(tmp_path: Path) -> None:
    directory = StateDirectory(tmp_path / "one")
    lock = directory.claim()
    assert directory.lives()
    with pytest.raises(SandboxError, match="a sandbox named one is running"):
        directory.claim()
    os.close(lock)
    assert not directory.lives()


def test_one_that_is_removed_while_it_is_claimed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two would have it: the one who holds a lock that is gone, and whoever comes next."""
    directory = StateDirectory(tmp_path / "one")
    os.close(directory.claim())
    take = StateDirectory._take

    def removed_first(self: StateDirectory, lock: int) -> None:
        monkeypatch.undo()
        directory.remove()
        take(self, lock)

    monkeypatch.setattr(StateDirectory, "_take", removed_first)
    lock = directory.claim()
    assert directory.lives()
    os.close(lock)
