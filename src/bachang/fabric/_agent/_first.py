"""What an agent does before all of it is imported: it has the first hosts made."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

import msgspec

from bachang.fabric._agent._cradle import Cradle
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._assignment import ASSIGNMENT_FD, STATUS_FD, Assignment
from bachang.fabric._errors import FabricError


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An agent that is isolated and knows its task."""

    assignment: Assignment
    status: socket.socket
    """To the client, until the sandbox is up."""
    nursery: Nursery


def status_socket() -> socket.socket:
    """To the client, until the sandbox is up."""
    return socket.socket(fileno=STATUS_FD)


def begin(cradle: Cradle) -> Start:
    """Read the task and have the first hosts made."""
    status = status_socket()
    with open(ASSIGNMENT_FD, "rb") as file:
        assignment = msgspec.json.decode(file.read(), type=Assignment)
    try:
        nursery = Nursery(assignment, cradle)
        return Start(assignment=assignment, status=status, nursery=nursery)
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
