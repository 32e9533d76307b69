"""The doors of a sandbox: programs, files, connections, terminals."""

from __future__ import annotations

import os
import select

import pytest

from bachang.fabric import Sandbox, SandboxError
from bachang.fabric.conformance import _worlds


class TestExec:
    """exec."""

    def test_gives_status_and_output(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["sh", "-c", "echo out; echo err >&2; exit 3"])
        assert (done.status, done.stdout, done.stderr) == (3, b"out\n", b"err\n")

    def test_feeds_input(self, sandbox: Sandbox) -> None:
        content = bytes(range(256)) * 4000
        assert sandbox.exec("desk", ["cat"], stdin=content).stdout == content

    def test_runs_as_the_user(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["sh", "-c", "id -un; id -Gn; pwd; echo $HOME"], user="ann")
        assert done.stdout.decode().split("\n")[:4] == ["ann", "ann crew", "/home/ann", "/home/ann"]

    def test_takes_environment_and_directory(self, sandbox: Sandbox) -> None:
        done = sandbox.exec(
            "desk", ["sh", "-c", "pwd; echo $A"], environment={"A": "b c"}, working_directory="/tmp"
        )
        assert done.stdout == b"/tmp\nb c\n"

    def test_ends_a_program_at_its_time(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["sh", "-c", "sleep 1000 & sleep 1000"], timeout_s=0.2)
        assert done.timed_out
        assert done.status < 0
        assert b"sleep" not in sandbox.exec("desk", ["ps", "-eo", "comm"]).stdout

    def test_bounds_a_flood(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["head", "-c", "30000000", "/dev/zero"], limit_bytes=1000)
        assert done.truncated
        assert len(done.stdout) == 1000
        assert done.status == 0

    def test_does_not_wait_for_the_background(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["sh", "-c", "sleep 5 & echo started"], timeout_s=4)
        assert done.stdout == b"started\n"
        assert done.duration_s < 3
        sandbox.exec("desk", ["pkill", "sleep"])

    def test_tells_what_cannot_be_started(self, sandbox: Sandbox) -> None:
        with pytest.raises(
            SandboxError, match="host desk cannot run no-such-program: No such file"
        ):
            sandbox.exec("desk", ["no-such-program"])

    @pytest.mark.parametrize(("host", "user"), [("nowhere", "root"), ("desk", "nobody-here")])
    def test_refuses_strangers(self, sandbox: Sandbox, host: str, user: str) -> None:
        with pytest.raises(SandboxError, match="no "):
            sandbox.exec(host, ["true"], user=user)


class TestFiles:
    """put_file, get_file, files of the plan."""

    def test_round_trip(self, sandbox: Sandbox) -> None:
        content = os.urandom(300_000)
        sandbox.put_file("desk", "/tmp/blob", content, mode=0o640, user="ann")
        assert sandbox.get_file("desk", "/tmp/blob", user="ann") == content
        listed = sandbox.exec("desk", ["stat", "-c", "%a %U", "/tmp/blob"])
        assert listed.stdout == b"640 ann\n"
        sandbox.exec("desk", ["rm", "/tmp/blob"])

    def test_users_have_their_own(self, sandbox: Sandbox) -> None:
        assert sandbox.get_file("desk", "/home/ann/note", user="ann") == b"for ann\n"
        with pytest.raises(SandboxError, match="Permission denied"):
            sandbox.get_file("desk", "/home/ann/note", user="ben")
        with pytest.raises(SandboxError, match="Permission denied"):
            sandbox.put_file("desk", "/etc/passwd", b"", user="ben")

    def test_a_planned_program_runs(self, sandbox: Sandbox) -> None:
        assert sandbox.exec("desk", ["greet"], user="ben").stdout == b"hello\n"

    def test_names_resolve(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["getent", "hosts", "server"])
        assert done.stdout.split() == [b"10.72.0.21", b"server"]
        assert sandbox.exec("desk", ["hostname"]).stdout == b"desk\n"


class TestTcp:
    """open_tcp."""

    def test_reaches_what_the_host_reaches(self, sandbox: Sandbox) -> None:
        with sandbox.open_tcp("desk", "10.72.0.21", _worlds.PAGE_PORT) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert answer.endswith(b"served by 1000")

    def test_is_refused_as_the_host_is(self, sandbox: Sandbox) -> None:
        with pytest.raises(ConnectionRefusedError):
            sandbox.open_tcp("desk", "10.71.0.1", 1)

    def test_waits_no_longer_than_said(self, sandbox: Sandbox) -> None:
        with pytest.raises(TimeoutError):
            sandbox.open_tcp("desk", "10.72.0.21", _worlds.BLOCKED_PORT, timeout_s=0.2)

    def test_reaches_nothing_outside(self, sandbox: Sandbox) -> None:
        with pytest.raises(OSError, match="unreachable"):
            sandbox.open_tcp("server", "192.0.2.1", 80, timeout_s=0.5)


class TestTerminal:
    """open_terminal."""

    def test_is_a_login_shell(self, sandbox: Sandbox) -> None:
        terminal = sandbox.open_terminal("desk", user="ann", rows=30, columns=90)
        try:
            os.write(terminal.master, b"stty size; id -un; tty; exit 0\n")
            shown = _read_to_end(terminal.master)
        finally:
            os.close(terminal.master)
        for expected in (b"30 90", b"ann@desk:~$", b"/dev/pts/"):
            assert expected in shown

    def test_ends_with_its_window(self, sandbox: Sandbox) -> None:
        argv = ["sh", "-c", "trap '' TERM; echo up; exec sleep 777"]
        terminal = sandbox.open_terminal("desk", argv=argv)
        assert b"up" in os.read(terminal.master, 100)
        os.close(terminal.master)
        done = sandbox.exec("desk", ["sh", "-c", "while pgrep -f 'sleep 777$'; do sleep .01; done"])
        assert done.status == 0


def _read_to_end(master: int) -> bytes:
    """All output of a terminal; the kernel answers EIO once its last user has gone."""
    shown = b""
    while select.select([master], [], [], 5)[0]:
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    return shown
