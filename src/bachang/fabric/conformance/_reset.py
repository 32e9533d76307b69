"""Resets and pauses."""

from __future__ import annotations

import time

import pytest

from bachang.fabric import Sandbox, SandboxError
from bachang.fabric.conformance import _worlds

_TICKS = """
import os, time
last, longest = time.monotonic(), 0.0
with open("/tmp/ticking", "w") as file:
    file.write(str(os.getpid()))
while True:
    time.sleep(0.002)
    now = time.monotonic()
    if now - last > longest:
        longest = now - last
        with open("/tmp/gap.new", "w") as file:
            file.write(str(longest))
        os.rename("/tmp/gap.new", "/tmp/gap")
    last = now
"""
"""Writes down the longest time for which it was still."""
_WAKES_ITSELF = """
import ctypes, signal, struct
signal.signal(signal.SIGCONT, lambda *_: None)  # ignored, it would be sent once only
libc = ctypes.CDLL(None)
event = ctypes.create_string_buffer(struct.pack("QiI", 0, signal.SIGCONT, 0), 64)  # SIGEV_SIGNAL
timer = ctypes.c_void_p()
assert libc.timer_create(1, event, ctypes.byref(timer)) == 0
when = ctypes.create_string_buffer(struct.pack("4q", 0, 1_000_000, 0, 1))
assert libc.timer_settime(timer, 0, when, None) == 0
"""
_HELD_S = 0.8


class TestReset:
    """reset."""

    def test_a_host_is_as_it_was(self, sandbox: Sandbox) -> None:
        sandbox.exec("desk", ["sh", "-c", "rm /home/ann/note; touch /tmp/mine; sleep 999 &"])
        before = _generation(sandbox, "desk")
        sandbox.reset("desk")
        assert _generation(sandbox, "desk") == before + 1
        assert sandbox.get_file("desk", "/home/ann/note") == b"for ann\n"
        assert sandbox.exec("desk", ["ls", "/tmp"]).stdout == b""
        assert b"sleep" not in sandbox.exec("desk", ["ps", "-eo", "comm"]).stdout
        assert sandbox.exec("desk", ["ping", "-c", "1", "-W", "2", "server"]).status == 0

    def test_a_service_comes_back(self, sandbox: Sandbox) -> None:
        sandbox.reset("server")
        assert _services(sandbox, "server") == {"page": "up", "clock": "up"}
        sandbox.open_tcp("desk", "10.72.0.21", _worlds.PAGE_PORT).close()

    def test_many_in_a_row(self, sandbox: Sandbox) -> None:
        for _ in range(5):
            sandbox.reset("edge")
        assert sandbox.exec("desk", ["ping", "-c", "1", "-W", "2", "server"]).status == 0

    def test_everything(self, sandbox: Sandbox) -> None:
        epoch = sandbox.status().epoch
        sandbox.exec("desk", ["touch", "/tmp/mine"])
        sandbox.reset()
        assert sandbox.status().epoch == epoch + 1
        assert sandbox.exec("desk", ["ls", "/tmp"]).stdout == b""
        assert sandbox.exec("desk", ["ping", "-c", "1", "-W", "2", "server"]).status == 0

    def test_a_stranger_is_refused(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="no host"):
            sandbox.reset("nowhere")

    def test_a_service_that_ends_is_started_again(self, sandbox: Sandbox) -> None:
        last = sandbox.events()[-1].sequence
        sandbox.exec("server", ["pkill", "-f", "page.py"])
        deadline = time.monotonic() + 30
        while not _came_up(sandbox, "server/page", after=last):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        sandbox.open_tcp("desk", "10.72.0.21", _worlds.PAGE_PORT).close()


class TestPause:
    """pause, resume."""

    def test_freezes_and_goes_on(self, sandbox: Sandbox) -> None:
        sandbox.pause()
        try:
            assert sandbox.status().state == "paused"
            time_s = sandbox.status().sandbox_time_s
            with pytest.raises(SandboxError, match="paused"):
                sandbox.exec("desk", ["true"])
            assert sandbox.status().sandbox_time_s == time_s
        finally:
            sandbox.resume()
        assert sandbox.status().state == "running"
        with sandbox.open_tcp("desk", "10.72.0.21", _worlds.PAGE_PORT) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert connection.recv(100)

    def test_a_program_is_held(self, sandbox: Sandbox) -> None:
        assert self._longest_gap_s(sandbox, _TICKS) > _HELD_S

    def test_a_program_that_wakes_itself_is_held(self, sandbox: Sandbox) -> None:
        """A timer of its own sends it SIGCONT each millisecond.

        Four times, as on a busy machine it may be still by chance.
        """
        gaps_s = [self._longest_gap_s(sandbox, _WAKES_ITSELF + _TICKS) for _ in range(4)]
        assert min(gaps_s) > _HELD_S

    def _longest_gap_s(self, sandbox: Sandbox, script: str) -> float:
        """Pause while a program ticks; how long it was still."""
        start = 'rm -f /tmp/gap; setsid python3 -c "$0" >/dev/null 2>&1 & '
        start += "until test -s /tmp/gap; do sleep .01; done"
        sandbox.exec("server", ["bash", "-c", start, script])
        sandbox.pause()
        time.sleep(_HELD_S + 0.05)
        sandbox.resume()
        look = "sleep .1; kill $(cat /tmp/ticking); cat /tmp/gap"
        return float(sandbox.exec("server", ["bash", "-c", look]).stdout)


def _generation(sandbox: Sandbox, host: str) -> int:
    return next(one.generation for one in sandbox.status().hosts if one.name == host)


def _services(sandbox: Sandbox, host: str) -> dict[str, str]:
    return next(one.services for one in sandbox.status().hosts if one.name == host)


def _came_up(sandbox: Sandbox, service: str, *, after: int) -> bool:
    return ("service.up", service) in {(e.kind, e.subject) for e in sandbox.events(after=after)}
