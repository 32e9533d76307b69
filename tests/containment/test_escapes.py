"""Ways out that others have found elsewhere: each attempt is written out, and fails."""

from __future__ import annotations

import contextlib
import errno
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import Sandbox, SandboxError

_LIBC = """
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(64)
here = (ctypes.c_size_t * 2)(ctypes.addressof(room), 8)
there = (ctypes.c_size_t * 2)(0x400000, 8)
more = struct.pack("QQ", 1 << 20, 1 << 20)
"""
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS}


@pytest.mark.parametrize(
    "attempt",
    [
        "libc.pivot_root(b'/', b'/tmp')",
        "libc.chroot(b'/tmp')",
        "libc.mount(b'/', b'/mnt', None, 4096, None)",
        "libc.mount(b'proc', b'/mnt', b'proc', 0, None)",
        "libc.setns(os.open('/proc/1/ns/mnt', os.O_RDONLY), 0)",
        "libc.setns(os.pidfd_open(1), 0x20000)",
        "libc.unshare(0x10000000)",
        "libc.ptrace(16, 1, 0, 0)",  # PTRACE_ATTACH to init
        "libc.ptrace(0x4206, 1, 0, 0)",  # PTRACE_SEIZE
        "libc.process_vm_readv(1, here, 1, there, 1, 0)",
        "libc.syscall(438, os.pidfd_open(1), 0, 0)",  # pidfd_getfd: init's descriptors
        "libc.syscall(312, 1, 1, 0, 0, 0)",  # kcmp
        "libc.klogctl(3, ctypes.create_string_buffer(4096), 4096)",
        "libc.prlimit64(1, 7, more, None)",
        "libc.prlimit64(0, 7, more, None)",
        "libc.sched_setscheduler(0, 1, ctypes.byref(ctypes.c_int(50)))",  # SCHED_FIFO
        "libc.setpriority(0, 0, -20)",
        "libc.swapoff(b'/dev/vda')",
        "libc.syscall(175, b'', 0, b'')",  # init_module
        "libc.iopl(3)",
        "libc.syscall(134)",  # uselib
        "libc.acct(b'/tmp/acct')",
    ],
)
def test_a_call_that_would_lead_out(prison: Sandbox, attempt: str) -> None:
    script = f"{_LIBC}\nresult = {attempt}\nprint(result, ctypes.get_errno())"
    done = prison.exec("cell", ["python3", "-c", script])
    if done.stdout:
        result, number = done.stdout.split()
        assert result == b"-1", attempt
        assert int(number) in _REFUSALS
    else:
        assert b"Error" in done.stderr, done.stderr  # (what leads to the call failed)


@pytest.mark.parametrize(
    "attempt",
    [
        "cat /proc/kcore | head -c 1 | grep -q .",
        "timeout 1 cat /proc/kmsg | grep -q .",
        "timeout 1 cat /dev/kmsg | grep -q .",
        "grep -vq '^0000000000000000' /proc/kallsyms",
        "cat /sys/kernel/debug/* | grep -q .",
        "cat /sys/kernel/security/* | grep -q .",
        "cat /proc/1/maps | grep -q .",
        "cat /proc/1/mem | grep -q .",
        "ls -l /proc/1/cwd | grep -q '>'",
        "echo b > /proc/sysrq-trigger",
        "echo '|/tmp/x' > /proc/sys/kernel/core_pattern",
        "echo /tmp/x > /proc/sys/kernel/modprobe",
        "echo 1 > /proc/sys/vm/drop_caches",
        "echo 2 > /proc/sys/kernel/randomize_va_space",
        "echo mem > /sys/power/state",
        "echo -1000 > /proc/self/oom_score_adj",
        "echo -1000 > /proc/1/oom_score_adj",
        "echo 1 > /sys/class/net/eth0/queues/rx-0/rps_cpus",
        "echo 0 > /proc/self/uid_map",
        "find /sys/fs/cgroup -name cgroup.procs | grep -q .",
        "find / -xdev -type b 2>/dev/null | grep -q .",
        "cat /proc/mounts | grep -q /home/bachang",
    ],
)
def test_a_file_that_would_lead_out(prison: Sandbox, attempt: str) -> None:
    done = prison.exec("cell", ["bash", "-c", f"{attempt} && echo succeeded"], timeout_s=10)
    assert b"succeeded" not in done.stdout


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
        for _ in range(5):
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
