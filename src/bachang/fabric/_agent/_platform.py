"""The programs of the platform that an agent starts: the spawner (and with it, hosts)."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from bachang.fabric import _kernel as kernel
from bachang.fabric import _policy, _seccomp
from bachang.fabric._agent._children import Children, Program
from bachang.fabric._assignment import Assignment
from bachang.fabric._spawner import REPORTS_FD, REQUESTS_FD, Spawner
from bachang.fabric._template import enter_host_template

_REQUEST_BUFFER = 1 << 20
_REPORT_BUFFER = 1 << 20
_F_SETPIPE_SZ = 1031


def start_spawner(
    children: Children, assignment: Assignment, on_end: Callable[[], None]
) -> Spawner:
    """The spawner, in the template mount namespace.

    Raises:
        MachineError: the template cannot be made.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _REQUEST_BUFFER)
    reports, write_end = os.pipe()
    helper = os.open(assignment.spawner, os.O_RDONLY | os.O_CLOEXEC)
    root_id = 0 if assignment.single_id else 1

    def prepare() -> None:
        kernel.unshare(kernel.CLONE_NEWNS)
        enter_host_template(assignment.scratch, root_id=root_id)

    program = Program(
        argv=["init"],
        environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        descriptors={REQUESTS_FD: theirs.fileno(), REPORTS_FD: write_end},
        prepare=prepare,
        file=helper,
    )
    try:
        children.start(program, lambda _status: None)
    finally:
        theirs.close()
        os.close(write_end)
        os.close(helper)
    spawner = Spawner(ours, reports, on_end=on_end)
    spawner.configure(_seccomp.filter_program())
    return spawner


def has_own_pid_limit() -> bool:
    """Does ``pid_max`` belong to a pid namespace here (Linux 6.14)? Then hosts are limited."""
    path = "/proc/sys/kernel/pid_max"
    try:
        with open(path, "r+", encoding="ascii") as file:
            value = file.read()
            file.seek(0)
            file.write(value)
    except OSError:
        return False
    return True


def host_ids(assignment: Assignment) -> str:
    """The id map of every host."""
    return _policy.id_map(single=assignment.single_id)
