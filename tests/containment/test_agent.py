"""Tricks on the agent, on whoever asks it for something, and on what hosts share."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bachang.fabric import LocalSandbox, MachineError, Sandbox, SandboxError
from bachang.fabric._printable import printable
from tests.waiting import until


@contextlib.contextmanager
def running(prison: Sandbox, host: str, script: str, look_s: float = 30.0) -> Iterator[None]:
    """Root's program in a host meanwhile; it makes a file once it is at work.

    ``look_s``: a look for that file which takes longer has been stopped by the program.
    """
    ready = threading.Event()
    command = ["python3", "-c", script]

    def run() -> None:
        prison.exec(host, ["sh", "-c", "rm -f /run/at-work"])
        ready.set()
        prison.exec(host, command, timeout_s=30)

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(30)
    until(lambda: _is_at_work(prison, host, look_s))
    try:
        yield
    finally:
        prison.reset(host)
        thread.join(10)


def _is_at_work(prison: Sandbox, host: str, look_s: float) -> bool:
    found = prison.exec(host, ["test", "-e", "/run/at-work"], timeout_s=look_s)
    return found.status == 0 or found.timed_out


_AT_WORK = "open('/run/at-work', 'w').close()\n"

_STOP_ALL = f"""
import os, signal, time
{_AT_WORK}
end = time.monotonic() + 3
while time.monotonic() < end:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) not in (1, os.getpid()):
            try: os.kill(int(pid), signal.SIGSTOP)
            except OSError: pass
"""


def test_a_program_that_is_stopped_before_it_runs_holds_nobody_up(prison: Sandbox) -> None:
    """Root stops whatever enters its host, at once: a caller's time still counts."""
    with running(prison, "cell", _STOP_ALL, look_s=0.3):
        for _ in range(3):
            began = time.monotonic()
            done = prison.exec("cell", ["sleep", "20"], timeout_s=0.3)
            assert done.timed_out
            assert time.monotonic() - began < 2
        with contextlib.suppress(SandboxError):
            prison.exec("vault", ["true"], timeout_s=2)


_IN_FLIGHT = f"""
import array, os, socket, time
kept = []
fds = [os.open("/dev/null", os.O_RDONLY) for _ in range(250)]
try:
    while True:
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        kept.append(pair)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
        for _ in range(8):
            pair[0].sendmsg([b"x"], rights)
except OSError as error:
    open("/run/why", "w").write(str(error))
{_AT_WORK}
time.sleep(20)
"""


@pytest.mark.alone
def test_descriptors_in_flight_take_nobodys_terminal(prison: Sandbox) -> None:
    """All hosts' roots are one user of the kernel, which counts what a user has in flight."""
    assert isinstance(prison, LocalSandbox)
    with running(prison, "cell", _IN_FLIGHT):
        why = prison.get_file("cell", "/run/why").decode()
        assert "Too many references" in why  # the attempt has reached the kernel's limit
        for host in ("cell", "vault"):
            session = prison.keep_terminal(host, label="trial").session
            prison.close_terminal(session)


_STEAL = f"""
import os, sys
{_AT_WORK}
try:
    own = os.open("/proc/self/fd/1", os.O_RDONLY)
except OSError as error:
    print("refused", error.errno)
else:
    print("open")
"""


def test_a_program_cannot_read_its_own_output_away(prison: Sandbox) -> None:
    """Whoever waits for output would wait for ever."""
    assert b"refused" in prison.exec("cell", ["python3", "-c", _STEAL]).stdout


@pytest.mark.usefixtures("many_files")
def test_callers_beyond_the_agents_means_are_told_so(prison: Sandbox) -> None:
    """Thousands of clients that ask nothing: others wait, nothing breaks."""
    assert isinstance(prison, LocalSandbox)
    idle: list[socket.socket] = []
    try:
        with pytest.raises(SandboxError, match="at once"):
            _crowd(prison, idle)
    finally:
        for one in idle:
            one.close()
    until(lambda: _runs(prison))


@pytest.mark.parametrize("free", [0, 1])
def test_who_has_no_descriptors_left_takes_no_sandbox_for_ended(prison: Sandbox, free: int) -> None:
    with _descriptors_left(free), pytest.raises(MachineError, match="open files"):
        prison.status()
    assert prison.status().state == "running"


@pytest.mark.parametrize("free", [2, 3])
def test_who_has_none_left_for_what_is_sent_is_told_so(prison: Sandbox, free: int) -> None:
    """For the connection there is room, and for one or two of a program's three streams."""
    with _descriptors_left(free), pytest.raises(MachineError, match="open files"):
        prison.exec("cell", ["true"])
    assert prison.exec("cell", ["true"]).status == 0


@contextlib.contextmanager
def _descriptors_left(free: int) -> Iterator[None]:
    """So many more may be opened, and no descriptor is left open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = set(os.listdir("/proc/self/fd"))
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(os.listdir("/proc/self/fd")) == len(before)


def _runs(prison: Sandbox) -> bool:
    try:
        return prison.status().state == "running"
    except SandboxError:  # still too many at once
        return False


def _crowd(prison: LocalSandbox, idle: list[socket.socket]) -> None:
    for _ in range(60):
        idle += [prison._connect() for _ in range(50)]
        prison.status()


def test_a_client_that_does_not_read_disturbs_nobody(prison: Sandbox) -> None:
    assert isinstance(prison, LocalSandbox)
    with contextlib.ExitStack() as opened:
        for _ in range(50):
            slow = opened.enter_context(prison._connect())
            slow.send(b'{"op": "follow"}')
        for number in range(200):
            prison.record(
                actor="white", kind="message.sent", subject="everyone", data={"n": number}
            )
        assert prison.status().state == "running"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff" * 100,
        b"[]",
        b"{}",
        b'{"op": "exec"}',
        b'{"op": "exec", "host": "cell", "argv": [], "user": "root", "environment": null, '
        b'"directory": null}',
        b'{"op": "exec", "host": "cell", "argv": ["true"], "user": "root", "environment": 7, '
        b'"directory": {}}',
        b'{"op": "connect", "host": "cell", "address": "10.1.0.12", "port": 99999, '
        b'"timeout_s": "x"}',
        b'{"op": "record", "actor": 1, "kind": [], "subject": {}, "data": 3}',
        b'{"op": "' + b"x" * 100_000 + b'"}',
        b'{"a":' * 20_000,
    ],
)
def test_requests_that_are_none_are_refused(prison: Sandbox, packet: bytes) -> None:
    assert isinstance(prison, LocalSandbox)
    with prison._connect() as connection:
        connection.settimeout(5)
        connection.send(packet)
        connection.shutdown(socket.SHUT_WR)
        answers = list(iter(lambda: connection.recv(1 << 16), b""))
    assert not answers or b'"ok":false' in answers[-1]
    assert prison.exec("cell", ["echo", "alive"]).stdout == b"alive\n"


def test_a_hundred_programs_at_a_time_end(prison: Sandbox) -> None:
    results = []

    def one() -> None:
        results.append(prison.exec("cell", ["echo", "x"]).stdout)

    threads = [threading.Thread(target=one) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [b"x\n"] * 100


def test_words_for_people_obey_nobody() -> None:
    hostile = b"\x1b]0;owned\x07 \x1b[2J\x9b31m \r\x08\xe2\x80\xae text\x7f"
    shown = printable(hostile)
    assert "text" in shown
    assert not set(shown) & set("\x1b\x07\x9b\r\x08\u202e\x7f")


def test_a_refusal_shows_no_escape_sequences(prison: Sandbox) -> None:
    """Root makes every program of its host say things; the error is shown to others."""
    trick = "printf '\\033]0;owned\\007' > /etc/ld.so.preload"
    prison.exec("cell", ["sh", "-c", trick])
    with pytest.raises(SandboxError) as caught:
        prison.get_file("cell", "/no/such")
    assert "owned" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    prison.reset("cell")
