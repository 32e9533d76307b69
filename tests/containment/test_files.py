"""No file of the machine, of another host or of the platform; no trick on the agent."""

from __future__ import annotations

import pytest

from bachang.fabric import LocalSandbox, Sandbox
from bachang.fabric._printable import printable
from tests.containment.conftest import CANARY


@pytest.mark.parametrize(
    "path",
    [
        "/etc/shadow-",
        "/etc/machine-id",
        "/home/bachang",
        "/.host/../../home",
        "/proc/1/root/home",
        "/usr/local/lib/python3.11",
        "/var/lib/dpkg/status",
        "/boot/vmlinuz",
        "/sys/fs/cgroup/memory",
        "/dev/vda",
        "/dev/kmsg",
        "/dev/mem",
    ],
)
def test_what_is_the_machines_is_not_there(prison: Sandbox, path: str) -> None:
    shown = prison.exec("cell", ["sh", "-c", f"ls -d {path}/* || cat {path}"])
    assert shown.stdout == b""


def test_another_hosts_files_are_not_there(prison: Sandbox) -> None:
    found = prison.exec("cell", ["grep", "-rIl", CANARY, "/root", "/etc", "/var", "/.base", "/run"])
    assert found.stdout == b""
    assert CANARY.encode() in prison.get_file("vault", "/root/secret")


def test_no_agent_can_be_asked(prison: Sandbox) -> None:
    """Neither its own nor another sandbox's: their sockets are files of the machine."""
    assert isinstance(prison, LocalSandbox)
    door = prison._directory.path / "agent.sock"
    assert door.is_socket()
    script = f"import socket; socket.socket(1, socket.SOCK_SEQPACKET).connect({str(door)!r})"
    assert b"FileNotFoundError" in prison.exec("cell", ["python3", "-c", script]).stderr
    assert b"agent.sock" not in prison.exec("cell", ["cat", "/proc/net/unix"]).stdout


def test_a_shared_setuid_program_cannot_be_changed(prison: Sandbox) -> None:
    for command in ("cp /bin/true /usr/bin/su", "chmod 777 /usr/bin/su", "mv /usr/bin/su /tmp"):
        assert prison.exec("cell", ["sh", "-c", command]).status != 0


def test_a_link_for_a_log_reaches_nothing(prison: Sandbox) -> None:
    """The agent reads logs of services: a host must not lead it elsewhere."""
    trick = "rm /var/log/page.log; ln -s /proc/1/environ /var/log/page.log; pkill -f page.py; true"
    prison.exec("cell", ["sh", "-c", trick])
    cell = next(one for one in prison.status().hosts if one.name == "cell")
    assert "/" not in cell.services["page"].partition(":")[2]
    prison.reset("cell")


def test_a_pipe_for_a_log_holds_nobody_up(prison: Sandbox) -> None:
    trick = "rm /var/log/page.log; mkfifo /var/log/page.log; pkill -f page.py; true"
    prison.exec("cell", ["sh", "-c", trick])
    assert prison.exec("vault", ["echo", "alive"], timeout_s=2).stdout == b"alive\n"
    prison.reset("cell")


def test_output_for_people_has_no_escape_sequences(prison: Sandbox) -> None:
    assert "\x1b" not in printable(b"\x1b]0;owned\x07 \x1b[2J text")
    assert prison.status().state == "running"
