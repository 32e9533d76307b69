"""The spawner's beginning: forked as soon as the agent is isolated.

It makes the hosts' template while the agent reads its task; `bachang.fabric._agent._nursery` goes
on with it.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from bachang.fabric import _kernel as kernel
from bachang.fabric._agent._program import Beginning, Program, begin
from bachang.fabric._assignment import FIRST_FD
from bachang.fabric._native import SPAWNER
from bachang.fabric._template import enter_host_template

_REQUESTS_FD = 3
_REPORTS_FD = 4
_FIRST_FD = 5
_REQUEST_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cradle:
    """The spawner's process, and the agent's ends of its channels."""

    requests: socket.socket
    reports: int
    beginning: Beginning


def lay(scratch: str, *, single_id: bool) -> Cradle:
    """Begin the spawner, which makes the hosts that the client has asked for at once.

    Where the template cannot be made, `Children.adopt` says so.

    Args:
        scratch: An empty directory, a place for mounts.
        single_id: Only one id is mapped.
    """
    requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in (requests, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _REQUEST_BUFFER)
    reports, write_end = os.pipe()
    helper = os.open(SPAWNER, os.O_RDONLY | os.O_CLOEXEC)

    def prepare() -> None:
        kernel.unshare(kernel.CLONE_NEWNS)
        enter_host_template(scratch, root_id=0 if single_id else 1)

    try:
        program = Program(
            argv=["init"],
            environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            descriptors={
                _REQUESTS_FD: theirs.fileno(),
                _REPORTS_FD: write_end,
                _FIRST_FD: FIRST_FD,
            },
            prepare=prepare,
            file=helper,
        )
        return Cradle(requests=requests, reports=reports, beginning=begin(program))
    finally:
        theirs.close()
        for descriptor in (write_end, helper, FIRST_FD):
            os.close(descriptor)
