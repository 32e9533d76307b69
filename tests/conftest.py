"""What all tests share: an ordinary account, homes of their own, and nothing left behind."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from bachang.account import leave_root
from bachang.fabric._cgroups import Held, writable_groups
from bachang.fabric._fork_server import agents, zygotes
from bachang.fabric._ownership import sweep
from bachang.fabric.leaks import surroundings, wait_clean
from tests.postgres import Postgres, running
from tests.turns import pytest_configure_node, pytest_runtest_protocol, pytest_unconfigure

__all__ = ["pytest_configure_node", "pytest_runtest_protocol", "pytest_unconfigure"]

TEST_GROUPS = "bachang-tests"
"""Control groups for the tests that want some, so that all others run without."""

set_hypothesis_home_dir(Path.home() / ".cache" / "bachang" / "hypothesis")  # beside pytest's
settings.register_profile("bachang", database=None, deadline=None)
settings.load_profile("bachang")


def pytest_configure(config: pytest.Config) -> None:
    """Started as root, the whole run goes on as an ordinary account.

    Started with ``&`` in a script or by ``nohup``, it minds Ctrl-C and hang-ups all the same:
    the programs that tests end so would inherit it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    if os.geteuid() == 0:
        capture = config.pluginmanager.getplugin("capturemanager")
        assert capture is not None
        capture.suspend_global_capture(in_=True)
        leave_root(group=TEST_GROUPS)


@pytest.fixture(scope="session")
def groups() -> dict[Held, str]:
    """Control groups; a test that needs them is skipped where root has made none."""
    found = writable_groups(TEST_GROUPS)
    if set(found) != set(Held):
        pytest.skip(f"no control groups: run `make groups FOLDER={TEST_GROUPS}`, tests as root")
    return found


@pytest.fixture(scope="session", autouse=True)
def homes() -> Iterator[Path]:
    """State, data and cache of this run, away from the account's own; the folder of the three."""
    sweep(writable_groups(TEST_GROUPS).values())  # of a run that was killed
    folder, before = Path(tempfile.mkdtemp(prefix="b-")), surroundings()
    with pytest.MonkeyPatch.context() as patch:
        _set_homes(patch, folder)
        yield folder
        assert wait_clean() == []
        assert surroundings() == before
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of Debian's PostgreSQL for the whole run."""
    yield from running()


@pytest.fixture
def home(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """State, data and cache of this test alone; no sandbox may be left. The folder of the three."""
    _set_homes(monkeypatch, short_path)
    yield short_path
    assert wait_clean() == []


@pytest.fixture(scope="module")
def lasting_home() -> Iterator[Path]:
    """As `home`, for all tests of a module."""
    folder = Path(tempfile.mkdtemp(prefix="b-"))
    with pytest.MonkeyPatch.context() as patch:
        _set_homes(patch, folder)
        yield folder
        assert wait_clean() == []
    shutil.rmtree(folder)


def _set_homes(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in ("STATE", "DATA", "CACHE"):
        patch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))


@pytest.fixture
def many_files() -> Iterator[None]:
    """As many descriptors as the machine allows, not only the 1,024 that a login may begin with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A temporary folder whose path is short enough for a Unix socket (107 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="b-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Each test closes the descriptors that it opened and ends the processes that it started.

    All but the fork servers, which serve the whole run.
    """
    agents.begin()
    zygotes.begin()
    descriptors, children = _descriptors(), _children()
    yield
    if _descriptors() != descriptors:
        gc.collect()  # what only a caught exception still held is no leak
    left = _descriptors().items() - descriptors.items()
    assert not left, f"descriptors left open: {sorted(left)}"
    assert not _children() - children, f"processes left: {_children() - children}"


def _descriptors() -> dict[int, str]:
    """This process's descriptors and what they are."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:  # the listing's own descriptor
            continue
    return found


def _children() -> set[int]:
    """Direct children of this process, zombies included."""
    pids: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            pids.update(int(pid) for pid in (task / "children").read_text().split())
    return pids
