"""One sandbox under proof: run a probe in it, settle, and judge the world by a condition.

The plant is stepped by `Sandbox.advance` wherever something must take its time, so proving
costs no waiting. A probe acts through the doors of a participant only; what it says about
itself is never what is judged.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from bachang.exercise import advance_to, holds, observe, run
from bachang.fabric import ExecResult, Fabric, Sandbox, SandboxError
from bachang.plan import HostKind, Plan, Program
from bachang.twins import PointValue

PROBE_LIMIT_S = 15.0
"""Wall seconds that a probe may take, whatever the scenario allows it."""
STEP_S = 0.25
"""Sandbox seconds between two looks at the world while something settles."""
RESTART_LIMIT_S = 15.0
"""Wall seconds in which every service must answer again after it was killed."""
LAST_WORDS = 300
"""Characters of a probe's output that a reason quotes."""

_POINT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class NotProvenError(Exception):
    """Something that must hold does not; the text says what, where and why."""


class Clock(Protocol):
    """Wall time, to wait for processes; a test holds it."""

    def monotonic(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...


class Stage:
    """A sandbox with its plan.

    Args:
        sandbox: The living sandbox.
        plan: Its plan.
        clock: Wall time, for services that start again.
    """

    def __init__(self, sandbox: Sandbox, plan: Plan, clock: Clock) -> None:
        self.sandbox = sandbox
        self.plan = plan
        self._clock = clock

    def run(self, what: str, program: Program) -> ExecResult:
        """Run a probe to its end.

        Raises:
            NotProvenError: it cannot be started, hangs or floods.
        """
        limit_s = min(program.timeout_s, PROBE_LIMIT_S)
        where = f"the {what} ({said(program)})"
        try:
            result = run(self.sandbox, dataclasses.replace(program, timeout_s=limit_s))
        except SandboxError as error:
            raise NotProvenError(f"{where} cannot be run: {error}") from error
        if result.timed_out:
            raise NotProvenError(
                f"{where} hung and was ended after {limit_s:g} s: give its connections a timeout"
                f"{last_words(result)}"
            )
        if result.truncated:
            raise NotProvenError(
                f"{where} flooded its output (over {len(result.stdout) >> 10} KiB): "
                "a probe says a few lines"
            )
        return result

    def do(self, what: str, program: Program) -> ExecResult:
        """Run a probe that must end well.

        Raises:
            NotProvenError: as `run`; or its status is not 0.
        """
        result = self.run(what, program)
        if result.status != 0:
            raise NotProvenError(
                f"the {what} ({said(program)}) ended with status {result.status}"
                f"{last_words(result)}"
            )
        return result

    def comes_true(self, expression: str, within_s: float) -> bool:
        """Whether an expression holds now or at some moment of the next sandbox seconds.

        Raises:
            ConditionError: it cannot be judged (the author's fault).
        """
        view = observe(self.sandbox)
        end_s = view.time_s + within_s
        while not holds(expression, view):
            if view.time_s >= end_s:
                return False
            advance_to(self.sandbox, view.time_s + STEP_S)
            view = observe(self.sandbox)
        return True

    def settle(self, seconds: float) -> None:
        """Let sandbox time pass."""
        advance_to(self.sandbox, self.sandbox.status().sandbox_time_s + seconds)

    def seen(self, expression: str) -> str:
        """The values that an expression looks at, as they are now."""
        points = observe(self.sandbox).points
        names = dict.fromkeys(_POINT.findall(expression))
        return ", ".join(f"{name} = {_shown(points[name])}" for name in names if name in points)

    def restart(self) -> None:
        """What a power failure of everything does: only what was written down is left.

        Every program in every host is killed and its services start again, firewalls are
        loaded from their files, the controllers come back with the settings they keep.

        Raises:
            NotProvenError: a firewall does not load, or a service does not come back.
        """
        for host in self.plan.world.hosts:
            self.sandbox.exec(host.name, ["/bin/sh", "-c", "kill -9 -1"])
            if host.kind is HostKind.ROUTER or host.firewall is not None:
                self._reload_firewall(host.name)
        if self.plan.world.field_systems:
            self.sandbox.restore(self.sandbox.snapshot())
        self.await_services()

    def _reload_firewall(self, host: str) -> None:
        script = "nft flush ruleset; test ! -e /etc/nftables.conf || nft -f /etc/nftables.conf"
        result = self.sandbox.exec(host, ["/bin/sh", "-c", script])
        if result.status != 0:
            raise NotProvenError(
                f"{host} does not load its /etc/nftables.conf when it starts{last_words(result)}"
            )

    def await_services(self) -> None:
        """Wait until every service of the plan answers.

        Raises:
            NotProvenError: one does not; named, with its state.
        """
        end = self._clock.monotonic() + RESTART_LIMIT_S
        while silent := self._silent():
            if self._clock.monotonic() >= end:
                raise NotProvenError(
                    f"after {RESTART_LIMIT_S:g} s these services still do not answer: "
                    + ", ".join(silent)
                )
            self._clock.sleep(0.05)

    def _silent(self) -> list[str]:
        return [
            f"{host.name}/{service} ({state})"
            for host in self.sandbox.status().hosts
            for service, state in host.services.items()
            if state != "up"
        ]


def _shown(value: PointValue) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def said(program: Program) -> str:
    """Who runs what where, in a few words."""
    command = " ".join(program.argv)
    return f"{program.user} on {program.host}: {command[:60]}"


def last_words(result: ExecResult) -> str:
    """The end of what a program wrote, or nothing."""
    text = (result.stdout + b"\n" + result.stderr).decode("utf-8", "replace").strip()
    return f"; it said: …{text[-LAST_WORDS:]}" if text else "; it said nothing"


class Theatre:
    """Where stages are set up and struck; ends all of them at once if need be."""

    def __init__(self, fabric: Fabric, clock: Clock, names: Callable[[], str]) -> None:
        self._fabric = fabric
        self._clock = clock
        self._names = names
        self._open: list[Sandbox] = []
        # Launching an agent forks: one at a time.
        self._deploying = threading.Lock()

    @contextlib.contextmanager
    def stage(self, plan: Plan) -> Iterator[Stage]:
        """A fresh sandbox of a plan, destroyed afterwards.

        Raises:
            FabricError: the world cannot be brought to life.
        """
        with self._deploying:
            # With whoever proves, however that ends.
            sandbox = self._fabric.deploy(plan.world, name=self._names(), ends_with_client=True)
            self._open.append(sandbox)
        try:
            yield Stage(sandbox, plan, self._clock)
        finally:
            self._open.remove(sandbox)
            sandbox.destroy()

    def strike(self) -> None:
        """Destroy whatever is still up; whoever works in it gets a `SandboxGoneError`."""
        for sandbox in list(self._open):
            with contextlib.suppress(SandboxError):
                sandbox.destroy()
