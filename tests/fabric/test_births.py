"""A host's init that ends as soon as it is there is never taken for whoever has its number next."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bachang.fabric import MachineError, PlatformError
from bachang.fabric._agent._host import LiveHost, adopt
from bachang.fabric._agent._making import Maker
from bachang.fabric._birth import Birth
from bachang.fabric._host_groups import Membership
from bachang.fabric._process import SpawnError
from bachang.fabric._spawner import Spawner
from bachang.fabric._spawner_wire import REPORT, Outcome
from tests.fabric.worlds import host


def _with_a_spawner(work: Callable[[Spawner, int], Awaitable[None]]) -> None:
    """Do something with a spawner and the end of the pipe at which its reports are written."""

    async def main() -> None:
        ours, theirs = socket.socketpair()
        reader, reports = os.pipe()
        spawner = Spawner(ours, reader, on_end=lambda: None)
        try:
            with theirs:
                await work(spawner, reports)
        finally:
            spawner.close()
            os.close(reports)

    asyncio.run(main())


def _report(kind: Outcome, number: int, value: int) -> bytes:
    return REPORT.pack(kind, number, value, 0, b"")


def test_one_that_has_ended_by_the_last_report_is_not_born() -> None:
    """Its number is another's by the time of the reading: here, of a process that lives."""

    async def work(spawner: Spawner, reports: int) -> None:
        birth = spawner.expect(1)
        ended: list[int] = []
        spawner.on_init_end = ended.append
        with subprocess.Popen(["sleep", "60"]) as other:
            said = [(Outcome.CREATED, 1, other.pid), (Outcome.READY, 1, 0)]
            said.append((Outcome.EXITED, 0, other.pid))
            os.write(reports, b"".join(_report(*one) for one in said))
            with pytest.raises(SpawnError, match="ended at once"):
                await asyncio.wait_for(birth, 10)
            other.kill()
        assert ended == [other.pid]

    _with_a_spawner(work)


def test_one_whose_number_nobody_has_is_not_born() -> None:
    async def work(spawner: Spawner, reports: int) -> None:
        birth = spawner.expect(1)
        with subprocess.Popen(["true"]) as gone:
            pass
        said = [(Outcome.CREATED, 1, gone.pid), (Outcome.READY, 1, 0)]
        os.write(reports, b"".join(_report(*one) for one in said))
        with pytest.raises(SpawnError, match="No such process"):
            await asyncio.wait_for(birth, 10)

    _with_a_spawner(work)


def test_a_host_that_ended_is_not_taken_in_and_not_found_by_its_number() -> None:
    with subprocess.Popen(["sleep", "60"]) as init:
        born = Birth(
            pid=os.getpid(),  # who has the number now
            pidfd=os.pidfd_open(init.pid),
            network=os.open("/proc/self/ns/net", os.O_RDONLY),
            open_descriptors=0,
        )
        live: LiveHost = adopt(host("a", 11), 0, born, Membership())
        live.check_alive()
        os.close(live.open("/etc/passwd", os.O_RDONLY))
        init.kill()
    try:
        with pytest.raises(PlatformError, match="host a ended"):
            live.check_alive()
        with pytest.raises(ProcessLookupError):
            live.open("/etc/passwd", os.O_RDONLY)
    finally:
        live.close()


class _NoRoom:
    """A switch whose every port is taken."""

    def plug(self, *args: object, **options: object) -> tuple[str, ...]:
        raise MachineError("no port is free")


@pytest.mark.parametrize("fails", ["somebody else, before it is born", "its own wiring"])
def test_a_host_that_nobody_takes_is_ended_and_let_go(fails: str) -> None:
    async def main() -> None:
        birth: asyncio.Future[Birth] = asyncio.get_running_loop().create_future()
        nursery = SimpleNamespace(
            ahead={},
            groups=SimpleNamespace(make=lambda *_: Membership()),
            files=SimpleNamespace(creation=lambda _: b""),
        )
        spawner = SimpleNamespace(create=lambda *_: birth)
        maker = Maker(cast("Any", nursery), cast("Any", spawner), cast("Any", _NoRoom()))
        making = asyncio.create_task(maker.make(host("a", 1), 1))
        await asyncio.sleep(0)
        if fails != "its own wiring":
            making.cancel()
            await asyncio.wait([making])
        with subprocess.Popen(["sleep", "60"]) as init:
            birth.set_result(
                Birth(
                    pid=init.pid,
                    pidfd=os.pidfd_open(init.pid),
                    network=os.open("/proc/self/ns/net", os.O_RDONLY),
                    open_descriptors=0,
                )
            )
            (done,) = await asyncio.gather(making, return_exceptions=True)
            assert isinstance(done, (MachineError, asyncio.CancelledError))
            await asyncio.sleep(0)
            assert init.wait(5) == -signal.SIGKILL

    asyncio.run(main())
