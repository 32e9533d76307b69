"""The spawner's first requests, which the client writes while the agent starts.

The client has everything imported that an agent is still to import, and a processor to itself
meanwhile. So the spawner finds its settings and the first hosts' recipes in a file, and makes
hosts as soon as it has their template.
"""

from __future__ import annotations

from typing import BinaryIO

from bachang.fabric import _seccomp
from bachang.fabric._recipe import word
from bachang.fabric._rootfs import RootFiles
from bachang.fabric._spawner_wire import Request, request
from bachang.plan import World

_MOST = 200
"""Each makes two reports, and the pipe takes 512 before the agent reads them."""
_MOST_BYTES = 16 << 20
"""About so much memory is taken for it until the spawner has read it."""


def write_requests(file: BinaryIO, world: World, *, single_id: bool, grouped: bool) -> int:
    """Write settings and hosts, and go back to the file's beginning.

    Args:
        file: Takes the requests.
        world: The plan.
        single_id: Only one id is mapped.
        grouped: Hosts enter control groups, which the agent makes: none is asked for.

    Returns:
        How many of the world's first hosts are asked for, numbered from 1.

    Raises:
        WorldError: a host's files cannot be as the plan says.
        OSError: no memory.
    """
    files = RootFiles(world, single_id=single_id)
    settings = word(_seccomp.filter_program()) + word(files.shared)
    file.write(request(Request.CONFIGURE, 0, settings))
    asked_for = 0
    for number, host in enumerate(() if grouped else world.hosts[:_MOST], 1):
        file.write(request(Request.CREATE, number, files.creation(host)))
        asked_for = number
        if file.tell() > _MOST_BYTES:
            break
    file.seek(0)
    return asked_for
