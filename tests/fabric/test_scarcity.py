"""A machine that runs out of something while a world is made: refused, said, nothing left.

Each kind is tried from nothing up, so that it ends at one step of a deploy after the other.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from bachang.fabric import LocalFabric, MachineError, PlatformError
from bachang.fabric._agent import _main
from bachang.fabric._launch import _Watcher
from bachang.fabric._scarcity import explain_last_words
from bachang.fabric._state import StateDirectory
from bachang.fabric.leaks import wait_clean
from tests.fabric.scarce import tasks
from tests.fabric.worlds import host, world

if TYPE_CHECKING:
    from bachang.fabric._agent._sandbox import World

_ROOT = Path(__file__).parents[2]
_MB = 1_000_000
_NO_MEMORY = ("MemoryError", "Cannot allocate memory", "failed to map segment", "SystemError")


@pytest.fixture(autouse=True)
def clean(home: Path) -> Iterator[None]:
    yield
    assert wait_clean() == []


@pytest.mark.parametrize(
    ("kind", "amounts", "words", "remedy"),
    [
        ("NPROC", [1, 2, 3], "processes for this account", "ulimit -u"),
        ("NOFILE", [12, 18, 24, 30, 40, 50], "open files for a process", "ulimit -Hn"),
        ("FSIZE", [0, 1000], "length that files may have", "ulimit -f"),
        ("AS", [n * _MB for n in (9, 16, 24)], "memory", "ulimit -v"),
        ("DATA", [n * _MB for n in (2, 4, 8)], "memory", "ulimit -v"),
        ("DISK", [0], "room on the disk", "make room"),
        ("INODES", [0, 1, 2, 3, 4, 5], "inodes on the disk", "df -i"),
    ],
)
def test_what_is_scarce_is_said(kind: str, amounts: list[int], words: str, remedy: str) -> None:
    """Limits of the account are inherited by its agent, and those that it starts."""
    *refused, at_last = _deploy(kind, amounts)
    for one in refused:
        assert one["result"] == "MachineError", one
        assert words in one["words"], one
        assert remedy in one["words"], one
        assert one["left"] == [], one
    assert at_last["result"] == "deployed", at_last


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize(
    ("kind", "amounts"),
    [
        ("NPROC", range(40)),
        ("NOFILE", range(8, 120, 4)),
        ("AS", range(8 * _MB, 60 * _MB, 2 * _MB)),
        ("DATA", range(2 * _MB, 8 * _MB, _MB // 4)),
        ("DISK", range(6)),
        ("INODES", range(10)),
    ],
)
def test_between_nothing_and_enough_it_is_refused_or_deployed(kind: str, amounts: range) -> None:
    """With little memory a service may end by itself, and says so."""
    above = tasks() if kind == "NPROC" else 0
    for one in _deploy(kind, [above + amount for amount in amounts]):
        result, words = one["result"], one["words"]
        ended_itself = kind in ("AS", "DATA") and result == "WorldError"
        ended_itself &= any(said in words for said in _NO_MEMORY)
        assert result in ("MachineError", "deployed") or ended_itself, one
        assert result != "MachineError" or "is short of" in words, one
        assert one["left"] == [], one


def _deploy(kind: str, amounts: list[int]) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", "tests.fabric.scarce", kind, *map(str, amounts)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, cwd=_ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "words",
    [
        "_PyPreConfig_Read: memory allocation failed",
        "_PyErr_NoMemory: Out of memory and PyExc_MemoryError is not initialized yet",
        "pycore_init_types: failed to initialize an exception type",
        "ImportError: Frozen object named '_frozen_importlib' is invalid",
        "error reading frozen getpath.py",
    ],
)
def test_a_python_that_has_no_memory_to_begin_is_understood(words: str) -> None:
    """What 3.13 said with 1 to 5 MB."""
    assert "short of memory" in (explain_last_words(f"Fatal Python error: {words}\n") or "")


def test_a_kernel_that_ends_processes_for_want_of_memory_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the out-of-memory killer does, with its count in /proc/vmstat."""
    count = iter([7, 8])
    monkeypatch.setattr("bachang.fabric._launch.killed_for_memory", lambda: next(count))
    begin = _Watcher.wait

    def killed(watcher: _Watcher) -> None:
        watcher._next()  # with it comes what the agent can be ended by
        watcher.kill()
        begin(watcher)

    monkeypatch.setattr(_Watcher, "wait", killed)
    with pytest.raises(MachineError, match=r"short of memory.*the kernel ended processes"):
        LocalFabric().deploy(world(host("a", 11)), name="scarce")


def test_a_client_without_memory_for_itself_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wait(watcher: _Watcher) -> None:
        raise MemoryError

    monkeypatch.setattr(_Watcher, "wait", wait)
    with pytest.raises(MachineError, match="short of memory"):
        LocalFabric().deploy(world(host("a", 11)), name="scarce")


def test_an_agent_that_is_late_is_said_to_be(tmp_path: Path) -> None:
    """Its time may have passed before it is waited for; that is no want of anything."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, pytest.raises(PlatformError, match="does not answer"):
        _Watcher(ours, StateDirectory(tmp_path), time.monotonic() - 1).wait()


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()


def test_an_agent_that_fails_where_nobody_waits_ends_and_does_not_hang() -> None:
    """What a callback was to tell of is never told: the deploy would wait for it in vain."""

    def fail() -> None:
        raise MemoryError

    async def deploy() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(fail)
        live = SimpleNamespace(deploy=_for_ever, ended=loop.create_future())
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            await _main._deploy_watched(cast("World", live), theirs)

    with pytest.raises(MemoryError):
        asyncio.run(asyncio.wait_for(deploy(), 10))


def test_a_limit_that_is_lower_than_a_hosts_holds_for_the_host() -> None:
    """An account with few open files still gets its sandbox."""
    (deployed, _) = _deploy("NOFILE", [200])
    assert deployed["result"] == "deployed", deployed


def test_it_deploys_once_there_is_enough_again() -> None:
    live = LocalFabric().deploy(world(host("a", 11)), name="scarce")
    live.destroy()
