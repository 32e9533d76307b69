"""Ways out that others have found elsewhere: each attempt is written out, and fails."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bachang.fabric import Sandbox, SandboxError


def test_init_cannot_be_killed_from_inside(prison: Sandbox) -> None:
    before = next(one.generation for one in prison.status().hosts if one.name == "cell")
    prison.exec("cell", ["sh", "-c", "kill -9 1; kill -TERM 1; kill -STOP 1; kill -SEGV 1"])
    assert prison.exec("cell", ["echo", "alive"]).stdout == b"alive\n"
    after = next(one.generation for one in prison.status().hosts if one.name == "cell")
    assert after == before


_LOOK = """
import os
own, found, tried = os.getpid(), set(), 0
open("/run/at-work", "w").close()
while not os.path.exists("/run/enough"):
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in (1, own):
            continue
        tried += 1
        try:
            for number in os.listdir(f"/proc/{name}/fd"):
                found.add(os.readlink(f"/proc/{name}/fd/{number}"))
        except OSError:
            pass
print(tried)
print(*found, sep="\\n")
"""

_SEIZE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
own, seized = os.getpid(), {}
open("/run/at-work", "w").close()
while not os.path.exists("/run/enough"):
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (1, own, *seized):
            if libc.ptrace(0x4206, int(name), 0, 0) == 0:  # PTRACE_SEIZE; it stays ours
                try:
                    seized[int(name)] = os.readlink(f"/proc/{name}/exe")
                except OSError:
                    seized[int(name)] = "gone"
print(len(seized))
print(*seized.values(), sep="\\n")
"""


@contextlib.contextmanager
def _meanwhile(prison: Sandbox, script: str) -> Iterator[list[str]]:
    """Root's program beside others; its lines, once it has ended."""
    prison.exec("cell", ["rm", "-f", "/run/enough", "/run/at-work"])
    lines: list[str] = []

    def run() -> None:
        done = prison.exec("cell", ["python3", "-c", script], timeout_s=60)
        lines.extend(done.stdout.decode().splitlines())

    thread = threading.Thread(target=run)
    thread.start()
    while prison.exec("cell", ["test", "-e", "/run/at-work"], timeout_s=0.5).status:
        if prison.exec("cell", ["ls", "/run/at-work"], timeout_s=0.5).stdout:
            break
    yield lines
    with contextlib.suppress(SandboxError):
        prison.exec("cell", ["touch", "/run/enough"], timeout_s=0.5)
    thread.join(60)


def test_programs_on_their_way_in_cannot_be_looked_into(prison: Sandbox) -> None:
    """Until the exec they hold descriptors of the platform: the host itself, control groups."""
    with _meanwhile(prison, _LOOK) as lines:
        for _ in range(150):
            prison.exec("cell", ["true"])
    assert int(lines[0]) > 100
    for strange in ("pidfd", "cgroup", "spawner", "[eventpoll]", "[signalfd]", "bachang"):
        assert not [one for one in lines[1:] if strange in one]


def test_programs_on_their_way_in_cannot_be_seized(prison: Sandbox) -> None:
    """Those that run are the host's own: root may trace them, and holds nobody up with it."""
    with _meanwhile(prison, _SEIZE) as lines:
        for _ in range(2):
            began = time.monotonic()
            prison.exec("cell", ["sleep", "0.1"], timeout_s=0.3)
            assert time.monotonic() - began < 5
        for _ in range(20):
            prison.exec("vault", ["true"], timeout_s=5)
    assert int(lines[0]) > 0
    assert all(one.startswith(("/usr/", "gone")) for one in lines[1:])
    prison.reset("cell")


def test_a_file_is_written_where_its_host_is_whatever_links_say(prison: Sandbox) -> None:
    mark = f"{tempfile.gettempdir()}/bachang-escape-trial"
    for target in (f"../../../../..{mark}", f"/proc/1/root{mark}", f"/proc/self/root{mark}"):
        prison.exec("cell", ["ln", "-sfn", target, "/run/link"])
        with contextlib.suppress(SandboxError):  # refused is as good
            prison.put_file("cell", "/run/link", b"out")
        assert not Path(mark).exists()


def test_words_of_a_service_obey_nobody_who_reads_them(prison: Sandbox) -> None:
    """Its last words are shown in the status, the journal and on pages."""
    trick = r"printf '\033]0;owned\007\033[2J\n' >> /var/log/page.log; pkill -f page.py"
    last = prison.events()[-1].sequence
    prison.exec("cell", ["sh", "-c", trick])
    follower = prison.follow(last)
    down = next(one for one in follower if one.kind == "service.down")
    follower.close()  # type: ignore[attr-defined]
    assert "owned" in down.data["reason"]
    shown = f"{down.data} {prison.status()}"
    assert "\x1b" not in shown
    assert "\\x1b" not in shown
    assert "\\x07" not in shown
    prison.reset("cell")
