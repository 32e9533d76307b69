"""Where hosts come from: the spawner, begun in the template's mount namespace.

It is begun before the agent is complete (nothing here needs an event loop), because the
template takes its time.
"""

from __future__ import annotations

import os
import socket

from bachang.fabric import _kernel as kernel
from bachang.fabric._agent._program import Program, begin
from bachang.fabric._assignment import Assignment
from bachang.fabric._template import enter_host_template

_REQUESTS_FD = 3
_REPORTS_FD = 4
_REQUEST_BUFFER = 1 << 20


class Nursery:
    """The spawner's process and the agent's ends of its channels."""

    def __init__(self, assignment: Assignment) -> None:
        """Begin it. Where the template cannot be made, `Children.adopt` says so."""
        self.requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        for end in (self.requests, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _REQUEST_BUFFER)
        self.reports, write_end = os.pipe()
        helper = os.open(assignment.spawner, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.beginning = begin(_program(assignment, helper, theirs.fileno(), write_end))
        finally:
            theirs.close()
            os.close(write_end)
            os.close(helper)


def _program(assignment: Assignment, helper: int, requests: int, reports: int) -> Program:
    root_id = 0 if assignment.single_id else 1

    def prepare() -> None:
        kernel.unshare(kernel.CLONE_NEWNS)
        enter_host_template(assignment.scratch, root_id=root_id)

    return Program(
        argv=["init"],
        environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        descriptors={_REQUESTS_FD: requests, _REPORTS_FD: reports},
        prepare=prepare,
        file=helper,
    )
