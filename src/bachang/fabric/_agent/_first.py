"""What an agent does before all of it is imported: isolate, and let the spawner begin."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

import msgspec

from bachang.fabric import _kernel as kernel
from bachang.fabric._agent._isolation import isolate
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._assignment import (
    ASSIGNMENT_FD,
    LISTENER_FD,
    LOCK_FD,
    LOG_FD,
    STATUS_FD,
    Assignment,
)
from bachang.fabric._contract import FabricError


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An agent that is isolated and knows its task."""

    assignment: Assignment
    status: socket.socket
    """To the client, until the sandbox is up."""
    nursery: Nursery


def begin(status: socket.socket, refusal: OSError | None) -> Start:
    """Become pid 1 of the sandbox; ``refusal`` is why there is no user namespace for it."""
    for descriptor in (STATUS_FD, ASSIGNMENT_FD, LISTENER_FD, LOG_FD, LOCK_FD):
        os.set_inheritable(descriptor, False)
    with open(ASSIGNMENT_FD, "rb") as file:
        assignment = msgspec.json.decode(file.read(), type=Assignment)
    try:
        isolate(status, refusal, single_id=assignment.single_id)
        kernel.process_control(kernel.PR_SET_NAME, b"bachang-agent")
        kernel.take_short_slices()
        return Start(assignment=assignment, status=status, nursery=Nursery(assignment))
    except FabricError as error:
        report(status, error)
        os._exit(1)


def report(status: socket.socket, error: FabricError) -> None:
    """Tell the client why there will be no sandbox."""
    packet = {"error": {"kind": type(error).__name__, "message": str(error)}}
    try:
        status.send(msgspec.json.encode(packet))
    except OSError:
        return  # the client has gone; there is nobody to tell
