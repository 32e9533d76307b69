"""Ways out of a host that others have found elsewhere: each is written out, and fails."""

from __future__ import annotations

import errno

import pytest

from bachang.fabric import Sandbox

_LIBC = """
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(64)
here = (ctypes.c_size_t * 2)(ctypes.addressof(room), 8)
there = (ctypes.c_size_t * 2)(0x400000, 8)
more = struct.pack("QQ", 1 << 20, 1 << 20)
"""
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS}

_HEAR = """
import socket
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # all kinds
door.settimeout(20)
print("ready", flush=True)
forged = 0
while not (frame := door.recv(2000)).endswith(b"that was all"):
    forged += frame[12:14] == bytes.fromhex("88b5")
print(forged, "end", flush=True)
"""
"""Counts frames of a kind for experiments (IEEE 802), to a datagram that comes after them."""
_FORGE = """
import socket, sys
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
door.bind(("eth0", 0))
for target in ("ff:ff:ff:ff:ff:ff", sys.argv[1]):
    for _ in range(20):
        door.send(bytes.fromhex(target.replace(":", "") + "02f0f0f0f0f0" + "88b5") + bytes(46))
last = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
last.sendto(b"that was all", ("10.72.0.21", 9))
"""


class TestEscapes:
    """Attempts of root in a host to get out."""

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
    def test_a_call(self, sandbox: Sandbox, attempt: str) -> None:
        script = f"{_LIBC}\nresult = {attempt}\nprint(result, ctypes.get_errno())"
        done = sandbox.exec("desk", ["python3", "-c", script])
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
    def test_a_file(self, sandbox: Sandbox, attempt: str) -> None:
        done = sandbox.exec("desk", ["bash", "-c", f"{attempt} && echo succeeded"], timeout_s=10)
        assert b"succeeded" not in done.stdout

    @pytest.mark.parametrize(
        "attempt",
        [
            "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).connect((2, 22))",
            "socket.create_connection(('127.0.0.1', 22), 1)",
            "socket.create_connection(('10.0.2.2', 80), 1)",
            "socket.create_connection(('169.254.169.254', 80), 1)",
            "socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')",
            "socket.socket(socket.AF_UNIX).connect('\\0/tmp/.X11-unix/X0')",
            "socket.socket(38, socket.SOCK_SEQPACKET)",
            "socket.getaddrinfo('example.org', 80)",
        ],
    )
    def test_an_address_outside(self, sandbox: Sandbox, attempt: str) -> None:
        script = f"import socket; {attempt}; print('reached')"
        done = sandbox.exec("desk", ["python3", "-c", script])
        assert b"reached" not in done.stdout
        assert done.status == 1

    def test_a_raw_frame_stays_on_its_network(self, sandbox: Sandbox) -> None:
        """To everybody, and to the hardware address of a host behind the router."""
        target = sandbox.exec("server", ["cat", "/sys/class/net/eth0/address"]).stdout.decode()
        start = 'rm -f /tmp/heard; python3 -c "$0" > /tmp/heard & '
        start += "until grep -q ready /tmp/heard; do sleep 0.01; done"
        wait = "until grep -q end /tmp/heard; do sleep 0.01; done; cat /tmp/heard"
        for host in ("edge", "server"):
            assert sandbox.exec(host, ["sh", "-c", start, _HEAR]).status == 0
        done = sandbox.exec("desk", ["python3", "-c", _FORGE, target.strip()])
        assert done.status == 0, done.stderr
        heard = {
            host: sandbox.exec(host, ["sh", "-c", wait]).stdout.split()
            for host in ("edge", "server")
        }
        assert int(heard["edge"][1]) > 0  # on its own network they are
        assert heard["server"] == [b"ready", b"0", b"end"]

    def test_a_setuid_program_of_the_hosts_own_stays_weak(self, sandbox: Sandbox) -> None:
        make = "cp /usr/bin/python3 /home/ann/py && chmod 4755 /home/ann/py"
        assert sandbox.exec("desk", ["sh", "-c", make]).status == 0
        script = "import os; os.setuid(0); print(open('/proc/self/status').read())"
        shown = sandbox.exec("desk", ["/home/ann/py", "-c", script], user="ann").stdout.decode()
        status = dict(line.split(":\t") for line in shown.splitlines() if ":\t" in line)
        assert status["Uid"].split() == ["0"] * 4
        assert status["CapEff"] == "00000000000025fb"  # what root of any host has, no more
