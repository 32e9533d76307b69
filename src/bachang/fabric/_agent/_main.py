"""The agent's life: isolate, deploy, answer, end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import shutil
import signal
import socket
import time
from typing import Any

import msgspec

from bachang.fabric._agent._door import Door
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._agent._record import Clock, Journal
from bachang.fabric._agent._requests import Requests
from bachang.fabric._agent._sandbox import World
from bachang.fabric._assignment import LISTENER_FD, LOG_FD, Assignment
from bachang.fabric._contract import FabricError, MachineError
from bachang.fabric._futures import refuse
from bachang.fabric._scarcity import explain_error
from bachang.journal import EventLog

_MOST_FOR_CALLERS = 1 << 15
"""Descriptors, where the machine sets a limit so high that memory would be short first."""


def main(assignment: Assignment, nursery: Nursery, status: socket.socket) -> None:
    """Run the agent to its end."""
    try:
        asyncio.run(_live(assignment, nursery, status))
    except FabricError as error:
        report(status, error)
        os._exit(1)
    except (OSError, MemoryError) as error:
        words = explain_error(error)
        if words is None:
            raise
        report(status, MachineError(words))
        os._exit(1)
    os._exit(0)


def report(status: socket.socket, error: FabricError) -> None:
    """Tell the client why there will be no sandbox."""
    packet = {"error": {"kind": type(error).__name__, "message": str(error)}}
    with contextlib.suppress(OSError):  # the client has gone; there is nobody to tell
        status.send(msgspec.json.encode(packet))


async def _live(assignment: Assignment, nursery: Nursery, status: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    clock = Clock()
    log = EventLog(LOG_FD, sandbox=assignment.sandbox, wall_clock=time.time)
    world = World(
        assignment, nursery, Journal(log, clock, most_bytes=assignment.journal_bytes), clock
    )
    loop.add_signal_handler(signal.SIGTERM, world.end)
    listener = socket.socket(fileno=LISTENER_FD)
    listener.listen(socket.SOMAXCONN)
    door = Door(listener, Requests(world).handle, descriptors=min(most // 2, _MOST_FOR_CALLERS))
    await _deploy_watched(world, status)
    forked = world.zygote is None or world.zygote.is_first
    status.send(msgspec.json.encode({"ready": True, "forked": forked}))
    gc.collect()
    gc.freeze()
    gc.enable()
    if assignment.ends_with_client:
        loop.add_reader(status, world.end)
    else:
        status.close()
    await world.ended
    door.close()
    if assignment.ends_with_client and _hung_up(status):
        world.clear_groups()
        shutil.rmtree(os.path.dirname(assignment.scratch), ignore_errors=True)


async def _deploy_watched(world: World, status: socket.socket) -> None:
    """Deploy, unless the client goes away meanwhile: then nothing is to be left."""
    loop = asyncio.get_running_loop()
    deploying = asyncio.create_task(world.deploy())
    status.setblocking(False)
    loop.add_reader(status, lambda: (loop.remove_reader(status), deploying.cancel()))
    broken = _callbacks_that_fail(loop)
    waited_for: set[asyncio.Future[None]] = {deploying, world.ended, broken}
    try:
        await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(status)
        loop.set_exception_handler(None)
    if broken.done() and not deploying.done():
        deploying.cancel()
        broken.result()
    if deploying.cancelled() or not deploying.done():
        os._exit(1)
    deploying.result()


def _callbacks_that_fail(loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
    """The error of the first callback that fails, for want of memory say.

    What it was to tell of is never told then, so whoever waits for it would wait in vain.
    """
    broken: asyncio.Future[None] = loop.create_future()

    def take(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "handle" in context:
            refuse(broken, context["exception"])
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(take)
    return broken


def _hung_up(status: socket.socket) -> bool:
    """Has the client gone, so that nobody else will clear up?"""
    try:
        return not status.recv(1, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
