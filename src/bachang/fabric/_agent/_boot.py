"""How an agent starts: what others must do for it is asked for before what it needs is imported.

Imports take longer than all else that a small sandbox needs. So the client maps ids, and the
template of the hosts is built, while they run. Hence the imports inside of functions here.
"""

from __future__ import annotations

import gc
import os
import socket
import sys

from bachang.fabric import _kernel as kernel

_STATUS_FD = 3


def boot() -> None:
    """Run the agent; descriptors as in `bachang.fabric._assignment`."""
    gc.disable()  # what is made now stays; the agent collects once, when it is up
    sys.modules["ssl"] = None  # type: ignore[assignment]  # asyncio does without: 5 ms
    status = socket.socket(fileno=_STATUS_FD)
    refusal = _ask_for_ids(status)
    from bachang.fabric._agent._first import begin

    start = begin(status, refusal)
    from bachang.fabric._agent._main import main

    main(start)


def _ask_for_ids(status: socket.socket) -> OSError | None:
    """Take a user namespace and ask the client for ids in it; returns why there is none."""
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
    except OSError as error:
        return error
    status.send(b'{"map": %d}' % os.getpid())
    return None
