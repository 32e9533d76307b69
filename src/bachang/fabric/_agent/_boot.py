"""How an agent begins: isolated, with its first hosts in the making, before its event loop."""

from __future__ import annotations

import os
import socket

import msgspec

from bachang.fabric._agent._cradle import lay
from bachang.fabric._agent._isolation import isolate
from bachang.fabric._agent._main import main, report
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._assignment import ASSIGNMENT_FD, AgentRequest, Assignment
from bachang.fabric._errors import FabricError
from bachang.fabric._procfs import be_called
from bachang.fabric._streams import keep_streams_apart


def boot(status: socket.socket, request: AgentRequest) -> None:
    """Be an agent, to its end; descriptors as in `bachang.fabric._assignment`.

    Args:
        status: To the client, until the sandbox is up.
        request: What there is to know before ids are mapped.
    """
    single_id = request.single_id
    try:
        isolate(status, single_id=single_id)
        be_called("bachang-agent")
        keep_streams_apart()
        cradle = lay(request.scratch, single_id=single_id)
        with open(ASSIGNMENT_FD, "rb") as file:
            assignment = msgspec.json.decode(file.read(), type=Assignment)
        nursery = Nursery(assignment, cradle)
    except FabricError as error:
        report(status, error)
        os._exit(1)
    main(assignment, nursery, status)
