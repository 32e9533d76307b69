"""The world of one sandbox, alive: deploy, reset, pause, end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Coroutine
from typing import Any

from bachang.fabric._agent._children import Children
from bachang.fabric._agent._gate import Gate
from bachang.fabric._agent._host import LiveHost
from bachang.fabric._agent._listening import open_listener
from bachang.fabric._agent._logs import keep_small
from bachang.fabric._agent._lookout import Lookout
from bachang.fabric._agent._making import Maker
from bachang.fabric._agent._network import Switch
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._agent._passage import Lateness
from bachang.fabric._agent._plant import Plant
from bachang.fabric._agent._record import Clock, Journal
from bachang.fabric._agent._restraint import Restraint
from bachang.fabric._agent._services import Supervisor, command_of, wait_ready
from bachang.fabric._agent._shaping import load_losses
from bachang.fabric._agent._stillness import Stillness
from bachang.fabric._agent._succession import take_over
from bachang.fabric._agent._together import side_by_side, to_its_end, together
from bachang.fabric._agent._zygote import Zygote
from bachang.fabric._assignment import ZYGOTE_FD, Assignment
from bachang.fabric._cgroups import Held
from bachang.fabric._contract import FabricError, PlatformError, SandboxError
from bachang.fabric._guarantees import demand, explain, missing
from bachang.fabric._preload import has_python
from bachang.fabric._process import Process
from bachang.fabric._spawner import Spawner
from bachang.plan import Host, Service, ServiceKind

_BESIDE_EACH_OTHER = 32
"""Hosts in the making at a time: keeps the spawner busy and its pipe far from full."""
_GROUPS_S = 1.0
_ADVANCE_SLACK_S = 10.0
_AGAIN_S = 0.5


class World:
    """Everything that lives in one sandbox."""

    def __init__(
        self, assignment: Assignment, nursery: Nursery, journal: Journal, clock: Clock
    ) -> None:
        self.assignment = assignment
        self.plan = assignment.world
        self.journal = journal
        self.clock = clock
        self.state = "deploying"
        self.started = time.monotonic()
        self.ready_s: float | None = None
        self._ready_s = assignment.ready_timeout_s
        self.degraded: list[str] = []
        self.hosts: dict[str, LiveHost] = {}
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.children = Children()
        cradle = nursery.cradle
        self.children.adopt(cradle.beginning, lambda _status: None)
        self._spawner = Spawner(nursery.requests, cradle.reports, on_end=self._spawner_ended)
        self._nursery = nursery
        self._spawner.on_init_end = self._init_ended
        self._gate = Gate()
        self.zygote = self._start_zygote()
        self.switch = Switch(self.plan, assignment.neighbour_entries)
        self.lateness = Lateness(self.switch, journal)
        self._maker = Maker(nursery, self._spawner, self.switch)
        self._lookout = Lookout(self.switch.home)
        self.plant = self._start_plant()
        journal.on_full = self._journal_full
        self._change = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.stillness = Stillness(nursery.groups, self._signal_all)

    async def deploy(self) -> None:
        """Bring it to life; returns when every service answers.

        Raises:
            MachineError, WorldError, PlatformError: the agent must end then.
        """
        self._compare_isolation()
        self.switch.build()
        await load_losses(self.children, self.plan)

        async def one(host: Host) -> None:
            live = await self._maker.make(host, 0)
            live.check_alive()  # from here on `_init_ended` finds it
            self.hosts[host.name] = live
            self._start_services(live)

        await side_by_side(one, self.plan.hosts, most=_BESIDE_EACH_OTHER)
        self.hosts = {host.name: self.hosts[host.name] for host in self.plan.hosts}
        if not await self.switch.finish(self.plan.hosts):
            self.lateness.tell(self.hosts.values())
        self.clock.set(0.0, running=self.plant is None)  # else it starts with the plant's
        self._gate.open()
        if self.plant:
            await self.plant.begin()
        await wait_ready(list(self.hosts.values()), self._ready_s)
        self._in_background(keep_small(self.hosts))
        if Held.CPU in self._nursery.groups.held:
            self._in_background(Restraint(self._nursery.groups).go_on())
        self.state = "running"
        self.ready_s = time.monotonic() - self.started
        self.journal.note("sandbox.deployed", self.assignment.name, {"ready_s": self.ready_s})
        self.journal.commit_or_refuse()

    def _compare_isolation(self) -> None:
        """Say what this machine does not guarantee; refuse if somebody demands it."""
        lacking = missing(
            self._nursery.groups.held,
            without_groups=self._nursery.without_groups,
            single_id=self.assignment.single_id,
            limits_pids=self._nursery.limits_pids,
            neighbour_words=self.assignment.neighbour_words,
        )
        self.degraded += explain(lacking)
        demand(self.assignment.least, lacking, "the operator of this machine")
        demand(self.plan.isolation, lacking, "the scenario")

    async def reset_host(self, name: str) -> None:
        """A new generation takes over once it answers; then the old one goes.

        Raises:
            SandboxError: no such host, or the sandbox is paused.
            WorldError: the new one does not come up; the old one stays.
        """
        self.host(name)
        async with self._change:
            self.check_running()
            self._retire(await self._replace(name))

    async def reset(self) -> None:
        """Every host and the plant as they were at first; a new epoch begins."""
        async with self._change:
            self.check_running()
            self.journal.begin_epoch()
            old: list[LiveHost] = []  # their end would hold up the births of others

            async def one(name: str) -> None:
                old.append(await self._replace(name))
                if len(old) > _BESIDE_EACH_OTHER:
                    self._retire(old.pop(0))

            try:
                await side_by_side(one, list(self.hosts), most=_BESIDE_EACH_OTHER)
            finally:
                for live in old:
                    self._retire(live)
            if self.plant:
                await self.plant.restore(self.plant.first_state)
            else:
                self.clock.set(0.0)
            self.journal.note("sandbox.reset", self.assignment.name)

    async def restore(self, state: dict[str, Any]) -> None:
        """Put the plant into a state; a new epoch begins.

        Raises:
            SandboxError: the plant refuses the state.
        """
        async with self._change:
            await self.the_plant("restore").restore(state)
            self.journal.begin_epoch()
            self.journal.note("sandbox.restored", self.assignment.name)

    async def pause(self, reason: str = "") -> None:
        """Stop the clock and freeze what runs in hosts.

        Raises:
            SandboxError: it is paused already.
            PlatformError: the plant does not stop; everything goes on.
        """
        async with self._change:
            self.check_running()
            self.state = "paused"
            try:
                await self.stillness.begin()
                if self.plant:
                    await self.plant.pause()
                else:
                    self.clock.set(self.clock.now_s(), running=False)
            except BaseException:
                await self.stillness.end()
                self.state = "running"
                raise
            data = {"reason": reason} if reason else {}
            self.journal.note("sandbox.paused", self.assignment.name, data)

    async def resume(self) -> None:
        """Undo `pause`."""
        async with self._change:
            if self.state != "paused":
                raise SandboxError("the sandbox is not paused")
            if self.journal.full:
                raise SandboxError(self.journal.full_words)
            if self.plant:
                await self.plant.resume()
            else:
                self.clock.set(self.clock.now_s(), running=True)
            await self.stillness.end()
            self.state = "running"
            self.journal.note("sandbox.resumed", self.assignment.name)

    async def advance(self, until_s: float, limit_s: float) -> dict[str, Any]:
        """Step the plant at full speed while everything in the hosts is still.

        Raises:
            SandboxError: that time has passed, or the sandbox is paused.
        """
        async with self._change:
            self.check_running()
            if until_s < self.clock.now_s():
                raise SandboxError(f"{until_s:g} s has passed: it is {self.clock.now_s():.1f} s")
            if self.plant is None:
                self.clock.set(until_s)
                return {"time_s": until_s, "timed_out": False}
            await self.stillness.begin()
            try:
                result = await self.plant.ask(
                    "advance", reply_s=limit_s + _ADVANCE_SLACK_S, until_s=until_s, limit_s=limit_s
                )
            finally:
                await self.stillness.end()
            self.clock.set(result["time_s"])
            return dict(result)

    def check_running(self) -> None:
        """Raises:
        SandboxError: the sandbox is paused.
        """
        if self.state == "paused":
            raise SandboxError("the sandbox is paused: resume it first")

    def the_plant(self, operation: str) -> Plant:
        """The plant.

        Raises:
            SandboxError: this world has no field systems.
        """
        if self.plant is None:
            raise SandboxError(f"this world has no field systems: there is nothing to {operation}")
        return self.plant

    def host(self, name: str) -> LiveHost:
        """A live host.

        Raises:
            SandboxError: there is none of that name.
        """
        found = self.hosts.get(name)
        if found is None:
            raise SandboxError(f"no host {name!r}; there are {', '.join(sorted(self.hosts))}")
        return found

    async def run(self, name: str, argv: list[str], streams: list[int], **how: Any) -> Process:
        """A program in a host; ``how`` is that of `LiveHost.command`. Waits for an advance.

        Raises:
            SandboxError: no such host, or the sandbox is paused.
        """
        self.check_running()
        await self.stillness.over()
        live = self.host(name)
        command = live.command(argv, **how)
        return self._spawner.run(live.pidfd, command, streams=streams, cgroups=live.group.doors)

    def end(self) -> None:
        """End the sandbox: the agent's process returns, and the kernel ends all others."""
        self.state = "destroying"
        self.journal.ending = True
        if not self.ended.done():
            self.ended.set_result(None)

    def clear_groups(self) -> None:
        """End all of the sandbox's processes and remove the control groups: nobody else will."""
        self.children.end_all()
        self._nursery.groups.remove(_GROUPS_S)

    async def launch(self, live: LiveHost, service: Service) -> Process:
        """Start a service: a program by the spawner, Python by the zygote."""
        await self.stillness.over()
        command = command_of(live, service)
        if service.kind is ServiceKind.PYTHON and self.zygote:
            doors = live.group.doors
            return await self.zygote.run(live.pidfd, command, name=service.name, cgroups=doors)
        await self._gate.passed()
        return self._spawner.run(live.pidfd, command, streams=[], cgroups=live.group.doors)

    async def _replace(self, name: str) -> LiveHost:
        """A new generation in the place of the old one, which is returned and to be retired."""
        old = self.hosts[name]
        fresh = await self._maker.make(old.plan, old.generation + 1, spare=True)
        self._start_services(fresh)
        try:
            await wait_ready([fresh], self._ready_s)
            fresh.check_alive()
            taken = take_over(old, fresh, self.switch, self.plant, self.lateness)
        except BaseException:
            self._retire(fresh)
            raise
        self.hosts[name] = fresh
        try:
            await to_its_end(taken)
        except BaseException:
            self._retire(old)
            raise
        finally:
            self.journal.note("host.reset", name, {"generation": fresh.generation})
        return old

    def _retire(self, live: LiveHost) -> None:
        """End a generation; the kernel takes its links away in its own time."""
        for supervisor in live.services.values():
            supervisor.stop()
        live.end()

    def _init_ended(self, pid: int) -> None:
        for name, live in self.hosts.items():
            if live.pid == pid and not self.journal.ending:
                self.journal.note("host.failed", name, {"generation": live.generation})
                self._in_background(self._revive(live))

    async def _revive(self, dead: LiveHost) -> None:
        """A host whose init died gets a new generation, unless a reset gives it one."""
        name = dead.plan.name
        while True:
            await self.stillness.over()
            async with self._change:
                if self.stillness.holds:
                    continue
                if self.hosts[name] is not dead:
                    return
                try:
                    self._retire(await self._replace(name))
                except (FabricError, OSError) as error:
                    self.journal.note("platform.fault", name, {"reason": str(error)})
                return

    async def _signal_all(self, number: int) -> None:
        await together([self._spawner.signal(live.pidfd, number) for live in self.hosts.values()])

    def _journal_full(self) -> None:
        self.degraded.append(self.journal.full_words)
        if self.state == "running":
            self._in_background(self._pause_for_good())

    async def _pause_for_good(self) -> None:
        while True:
            try:
                await self.pause(self.journal.full_words)
            except PlatformError:  # of the plant, which comes back
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _start_zygote(self) -> Zygote | None:
        if not has_python(self.plan):
            return None
        link = socket.socket(fileno=ZYGOTE_FD)
        return Zygote(self.children, self.assignment, self.journal, link, self._gate)

    def _start_plant(self) -> Plant | None:
        if not self.plan.field_systems:
            return None
        plant = Plant(self.children, self.assignment, self.journal, self.clock, self._open_listener)
        plant.launch()
        return plant

    def _open_listener(self, host: str, port: int) -> socket.socket:
        return open_listener(self.host(host), self.switch.home, port)

    def _start_services(self, live: LiveHost) -> None:
        for service in live.plan.services:
            supervisor = Supervisor(
                live, service, self.launch, self.journal, self._lookout, self._gate
            )
            live.services[service.name] = supervisor
            supervisor.start()

    def _spawner_ended(self) -> None:
        if self.state != "destroying":
            self.journal.note("platform.fault", "spawner", {"reason": "ended"})
            self.journal.commit()
            os.kill(os.getpid(), signal.SIGTERM)
