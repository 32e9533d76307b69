"""Tests of several processes side by side (``pytest -n 2``), and those that must be alone.

Most tests keep to homes and sandboxes of their own. One that is marked ``alone`` takes what all
processes of the account or the machine share, or looks at all of it: it waits until the test of
every other process has ended, and the next ones wait for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_NAME = "turns"


@contextlib.contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Be let in together with others, or alone.

    Args:
        folder: The same for all who are to take turns.
        alone: Whether nobody else may be in.
    """
    with contextlib.ExitStack() as held:
        # Who waits to be alone holds the door, so that others do not go past it for ever.
        with _locked(folder / "door", fcntl.LOCK_EX):
            held.enter_context(_locked(folder / "room", fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@contextlib.contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    held = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, how)
        yield
    finally:
        fcntl.flock(held, fcntl.LOCK_UN)  # whom a test has forked may hold a copy for longer
        os.close(held)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each process of pytest-xdist (a ``WorkerController``) where they take turns."""
    stash = node.config.stash
    if _FOLDER not in stash:
        stash[_FOLDER] = tempfile.TemporaryDirectory(prefix="b-")
    node.workerinput[_NAME] = stash[_FOLDER].name


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder, in the process that has made it."""
    if made := config.stash.get(_FOLDER, None):
        made.cleanup()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test's turn, with what it sets up first and ends last for its module and others."""
    given = getattr(item.config, "workerinput", None)
    if given is None:
        return (yield)
    with turn(Path(given[_NAME]), alone=item.get_closest_marker("alone") is not None):
        return (yield)
