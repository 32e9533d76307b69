"""The world of one sandbox, alive: deploy, reset, pause, end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any

from bachang.fabric import _policy
from bachang.fabric._agent._children import Children
from bachang.fabric._agent._host import LiveHost, adopt, printable
from bachang.fabric._agent._network import Switch
from bachang.fabric._agent._platform import has_own_pid_limit, host_ids, start_spawner
from bachang.fabric._agent._record import Clock, Journal
from bachang.fabric._agent._services import Supervisor, log_path
from bachang.fabric._assignment import Assignment
from bachang.fabric._contract import PlatformError, SandboxError, WorldError
from bachang.fabric._rootfs import RootFiles
from bachang.fabric._spawner import Process, SpawnError
from bachang.plan import Host, Service

_BESIDE_EACH_OTHER = 32
"""Hosts in the making at a time: keeps the spawner busy and its pipe far from full."""
_FIREWALL_S = 20.0
_MESSAGE_BYTES = 8192


class World:
    """Everything that lives in one sandbox."""

    def __init__(self, assignment: Assignment, journal: Journal, clock: Clock) -> None:
        self.assignment = assignment
        self.plan = assignment.world
        self.journal = journal
        self.clock = clock
        self.state = "deploying"
        self.started = time.monotonic()
        self.ready_s: float | None = None
        self.degraded: list[str] = []
        self.hosts: dict[str, LiveHost] = {}
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ids = host_ids(assignment)
        self._children = Children()
        self._spawner = start_spawner(self._children, assignment, self._spawner_ended)
        self.switch = Switch(self.plan)
        limits_pids = has_own_pid_limit()
        self._files = RootFiles(self.plan, single_id=assignment.single_id, limits_pids=limits_pids)
        if not limits_pids:
            self.degraded.append("processes are limited per user and not per host")

    async def deploy(self) -> None:
        """Bring it to life; returns when every service answers.

        Raises:
            MachineError, WorldError, PlatformError: the agent must end then.
        """
        self.switch.build()
        gate = asyncio.Semaphore(_BESIDE_EACH_OTHER)

        async def one(host: Host) -> None:
            async with gate:
                self.hosts[host.name] = await self.make(host, 0)

        await _all([one(host) for host in self.plan.hosts])
        self.switch.check(self.plan.hosts)
        self.clock.set(0.0, running=True)
        for live in self.hosts.values():
            self._start_services(live)
        await self._wait_ready(list(self.hosts.values()))
        self.state = "running"
        self.ready_s = time.monotonic() - self.started
        self.journal.note("sandbox.deployed", self.assignment.name, {"ready_s": self.ready_s})
        self.journal.commit()

    async def make(self, host: Host, generation: int, *, spare: bool = False) -> LiveHost:
        """A generation of a host, wired and checked, without its services."""
        try:
            birth = await self._spawner.create(
                self._files.recipe(host),
                ids=self._ids,
                capabilities=_policy.capabilities(host),
                cgroups=[],
            )
        except SpawnError as error:
            raise PlatformError(
                f"host {host.name} cannot be made: {error.filename}: {error.strerror}"
            ) from error
        live = adopt(host, generation, birth.pid, [])
        if birth.open_descriptors:
            raise PlatformError(f"host {host.name} was born with descriptors: not safe to use")
        self.switch.plug(host, live.network, spare=spare)
        if host.firewall:
            await self._load_firewall(live)
        self.switch.configure(host, live.network)
        return live

    def host(self, name: str) -> LiveHost:
        """A live host.

        Raises:
            SandboxError: there is none of that name.
        """
        found = self.hosts.get(name)
        if found is None:
            raise SandboxError(f"no host {name!r}; there are {', '.join(sorted(self.hosts))}")
        return found

    def run(self, live: LiveHost, argv: list[str], streams: list[int], **how: Any) -> Process:
        """A program in a host; ``how`` is that of `LiveHost.command`.

        Raises:
            SandboxError: the sandbox is paused.
        """
        if self.state == "paused":
            raise SandboxError("the sandbox is paused: resume it first")
        command = live.command(argv, **how)
        return self._spawner.run(live.pidfd, command, streams=streams, cgroups=live.cgroups)

    def end(self) -> None:
        """End the sandbox: the agent's process returns, and the kernel ends all others."""
        self.state = "destroying"
        if not self.ended.done():
            self.ended.set_result(None)

    def launch(self, live: LiveHost, service: Service) -> Process:
        """Start a service's program."""
        command = live.command(
            list(service.argv),
            user=service.user,
            environment=service.environment,
            directory=service.working_directory,
            log=log_path(service),
        )
        return self._spawner.run(live.pidfd, command, streams=[], cgroups=live.cgroups)

    def _start_services(self, live: LiveHost) -> None:
        for service in live.plan.services:
            supervisor = Supervisor(live, service, self.launch, self.journal, self.switch.home)
            live.services[service.name] = supervisor
            supervisor.start()

    async def _wait_ready(self, hosts: list[LiveHost]) -> None:
        waiting = [one for live in hosts for one in live.services.values()]
        if not waiting:
            return
        limit_s = self.assignment.ready_timeout_s
        done, late = await asyncio.wait(
            [one.ready for one in waiting], timeout=limit_s, return_when=asyncio.FIRST_EXCEPTION
        )
        for future in done:
            future.result()
        for one in waiting:
            if one.ready in late:
                raise WorldError(
                    f"service {one.subject} did not answer within {limit_s:g} s{one.explain()}"
                )

    async def _load_firewall(self, live: LiveHost) -> None:
        """The rules of a host's /etc/nftables.conf, before any of its links is up."""
        read_end, write_end = os.pipe()
        nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        try:
            command = live.command(
                ["/usr/sbin/nft", "-f", "/etc/nftables.conf"],
                user="root",
                extra_capabilities=_policy.firewall_capabilities(),
            )
            process = self._spawner.run(
                live.pidfd, command, streams=[nothing, write_end, write_end], cgroups=live.cgroups
            )
            os.close(write_end)
            write_end = -1
            status = await asyncio.wait_for(process.exited, _FIREWALL_S)
            if status:
                words = printable(os.read(read_end, _MESSAGE_BYTES))
                raise WorldError(f"host {live.plan.name}: its firewall does not load: {words}")
        except SpawnError as error:
            raise PlatformError(
                f"host {live.plan.name}: nft does not start: {error.strerror}"
            ) from error
        finally:
            for descriptor in {read_end, write_end, nothing} - {-1}:
                os.close(descriptor)

    def _spawner_ended(self) -> None:
        if self.state != "destroying":
            self.journal.note("platform.fault", "spawner", {"reason": "ended"})
            self.journal.commit()
            os.kill(os.getpid(), signal.SIGTERM)


async def _all(work: list[Any]) -> None:
    """Run side by side; the first error ends the others and is raised."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        raise
