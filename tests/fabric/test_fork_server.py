"""The process that agents are forked from: one for all sandboxes of a client, and only as long."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bachang.fabric import LocalFabric, MachineError, PlatformError
from bachang.fabric._fork_server import _start, agents
from bachang.fabric._launch import _Watcher
from bachang.fabric.leaks import agents as living
from bachang.fabric.leaks import family, fork_servers
from tests.fabric.worlds import host, python_service, world
from tests.waiting import until

_ROOT = Path(__file__).parents[2]
_DEPLOY = """
import time
from bachang.fabric import LocalFabric
from tests.fabric.worlds import host, world
LocalFabric().deploy(world(host("a", 11)), name="one")
"""


@pytest.fixture
def fresh() -> Iterator[None]:
    """Whoever is killed here is nobody that the run began with."""
    agents.end()
    yield
    agents.end()


def _prepared(fabric: LocalFabric) -> int:
    """The pid of its fork server, which has its name a moment after it was started."""
    fabric.prepare()
    until(lambda: fork_servers(os.getpid()))
    (server,) = fork_servers(os.getpid())
    return server


@pytest.mark.usefixtures("home", "fresh")
def test_sandboxes_share_one_and_it_knows_none_of_them() -> None:
    fabric = LocalFabric()
    server = _prepared(fabric)
    fabric.deploy(world(host("a", 11, **python_service())), name="one")
    held = os.listdir(f"/proc/{server}/fd")
    fabric.deploy(world(host("a", 11)), name="two")
    assert fork_servers(os.getpid()) == [server]
    assert os.listdir(f"/proc/{server}/fd") == held
    assert sorted(living().values()) == ["one", "two"]
    assert not family(server) - {server}, "agents are nobody's children"
    for name in ("one", "two"):
        fabric.attach(name).destroy()


@pytest.mark.usefixtures("home", "fresh")
def test_one_that_died_is_replaced_and_its_sandboxes_live_on() -> None:
    fabric = LocalFabric()
    first = fabric.deploy(world(host("a", 11)), name="one")
    (server,) = fork_servers(os.getpid())
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    second = fabric.deploy(world(host("a", 11)), name="two")
    assert fork_servers(os.getpid()) != [server]
    for live in (first, second):
        assert live.exec("a", ["echo", "here"]).stdout == b"here\n"
        live.destroy()


@pytest.mark.usefixtures("home", "fresh")
def test_one_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    fabric = LocalFabric(ready_timeout_s=0.2)
    monkeypatch.setattr("bachang.fabric._launch._SLACK_S", 0.2)
    server = _prepared(fabric)
    os.kill(server, signal.SIGSTOP)
    with pytest.raises(Exception, match="does not answer"):
        fabric.deploy(world(host("a", 11)), name="one")
    monkeypatch.undo()
    assert fabric.sandboxes() == []
    LocalFabric().deploy(world(host("a", 11)), name="one").destroy()


@pytest.mark.usefixtures("home")
def test_it_ends_with_its_client_and_sandboxes_do_not() -> None:
    words = [sys.executable, "-c", _DEPLOY + "print('up', flush=True); time.sleep(60)"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=_ROOT) as client:
        assert client.stdout
        assert client.stdout.readline() == b"up\n"
        (server,) = fork_servers(client.pid)
        client.kill()
    until(lambda: not os.path.exists(f"/proc/{server}"), 5)
    live = LocalFabric().attach("one")
    assert live.exec("a", ["echo", "here"]).stdout == b"here\n"
    live.destroy()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # 3.12
@pytest.mark.usefixtures("home", "fresh")
def test_a_fork_of_the_client_has_its_own_whatever_other_threads_were_at() -> None:
    server = _prepared(LocalFabric())
    with agents._lock:  # as when another thread asks for an agent
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(60)
                os._exit(_prepared(LocalFabric()) == server)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fork_servers(os.getpid()) == [server]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # 3.12
@pytest.mark.usefixtures("home", "fresh")
def test_a_fork_of_the_client_amid_a_start_keeps_no_server_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amid, forked = threading.Event(), threading.Event()

    def start(*arguments: Any) -> subprocess.Popen[bytes]:
        amid.set()
        forked.wait(1)  # a fork that waits for the start waits no longer than this
        return _start(*arguments)

    monkeypatch.setattr("bachang.fabric._fork_server._start", start)
    starts = threading.Thread(target=agents.begin)
    starts.start()
    assert amid.wait(60)
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    forked.set()
    starts.join()
    until(lambda: fork_servers(os.getpid()))
    try:
        assert agents._running
        agents._running.channel.close()  # as when the client ends without a word
        until(lambda: not fork_servers(os.getpid()), 5)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.mark.usefixtures("home", "fresh")
def test_where_it_cannot_start_the_deploy_says_what_it_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    short = tmp_path / "python"
    short.write_text("#!/bin/sh\necho MemoryError >&2\n")
    short.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(short))
    with pytest.raises(MachineError, match="short of memory"):
        LocalFabric().deploy(world(host("a", 11)), name="one")
    monkeypatch.undo()
    LocalFabric().deploy(world(host("a", 11)), name="one").destroy()


@pytest.mark.usefixtures("home")
def test_a_client_without_standard_descriptors_deploys() -> None:
    words = ["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-', sys.executable, _DEPLOY]
    assert subprocess.run(words, cwd=_ROOT, timeout=60).returncode == 0
    LocalFabric().attach("one").destroy()


@pytest.mark.usefixtures("home", "fresh")
def test_a_deploy_that_is_broken_off_at_once_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(watcher: _Watcher) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_Watcher, "wait", stop)
    with pytest.raises(KeyboardInterrupt):
        LocalFabric().deploy(world(host("a", 11)), name="one")
    assert living() == {}, "not even for a moment"
    assert LocalFabric().abandoned() == []


@pytest.mark.usefixtures("home", "fresh")
def test_an_agent_that_is_killed_before_it_has_ids_is_not_taken_for_a_lack_of_ids(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deadly = tmp_path / "newuidmap"
    tool = shutil.which("newuidmap")
    deadly.write_text(f'#!/bin/sh\nkill -9 "$1"\nsleep 0.1\nexec {tool} "$@"\n')
    deadly.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(PlatformError, match="the agent ended while it deployed"):
        LocalFabric().deploy(world(host("a", 11)), name="one")
    monkeypatch.undo()
    LocalFabric().deploy(world(host("a", 11)), name="one").destroy()
