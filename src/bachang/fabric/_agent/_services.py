"""Services: started, watched, started again.

A service counts as up once its port listens in its host, so that the kernel accepts
connections to it, or, without a port, once its program runs. What ends is started again
after a pause that doubles.
"""

from __future__ import annotations

import asyncio
import enum
import socket
from collections.abc import Awaitable, Callable

from bachang.fabric import _kernel as kernel
from bachang.fabric._agent._gate import Gate
from bachang.fabric._agent._host import LiveHost
from bachang.fabric._agent._lookout import Lookout
from bachang.fabric._agent._record import Journal
from bachang.fabric._command import Command
from bachang.fabric._contract import MachineError, WorldError
from bachang.fabric._futures import refuse, settle
from bachang.fabric._process import Process, SpawnError
from bachang.fabric._scarcity import explain_last_words
from bachang.plan import Service

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_SOUND_S = 10.0
"""A service that ran for so long is started again without a pause that has grown."""


class State(enum.StrEnum):
    """How a service is."""

    STARTING = "starting"
    UP = "up"
    DOWN = "down"


Launch = Callable[[LiveHost, Service], Awaitable[Process]]


def log_path(service: Service) -> str:
    """Where a service's output goes, in its host."""
    return f"/var/log/{service.name}.log"


def command_of(live: LiveHost, service: Service) -> Command:
    """What a service is, for the spawner or the zygote."""
    return live.command(
        list(service.argv),
        user=service.user,
        environment=service.environment,
        directory=service.working_directory,
        log=log_path(service),
    )


class Supervisor:
    """Looks after one service of one generation of a host."""

    def __init__(
        self,
        host: LiveHost,
        service: Service,
        launch: Launch,
        journal: Journal,
        lookout: Lookout,
        gate: Gate,
    ) -> None:
        self._host = host
        self._service = service
        self._launch = launch
        self._journal = journal
        self._lookout = lookout
        self._gate = gate
        self._listening: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.state = State.STARTING
        self.reason = ""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Set when the service is up for the first time; fails if it never can be."""

    @property
    def subject(self) -> str:
        """``host/service``, as journals name it."""
        return f"{self._host.plan.name}/{self._service.name}"

    def start(self) -> None:
        """Begin to look after it."""
        self._task = asyncio.create_task(self._supervise())

    def stop(self) -> None:
        """Stop looking; its host is about to end."""
        if self._task:
            self._task.cancel()
        if self._listening:
            self._listening.cancel()

    def describe(self) -> str:
        """For `HostStatus.services`."""
        if self.state is State.DOWN and self.reason:
            return f"failed: {self.reason}"
        return self.state.value

    def explain(self) -> str:
        """What is known about a service that did not come up."""
        words = self._host.last_words(log_path(self._service))
        reason = f" ({self.reason})" if self.reason else ""
        return reason + (f"; its last words: {words}" if words else "; it has said nothing")

    async def _supervise(self) -> None:
        pause_s = _FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self._run_once()
            if not self._service.restart:
                return
            if loop.time() - began > _SOUND_S:
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _run_once(self) -> None:
        self.state = State.STARTING
        try:
            process = await self._launch(self._host, self._service)
            await process.started
        except OSError as error:  # the spawner's, the zygote's, or this process's own
            self._fail(error)
            return
        await self._gate.passed()
        exited = process.exited
        await self._listens_or(exited)
        if not exited.done():
            self.state, self.reason = State.UP, ""
            self._journal.note("service.up", self.subject)
            settle(self.ready, None)
        try:
            status = await exited
        except SpawnError as error:
            self._fail(error)
            return
        self._end(f"ended with status {status}" if status >= 0 else f"ended by signal {-status}")

    def _end(self, reason: str) -> None:
        words = self._host.last_words(log_path(self._service))
        last = words.splitlines()[-1] if words else ""
        self.state, self.reason = State.DOWN, f"{reason}: {last}" if last else reason
        self._journal.note("service.down", self.subject, {"reason": self.reason})

    def _fail(self, error: OSError) -> None:
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        reason = f"cannot be started: {what}"
        scarce = explain_last_words(reason)
        self.state, self.reason = State.DOWN, reason
        self._journal.note("service.down", self.subject, {"reason": reason})
        words = f"service {self.subject} {reason}"
        refuse(self.ready, MachineError(f"{words}: {scarce}") if scarce else WorldError(words))

    async def _listens_or(self, exited: asyncio.Future[int]) -> None:
        """Return when the service's port listens, or when it has ended."""
        port = self._service.ready_port
        if port is None:
            return
        listening = self._listening = self._lookout.listening(self._host.network, port)

        def give_up(_: object) -> None:
            settle(listening, None)

        exited.add_done_callback(give_up)
        try:
            await listening
        finally:
            exited.remove_done_callback(give_up)


async def wait_ready(hosts: list[LiveHost], limit_s: float) -> None:
    """Wait until all services of all hosts are up.

    Raises:
        WorldError: one cannot be started, or does not answer in time.
    """
    services = [one for live in hosts for one in live.services.values()]
    if not services:
        return
    done, late = await asyncio.wait(
        [one.ready for one in services], timeout=limit_s, return_when=asyncio.FIRST_EXCEPTION
    )
    for future in done:
        future.result()
    for one in services:
        if one.ready in late:
            raise WorldError(
                f"service {one.subject} did not answer within {limit_s:g} s{one.explain()}"
            )


def socket_in(network: int, home: int, family: int) -> socket.socket:
    """A TCP socket of a family of addresses, born in a network namespace."""
    with kernel.inside_network(network, home):
        return socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
