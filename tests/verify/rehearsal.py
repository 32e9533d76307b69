"""A sandbox of plain values: what verifying decides is tested here without a kernel.

Points are a dictionary, programs are functions that change it, and time is a number. What
verifying does to a real world is proven with real ones, in ``tests/packs``.
"""

from __future__ import annotations

import copy
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bachang.fabric import (
    ExecResult,
    Follower,
    HostStatus,
    Sandbox,
    SandboxError,
    SandboxStatus,
    Terminal,
)
from bachang.journal import Event
from bachang.plan import Exercise, Host, HostKind, Plan, Program, Weakness, World

Points = dict[str, Any]
Act = Callable[["Rehearsal"], ExecResult | None]


def done(status: int = 0, out: str = "", **more: Any) -> ExecResult:
    """What a program did."""
    return ExecResult(status=status, stdout=out.encode(), stderr=b"", **more)


def program(name: str) -> Program:
    """A program of the rehearsal."""
    return Program(host="desk", user="trainee", argv=(name,))


@dataclass
class Rehearsal(Sandbox):
    """The sandbox. ``acts`` are its programs by name; ``tick`` is what time does."""

    acts: dict[str, Act]
    points_: Points = field(default_factory=lambda: {"set.mode": "auto", "set.used": False})
    services: dict[str, str] = field(default_factory=lambda: {"web": "up"})
    tick: Callable[[Rehearsal], None] = lambda _: None
    on_kill: Callable[[Rehearsal], None] = lambda _: None
    name: str = "rehearsal"
    time_s: float = 0.0
    epoch: int = 0
    journal: list[Event] = field(default_factory=list)
    destroyed: bool = False

    def __post_init__(self) -> None:
        self._first = (copy.deepcopy(self.points_), dict(self.services))

    def status(self) -> SandboxStatus:
        host = HostStatus(
            name="desk",
            generation=0,
            address="10.0.0.2",
            processes=1,
            memory_kib=1,
            services=dict(self.services),
        )
        return SandboxStatus(
            id="rehearsal-00000000",
            name=self.name,
            epoch=self.epoch,
            state="running",
            sandbox_time_s=self.time_s,
            uptime_s=self.time_s,
            agent_pid=1,
            hosts=(host,),
        )

    def exec(self, host: str, argv: list[str], **_: Any) -> ExecResult:
        if argv[-1] == "kill -9 -1":
            self.on_kill(self)
            return done()
        if argv[0] not in self.acts:
            raise SandboxError(f"{host} has no program {argv[0]!r}")
        return self.acts[argv[0]](self) or done()

    def points(self) -> Points:
        return dict(self.points_)

    def command(self, point: str, value: Any, *, actor: str) -> int:
        self.points_[point] = value
        return 1

    def advance(self, until_s: float, *, limit_s: float = 60.0) -> float:
        while self.time_s < until_s:
            self.time_s = min(until_s, self.time_s + 1.0)
            self.tick(self)
        return until_s

    def reset(self, host: str | None = None) -> None:
        points, services = self._first
        self.points_, self.services = copy.deepcopy(points), dict(services)
        self.epoch += 1
        self.time_s = 0.0

    def snapshot(self) -> dict[str, Any]:
        return {"points": dict(self.points_), "time_s": self.time_s}

    def restore(self, state: dict[str, Any]) -> None:
        self.points_, self.time_s = dict(state["points"]), state["time_s"]
        self.epoch += 1

    def state_hash(self) -> tuple[int, str]:
        return round(self.time_s * 100), repr(sorted(self.points_.items()))

    def record(
        self, *, actor: str, kind: str, subject: str, data: dict[str, Any] | None = None
    ) -> Event:
        event = Event(
            sandbox="rehearsal-00000000",
            epoch=self.epoch,
            sequence=len(self.journal) + 1,
            wall_time_s=0.0,
            sandbox_time_s=self.time_s,
            actor=actor,
            kind=kind,
            subject=subject,
            data=data or {},
        )
        self.journal.append(event)
        return event

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        return self.journal[after : after + limit]

    def destroy(self) -> None:
        self.destroyed = True

    def pause(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    def open_tcp(self, *_: Any, **__: Any) -> socket.socket:
        raise NotImplementedError

    def open_terminal(self, *_: Any, **__: Any) -> Terminal:
        raise NotImplementedError

    def put_file(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    def get_file(self, *_: Any, **__: Any) -> bytes:
        raise NotImplementedError

    def follow(self, after: int = 0) -> Iterator[Event]:
        raise NotImplementedError

    def follower(self, after: int = 0) -> Follower:
        raise NotImplementedError


class HeldClock:
    """Wall time that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.now += seconds


def plan(**exercise: Any) -> Plan:
    """A plan with one host and whatever the exercise is."""
    desk = Host(name="desk", kind=HostKind.HOST)
    return Plan(
        format=1,
        scenario="rehearsal",
        title={"en": "Rehearsal", "zh": "排练"},
        description={"en": "", "zh": ""},
        seed="0",
        world=World(hosts=(desk,)),
        exercise=Exercise(**exercise),
    )


WEAKNESS = Weakness(
    name="open-mode",
    title={"en": "Anyone may switch", "zh": "谁都能切换"},
    techniques=("CWE-306",),
    exploit=program("exploit"),
    exploited='set.mode == "manual"',
    fix=program("fix"),
    service=program("service"),
    serving="set.used",
)
