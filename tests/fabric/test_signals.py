"""A program is ended with its process group, and never what has its number after it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from bachang.fabric import LocalFabric
from bachang.fabric._process import Process, new_process
from tests.fabric.worlds import host, world

_OF_THE_C_LIBRARY = 0b11 << 31
"""Signals 32 and 33, which it keeps for its threads and lets nobody set."""
_send = signal.pidfd_send_signal


def _without_groups(handle: int, number: int, _info: None = None, flags: int = 0) -> None:
    """As a kernel before Linux 6.9."""
    if flags:
        raise OSError(22, "Invalid argument")
    _send(handle, number)


@pytest.fixture(params=["today's kernel", "an older kernel"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "an older kernel":
        monkeypatch.setattr(signal, "pidfd_send_signal", _without_groups)


@pytest.fixture
def leader() -> Iterator[subprocess.Popen[bytes]]:
    """A shell that leads a group of two: its output ends when both have."""
    words = ["sh", "-c", "sleep 1000 & echo up; wait"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True) as started:
        assert started.stdout
        assert started.stdout.readline() == b"up\n"
        yield started


def _program(pid: int) -> Process:
    async def asked_for() -> Process:
        return new_process()

    program = asyncio.run(asked_for())
    program.pid, program.handle = pid, os.pidfd_open(pid)
    return program


@pytest.mark.usefixtures("kernel")
def test_the_whole_group_ends(leader: subprocess.Popen[bytes]) -> None:
    program = _program(leader.pid)
    program.signal_group(signal.SIGKILL)
    assert leader.stdout
    assert leader.stdout.read() == b""
    assert leader.wait() == -signal.SIGKILL
    program.release()


@pytest.mark.usefixtures("kernel")
def test_who_has_ended_is_not_found_by_number(
    leader: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group outlives its leader here, and stands for another's that has the number now."""
    program = _program(leader.pid)
    os.kill(leader.pid, signal.SIGKILL)
    leader.wait()
    program.release()
    program.signal_group(signal.SIGKILL)
    os.killpg(leader.pid, 0)  # still there
    os.killpg(leader.pid, signal.SIGKILL)


@pytest.fixture
def started_by_nohup() -> Iterator[None]:
    """As by ``nohup``, or by a script with ``&``: what is ignored then is inherited."""
    numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("started_by_nohup")
def test_programs_in_hosts_mind_every_signal(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11)), name="mind")
    try:
        done = live.exec("a", ["grep", "-E", "^Sig(Ign|Blk):", "/proc/self/status"])
        masks = [int(line.split()[1], 16) for line in done.stdout.splitlines()]
        assert [mask & ~_OF_THE_C_LIBRARY for mask in masks] == [0, 0]
    finally:
        live.destroy()
