"""What root in a host cannot do."""

from __future__ import annotations

import signal

import pytest

from bachang.fabric import Sandbox

_CALL = "import ctypes, os, sys; l = ctypes.CDLL(None, use_errno=True); "

_KILL_EACH = """
import os
hit = 0
for pid in range(2, 70_000):
    try:
        if pid != os.getpid():
            os.kill(pid, 9)
            hit += 1
    except ProcessLookupError:
        pass
print(hit)
"""
"""Every number that a process can have, where no other process is left."""


class TestIsolation:
    """Each attempt is made as root of a host, and fails."""

    @pytest.mark.parametrize(
        "attempt",
        [
            "mount -t tmpfs none /mnt",
            "mount -o remount,rw /usr",
            "mount -o remount,size=1g /tmp",
            "umount /usr/local",
            "unshare -U true",
            "unshare -m true",
            "unshare -n true",
            "nsenter -t 1 -m true",
            "chroot / true",
            "echo 40000 > /proc/sys/kernel/pid_max",
            "echo 1 > /proc/sys/net/ipv4/ip_forward",
            "ip link set eth0 down",
            "ip link add d0 type bridge",
            "ip address add 10.9.9.9/24 dev eth0",
            "nft add table inet x",
            "hostname other",
            "mknod /tmp/disk b 254 0",
            "dmesg",
            "touch /usr/bin/x",
            "echo > /usr/bin/su",
            "cat /proc/kcore",
            "cat /proc/1/environ",
            "ls /proc/1/fd",
            "nice -n -5 true | grep .",
            "ulimit -Hn 100000",
        ],
    )
    def test_root_cannot(self, sandbox: Sandbox, attempt: str) -> None:
        done = sandbox.exec("desk", ["bash", "-c", f"{attempt} && echo succeeded"])
        assert b"succeeded" not in done.stdout

    @pytest.mark.parametrize(
        ("number", "name"),
        [
            (425, "io_uring_setup"),
            (321, "bpf"),
            (250, "keyctl"),
            (323, "userfaultfd"),
            (298, "perf_event_open"),
            (435, "clone3"),
            (304, "open_by_handle_at"),
            (999, "a call of the future"),
        ],
    )
    def test_kernel_machinery_is_out_of_reach(
        self, sandbox: Sandbox, number: int, name: str
    ) -> None:
        script = f"{_CALL} r = l.syscall({number}, 0, 0, 0, 0, 0); print(r, ctypes.get_errno())"
        done = sandbox.exec("desk", ["python3", "-c", script])
        result, error = done.stdout.split()
        assert result == b"-1"
        assert error in (b"1", b"38"), name

    @pytest.mark.parametrize("family", [38, 40, 16 + 100])
    def test_unconfined_socket_families_are_out_of_reach(
        self, sandbox: Sandbox, family: int
    ) -> None:
        script = f"import socket; socket.socket({family}, socket.SOCK_STREAM)"
        assert b"not supported" in sandbox.exec("desk", ["python3", "-c", script]).stderr

    def test_capabilities_are_few(self, sandbox: Sandbox) -> None:
        shown = sandbox.exec("desk", ["grep", "Cap", "/proc/self/status"]).stdout.decode()
        sets = dict(line.split(":\t") for line in shown.splitlines())
        assert sets["CapBnd"] == sets["CapEff"] == "00000000000025fb"

    def test_a_router_may_administer_its_network(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("edge", ["nft", "list", "ruleset"])
        assert b"chain forward" in done.stdout

    def test_setuid_programs_work(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["su", "-c", "id -un", "ann"])
        assert done.stdout == b"ann\n", done.stderr

    def test_other_hosts_are_not_seen(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["ps", "-eo", "pid,args"])
        assert b"page.py" not in done.stdout
        assert b"bachang" not in done.stdout

    def test_no_signal_reaches_another_host(self, sandbox: Sandbox) -> None:
        look = ["pgrep", "-f", "page.py"]
        before = sandbox.exec("server", look).stdout
        assert before
        sandbox.exec("desk", ["sh", "-c", "kill -9 -1"])
        done = sandbox.exec("desk", ["python3", "-c", _KILL_EACH])
        assert done.stdout == b"0\n", done.stderr
        assert sandbox.exec("server", look).stdout == before

    def test_disk_is_limited(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["dd", "if=/dev/zero", "of=/tmp/big", "bs=1M", "count=20"])
        assert b"No space left" in done.stderr
        sandbox.exec("desk", ["rm", "-f", "/tmp/big"])

    def test_memory_is_limited(self, sandbox: Sandbox) -> None:
        done = sandbox.exec("desk", ["python3", "-c", "bytearray(400 << 20)"])
        # Of each process, or of the host: then the kernel ends whoever takes too much.
        assert b"MemoryError" in done.stderr or done.status == -signal.SIGKILL

    def test_descriptors_are_limited(self, sandbox: Sandbox) -> None:
        script = "import os; [os.dup(0) for _ in range(1000)]"
        assert b"Too many open files" in sandbox.exec("desk", ["python3", "-c", script]).stderr

    def test_own_process_limit(self, sandbox: Sandbox) -> None:
        bomb = "import os, signal\nwhile True: os.fork() or signal.pause()"
        done = sandbox.exec("desk", ["python3", "-c", bomb], timeout_s=10)
        assert b"Resource temporarily unavailable" in done.stderr
        sandbox.exec("server", ["true"])
        sandbox.reset("desk")
