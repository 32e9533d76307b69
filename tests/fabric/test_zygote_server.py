"""The process that zygotes are forked from: where it helps, and that nobody depends on it."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.fabric._fork_server import ZYGOTES, agents, zygotes
from bachang.fabric._launch import _Watcher
from bachang.fabric._native import FORKS
from bachang.fabric._zygote_wire import ENVIRONMENT, REPORT, Outcome, start
from bachang.fabric.leaks import family, fork_servers, inventory, wait_clean
from tests.fabric.worlds import host, python_service, world
from tests.waiting import until

_PYTHON = world(host("a", 11, **python_service()))


@pytest.fixture(autouse=True)
def fresh(home: Path) -> Iterator[None]:
    """Whoever is killed here is nobody that the run began with."""
    zygotes.end()
    yield
    zygotes.end()


_ROOT = Path(__file__).parents[2]
_CLIENT = """
import os, socket, time
from bachang.fabric._fork_server import zygotes
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
zygotes.fork(b"a zygote", [theirs.fileno(), os.open(os.devnull, os.O_WRONLY)])
theirs.close()
print("asked", flush=True)
time.sleep(60)
"""
_COMM = "bachang-zygotes\n"


def _server() -> int:
    """The pid of this process's server of zygotes, which is there and waits for requests."""
    zygotes.begin()
    until(lambda: [Path(f"/proc/{one}/comm").read_text() for one in _servers()] == [_COMM])
    (server,) = _servers()
    return server


def _servers() -> list[int]:
    return fork_servers(os.getpid(), ZYGOTES)


def _zygote(live: LocalSandbox) -> int:
    found = []
    for one in family(live.status().agent_pid):
        with contextlib.suppress(OSError):  # of a host that a reset took away
            if Path(f"/proc/{one}/comm").read_text() == "zygote\n":
                found.append(one)
    (one,) = found
    return one


def _is_forked(live: LocalSandbox) -> bool:
    """Is its zygote a fork of the server, whose name stays on the command line?"""
    words = Path(f"/proc/{_zygote(live)}/cmdline").read_bytes().split(b"\0")
    return ZYGOTES.name.encode() in words


def _answers(live: LocalSandbox) -> bool:
    live.open_tcp("a", "10.1.0.11", 8080).close()
    return live.status().hosts[0].services == {"page": "up"}


def _faults(live: LocalSandbox) -> list[str]:
    return [one.subject for one in live.events() if one.kind == "platform.fault"]


def test_only_worlds_with_python_start_it() -> None:
    fabric = LocalFabric()
    fabric.prepare()
    fabric.deploy(world(host("a", 11)), name="one").destroy()
    assert _servers() == []
    live = fabric.deploy(_PYTHON, name="two")
    assert len(_servers()) == 1
    assert _is_forked(live)
    live.destroy()


def test_sandboxes_share_one_and_their_zygotes_are_their_agents_children() -> None:
    fabric, server = LocalFabric(), _server()
    held = os.listdir(f"/proc/{server}/fd")
    lives = [fabric.deploy(_PYTHON, name=name) for name in ("one", "two")]
    assert _servers() == [server]
    assert family(server) == {server}
    assert os.listdir(f"/proc/{server}/fd") == held
    assert all(_is_forked(live) and _answers(live) and not _faults(live) for live in lives)
    for kind in ("user", "mnt", "net", "pid", "uts", "ipc"):
        spaces = [os.readlink(f"/proc/{_zygote(live)}/ns/{kind}") for live in lives]
        own = [os.readlink(f"/proc/{live.status().agent_pid}/ns/{kind}") for live in lives]
        assert spaces == own, kind
    for live in lives:
        live.destroy()


def test_one_that_died_is_replaced_and_services_live_on() -> None:
    fabric, server = LocalFabric(), _server()
    first = fabric.deploy(_PYTHON, name="one")
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    second = fabric.deploy(_PYTHON, name="two")
    assert _servers() != [server]
    for live in (first, second):
        assert _is_forked(live)
        assert _answers(live)
        live.destroy()


def test_a_zygote_that_died_is_replaced_without_the_server() -> None:
    live = LocalFabric().deploy(_PYTHON, name="one")
    zygotes.end()
    os.kill(_zygote(live), signal.SIGKILL)
    until(lambda: _faults(live) == ["zygote"])
    live.reset("a")
    assert not _is_forked(live)
    assert _answers(live)
    assert _servers() == []
    live.destroy()


def test_where_it_hangs_a_deploy_waits_its_part_of_the_time_and_the_next_does_not() -> None:
    fabric, server = LocalFabric(ready_timeout_s=4.0), _server()
    os.kill(server, signal.SIGSTOP)
    live = fabric.deploy(_PYTHON, name="one")
    ready_s = live.status().ready_s
    assert ready_s is not None
    assert 1.0 <= ready_s < 4.0
    assert not _is_forked(live)
    assert _answers(live)
    assert server not in _servers(), "it was ended"
    second = fabric.deploy(_PYTHON, name="two")
    assert _is_forked(second)
    for one in (live, second):
        one.destroy()


def test_where_it_cannot_start_the_agent_starts_the_zygote(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    agents.begin()
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    live = LocalFabric().deploy(_PYTHON, name="one")
    assert not _is_forked(live)
    assert _answers(live)
    live.destroy()


def test_one_that_waits_holds_its_link_alone_and_ends_with_the_other_end(tmp_path: Path) -> None:
    server = _server()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, (tmp_path / "said").open("wb") as said:
        with theirs:
            zygotes.fork(b"a zygote", [theirs.fileno(), said.fileno()])
        until(lambda: len(family(server)) == 2)
        (waiting,) = family(server) - {server}
        until(lambda: len(os.listdir(f"/proc/{waiting}/fd")) == 4)
        held = {number: os.readlink(f"/proc/{waiting}/fd/{number}") for number in "0123"}
        assert held["0"] == os.devnull
        assert held["1"] == held["2"] == str(tmp_path / "said")
        assert held["3"].startswith("socket:")
        assert any(f"process {waiting} " in line for line in inventory())
    until(lambda: family(server) == {server})
    assert wait_clean() == []


def test_one_that_waits_ends_with_a_client_that_is_killed() -> None:
    words = [sys.executable, "-c", _CLIENT]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=_ROOT) as client:
        assert client.stdout
        assert client.stdout.readline() == b"asked\n"
        until(lambda: fork_servers(client.pid, ZYGOTES))  # it has its name a moment after
        (server,) = fork_servers(client.pid, ZYGOTES)
        until(lambda: len(family(server)) == 2)
        waiting = family(server)
        client.kill()
    until(lambda: not any(Path(f"/proc/{one}").exists() for one in waiting), 5)


def test_a_deploy_that_is_broken_off_at_once_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(watcher: _Watcher) -> None:
        raise KeyboardInterrupt

    server = _server()
    monkeypatch.setattr(_Watcher, "wait", stop)
    with pytest.raises(KeyboardInterrupt):
        LocalFabric().deploy(_PYTHON, name="one")
    until(lambda: family(server) == {server}, 5)


def test_one_whose_agent_says_something_else_first_ends(tmp_path: Path) -> None:
    server = _server()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, (tmp_path / "said").open("wb") as said:
        zygotes.fork(b"a zygote", [theirs.fileno(), said.fileno()])
        theirs.close()
        ours.send(bytes(8))
        ours.settimeout(10)
        assert b"read the first request" in ours.recv(1 << 10)
        assert ours.recv(1 << 10) == b""
    until(lambda: family(server) == {server})


def test_a_zygote_that_cannot_be_started_again_at_once_comes_back() -> None:
    """While its agent may have no more processes; the journal tells each fault once."""
    live = LocalFabric().deploy(_PYTHON, name="one")
    agent = live.status().agent_pid
    limits = resource.prlimit(agent, resource.RLIMIT_NPROC)
    resource.prlimit(agent, resource.RLIMIT_NPROC, (1, limits[1]))
    os.kill(_zygote(live), signal.SIGKILL)
    live.exec("a", ["pkill", "-f", "page.py"])  # it asks for one, again and again
    until(lambda: _downs(live) > 3)
    resource.prlimit(agent, resource.RLIMIT_NPROC, limits)
    until(lambda: live.status().hosts[0].services == {"page": "up"})
    reasons = [one.data["reason"] for one in live.events() if one.kind == "platform.fault"]
    words = [one.partition(":")[0] for one in reasons]
    assert words == ["ended; it is started again", "cannot be started again"]
    assert _answers(live)
    live.destroy()


def _downs(live: LocalSandbox) -> int:
    return [one.kind for one in live.events()].count("service.down")


def test_one_that_is_short_of_descriptors_starts_nothing_and_keeps_none(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    begin = "import os; os.dup2({0}, 3); os.closerange(4, 100); import sys; sys.argv[1:2] = []"
    run = "from bachang.fabric._zygote import main; main()"
    with theirs:
        zygote = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"{begin.format(theirs.fileno())}; {run}",
                "-",
                str(FORKS),
            ],
            pass_fds=[theirs.fileno()],
            env=ENVIRONMENT,
        )
    with ours, (tmp_path / "any").open("wb") as file:
        ours.settimeout(20)
        until(lambda: Path(f"/proc/{zygote.pid}/comm").read_text() == "zygote\n")
        held = len(os.listdir(f"/proc/{zygote.pid}/fd"))
        resource.prlimit(zygote.pid, resource.RLIMIT_NOFILE, (held + 4, held + 4))
        for number in (1, 2):
            # A host, what the service is, a gate, and more control groups than it can take.
            socket.send_fds(ours, [start(number)], [file.fileno()] * 6)
            kind, told, error, childless, _ = REPORT.unpack(ours.recv(1 << 16))
            assert (kind, told, error, childless) == (Outcome.FAILED, number, errno.EMFILE, 1)
            assert len(os.listdir(f"/proc/{zygote.pid}/fd")) == held
    assert zygote.wait(timeout=20) == 0
