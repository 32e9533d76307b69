"""How an agent starts: what others must do for it is asked for before what it needs is imported.

Imports take longer than all else that a small sandbox needs. So the client maps ids, and the
template of the hosts is built, while they run: what is imported up to there is kept small (no
dataclasses, no typing, no sockets). Hence the imports inside of functions here.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

from bachang.fabric import _kernel as kernel

_STATUS_FD = 3
_GIVEN_FDS = range(3, 9)
"""Of `bachang.fabric._assignment`."""
_DONE_WITHOUT = ("ssl", "typing_extensions")
"""What asyncio and msgspec import only if it is there: 7 ms."""


def boot(spawner: str, scratch: str, *, single_id: bool) -> None:
    """Run the agent; descriptors as in `bachang.fabric._assignment`.

    Args:
        spawner: Path of the native helper.
        scratch: An empty directory, a place for mounts that nobody outside sees.
        single_id: Only one id is mapped.
    """
    gc.disable()  # what is made now stays; the agent collects once, when it is up
    for name in _DONE_WITHOUT:
        sys.modules[name] = None  # type: ignore[assignment]
    for descriptor in _GIVEN_FDS:
        os.set_inheritable(descriptor, False)
    refusal = _ask_for_ids()
    from bachang.fabric._agent._cradle import lay
    from bachang.fabric._agent._isolation import isolate
    from bachang.fabric._errors import MachineError

    importlib.import_module("socket")  # wanted soon, and the client takes its time
    try:
        isolate(_STATUS_FD, refusal, single_id=single_id)
        kernel.process_control(kernel.PR_SET_NAME, b"bachang-agent")
        kernel.take_short_slices()
        cradle = lay(spawner, scratch, single_id=single_id)
    except MachineError as error:
        from bachang.fabric._agent._first import report, status_socket

        report(status_socket(), error)
        os._exit(1)
    from bachang.fabric._agent._first import begin

    start = begin(cradle)
    from bachang.fabric._agent._main import main

    main(start)


def _ask_for_ids() -> OSError | None:
    """Take a user namespace and ask the client for ids in it; returns why there is none."""
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
    except OSError as error:
        return error
    os.write(_STATUS_FD, b'{"map": %d}' % os.getpid())
    return None
