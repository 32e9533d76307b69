"""How a plain process becomes pid 1 of a sandbox.

A new user namespace first, whose id maps the client writes with the setuid programs
newuidmap and newgidmap; then all other namespaces; then a fork, because a pid namespace
begins with a child. That of control groups stays the machine's: in version 2 nobody gets into a
group through a door that was opened beyond it, so each host begins its own once it is inside.
"""

from __future__ import annotations

import os
import socket

from bachang.fabric import _kernel as kernel
from bachang.fabric._errors import MachineError

_SPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWIPC
)
_PACKET = 4096


def isolate(status: socket.socket, *, single_id: bool) -> None:
    """Return in the child, isolated; the calling process ends.

    Args:
        status: To the client, which maps ids. It gets a pidfd of either process.
        single_id: Only one id is mapped; groups cannot be changed then.

    Raises:
        MachineError: the machine does not allow it.
    """
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
    except OSError as error:
        raise MachineError(_USER_NAMESPACES.format(error.strerror)) from error
    _tell(status, "map", os.getpid())
    if status.recv(_PACKET) != b"mapped":
        os._exit(1)  # the client has gone, or knows better why
    if not single_id:
        os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    try:
        kernel.unshare(_SPACES)
    except OSError as error:
        raise MachineError(_NAMESPACES.format(error.strerror)) from error
    child = os.fork()
    if child:
        _tell(status, "agent", child)
        os._exit(0)
    os.setsid()
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    _own_proc()


def _tell(status: socket.socket, word: str, process: int) -> None:
    """With a pidfd: a number may mean somebody else by the time that it is read."""
    packet, pidfd = b'{"%s": %d}' % (word.encode(), process), os.pidfd_open(process)
    try:
        socket.send_fds(status, [packet], [pidfd])
    except ConnectionError:
        os._exit(1)  # the client has gone
    os.close(pidfd)


def _own_proc() -> None:
    try:
        flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
        kernel.mount("proc", "/proc", "proc", flags)
    except OSError as error:
        raise MachineError(_PROC.format(error.strerror)) from error


_USER_NAMESPACES = (
    "this machine gives no user namespace to ordinary users ({}). `bachang doctor` says how "
    "to allow it"
)
_NAMESPACES = (
    "this machine gives no namespaces for a sandbox ({}): raise the limits in "
    "/proc/sys/user/max_*_namespaces"
)
_PROC = (
    "no /proc of its own for the sandbox ({}): inside a container, run it with an unmasked "
    "/proc (docker: --security-opt systempaths=unconfined)"
)
