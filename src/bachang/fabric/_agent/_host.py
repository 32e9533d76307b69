"""One generation of a host, alive: its init, its namespaces, its services."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
from dataclasses import dataclass, field
from typing import Protocol

from bachang.fabric import _kernel as kernel
from bachang.fabric import _policy
from bachang.fabric._accounts import Account, accounts
from bachang.fabric._birth import Birth
from bachang.fabric._cgroups import Held
from bachang.fabric._command import Command
from bachang.fabric._contract import FabricError, MachineError, PlatformError, SandboxError
from bachang.fabric._host_groups import Membership
from bachang.fabric._pidfd import ended
from bachang.fabric._printable import printable
from bachang.fabric._process import SpawnError
from bachang.fabric._scarcity import explain
from bachang.plan import Host

_WORDS = 2000


class LiveService(Protocol):
    """A service of a host that is looked after."""

    ready: asyncio.Future[None]

    @property
    def subject(self) -> str:
        """``host/service``."""

    def describe(self) -> str:
        """Its state in a word or two."""

    def explain(self) -> str:
        """Why it is not up."""

    def stop(self) -> None:
        """Look after it no more."""


@dataclass(slots=True)
class LiveHost:
    """Owns descriptors: `close` it once its processes are dead."""

    plan: Host
    generation: int
    pid: int
    pidfd: int
    network: int
    """Its network namespace."""
    ports: tuple[str, ...] = ()
    """Names of the near ends of its links."""
    group: Membership = field(default_factory=Membership)
    services: dict[str, LiveService] = field(default_factory=dict)
    known: dict[str, Account] = field(default_factory=dict)
    """Its users, once somebody has asked for one."""

    def account(self, name: str) -> Account:
        """A user of the host.

        Raises:
            SandboxError: there is none of that name.
        """
        self.known = self.known or accounts(self.plan)
        found = self.known.get(name)
        if found is None:
            users = ", ".join(sorted(self.known))
            raise SandboxError(f"host {self.plan.name} has no user {name!r}; it has {users}")
        return found

    def command(
        self,
        argv: list[str],
        *,
        user: str,
        environment: dict[str, str] | None = None,
        directory: str | None = None,
        log: str = "",
        extra_capabilities: int = 0,
    ) -> Command:
        """A program as a user would start it, held back as the host's limits say.

        Raises:
            SandboxError: there is no such user, or no program is named.
        """
        if not argv or any("\0" in word for word in argv):
            raise SandboxError("a program is a list of words, of which none holds a NUL")
        account = self.account(user)
        return Command(
            argv=argv,
            environment=account.environment | (environment or {}),
            directory=account.home if directory is None else directory,
            uid=account.uid,
            gid=account.gid,
            groups=account.groups,
            capabilities=_policy.capabilities(self.plan) | extra_capabilities,
            limits=_policy.limits(
                self.plan.limits,
                grouped_memory=Held.MEMORY in self.group.held,
                grouped_processes=Held.PIDS in self.group.held,
            ),
            nice=0 if Held.CPU in self.group.held else _policy.NICE,
            log=log,
        )

    def open(self, path: str, flags: int) -> int:
        """Open a regular file of the host, which may have arranged anything around it.

        Raises:
            OSError: it is not there, or no regular file, or a link stands in the way; or the host
                has ended.
        """
        root = os.open(f"/proc/{self.pid}/root", os.O_PATH | os.O_CLOEXEC)
        try:
            signal.pidfd_send_signal(self.pidfd, 0)  # else the number may be another's by now
            descriptor = kernel.open_beneath(root, path.lstrip("/"), flags)
        finally:
            os.close(root)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(0, "no regular file", path)
        return descriptor

    def check_alive(self) -> None:
        """Raises:
        PlatformError: its init has ended.
        """
        if ended(self.pidfd):
            raise PlatformError(f"host {self.plan.name} ended while it was made")

    def last_words(self, path: str) -> str:
        """The end of a log in the host, for people: one paragraph, control characters gone."""
        try:
            descriptor = self.open(path, os.O_RDONLY)
        except OSError:
            return ""
        try:
            size = os.fstat(descriptor).st_size
            raw = os.pread(descriptor, _WORDS, max(0, size - _WORDS))
        finally:
            os.close(descriptor)
        return printable(raw)

    def end(self) -> None:
        """Kill its init, and so all of its programs, and let go of it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let go of the namespaces; they vanish with the host's last process."""
        for descriptor in (self.pidfd, self.network):
            os.close(descriptor)
        self.group.close()


def adopt(plan: Host, generation: int, birth: Birth, group: Membership) -> LiveHost:
    """The live host of an init that the spawner has just made."""
    return LiveHost(
        plan=plan,
        generation=generation,
        pid=birth.pid,
        pidfd=birth.pidfd,
        network=birth.network,
        group=group,
    )


def why_not_made(host: Host, error: SpawnError) -> FabricError:
    """The error for a host that did not come up: the machine's if it is short of something."""
    what = f"host {host.name} cannot be made: {error.filename}"
    scarce = explain(error.errno or 0)
    return (
        MachineError(f"{what}: {scarce}") if scarce else PlatformError(f"{what}: {error.strerror}")
    )
