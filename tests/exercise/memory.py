"""A sandbox in memory, with a clock that the test holds, and a small plan to play in it."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable, Iterator
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
from bachang.plan import (
    Action,
    Actor,
    Answer,
    AnswerKind,
    Condition,
    Evaluation,
    Exercise,
    FieldSystem,
    Goal,
    Hint,
    Inject,
    InjectKind,
    Metric,
    Objective,
    Plan,
    Program,
    Role,
    Script,
    Story,
    StoryEvent,
    Task,
    World,
)

PointValue = bool | int | float | str


class MemorySandbox(Sandbox):
    """Points, services and programs are what the test says; time is what it sets."""

    def __init__(self) -> None:
        self.name = "hall"
        self.now_s = 0.0
        self.epoch = 0
        self.values: dict[str, PointValue] = {"grid.available": True, "genset.running": False}
        self.services: dict[str, str] = {"page": "up"}
        self.journal: list[Event] = []
        self.programs: list[str] = []
        self.on_program: Callable[[str], ExecResult] = lambda name: ExecResult(
            status=0, stdout=b"done\n", stderr=b""
        )
        self.on_record: Callable[[str], None] = lambda kind: None

    def status(self) -> SandboxStatus:
        host = HostStatus(
            name="desk", generation=0, address="10.0.0.1", processes=1, memory_kib=1,
            services=self.services,
        )  # fmt: skip
        return SandboxStatus(
            id="hall-1", name="hall", epoch=self.epoch, state="running",
            sandbox_time_s=self.now_s, uptime_s=self.now_s, agent_pid=1, hosts=(host,),
        )  # fmt: skip

    def exec(
        self, host: str, argv: list[str], *, user: str = "root", stdin: bytes = b"",
        environment: dict[str, str] | None = None, working_directory: str | None = None,
        timeout_s: float = 30.0, limit_bytes: int = 1 << 20,
    ) -> ExecResult:  # fmt: skip
        if host != "desk":
            raise SandboxError(f"no host {host!r}")
        self.programs.append(argv[0])
        return self.on_program(argv[0])

    def points(self) -> dict[str, PointValue]:
        return dict(self.values)

    def command(self, point: str, value: PointValue, *, actor: str) -> int:
        if point not in self.values:
            raise SandboxError(f"no point {point!r}")
        self.values[point] = value
        self.record(actor=actor, kind="command.applied", subject=point, data={"value": value})
        return round(self.now_s * 100)

    def advance(self, until_s: float, *, limit_s: float = 60.0) -> float:
        if until_s < self.now_s:
            raise SandboxError("in the past")
        self.now_s = until_s
        return self.now_s

    def reset(self, host: str | None = None) -> None:
        self.epoch, self.now_s = self.epoch + 1, 0.0
        self.record(actor="white", kind="sandbox.reset", subject="hall-1")

    def record(
        self, *, actor: str, kind: str, subject: str, data: dict[str, Any] | None = None
    ) -> Event:
        event = Event(
            sandbox="hall-1", epoch=self.epoch, sequence=len(self.journal) + 1,
            wall_time_s=1_700_000_000.0 + self.now_s, sandbox_time_s=self.now_s,
            actor=actor, kind=kind, subject=subject, data=data or {},
        )  # fmt: skip
        self.journal.append(event)
        self.on_record(kind)
        return event

    def sample(self) -> None:
        """Journal the points, as the plant does once a second."""
        self.record(actor="system", kind="points.sampled", subject="hall-1", data=self.points())

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        return self.journal[after : after + limit]

    def kinds(self, prefix: str = "") -> list[tuple[float, str, str]]:
        """``(sandbox time, kind, subject)`` of the journal's events of some kind."""
        found = [e for e in self.journal if e.kind.startswith(prefix)]
        return [(e.sandbox_time_s, e.kind, e.subject) for e in found]

    def open_tcp(
        self, host: str, address: str, port: int, *, timeout_s: float = 5.0
    ) -> socket.socket:
        raise NotImplementedError

    def open_terminal(
        self, host: str, *, user: str = "root", argv: list[str] | None = None,
        rows: int = 24, columns: int = 80,
    ) -> Terminal:  # fmt: skip
        raise NotImplementedError

    def put_file(
        self, host: str, path: str, content: bytes, *, mode: int = 0o644, user: str = "root"
    ) -> None:
        raise NotImplementedError

    def get_file(
        self, host: str, path: str, *, user: str = "root", limit_bytes: int = 1 << 24
    ) -> bytes:
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        raise NotImplementedError

    def restore(self, state: dict[str, Any]) -> None:
        raise NotImplementedError

    def state_hash(self) -> tuple[int, str]:
        raise NotImplementedError

    def follow(self, after: int = 0) -> Iterator[Event]:
        raise NotImplementedError

    def follower(self, after: int = 0) -> Follower:
        raise NotImplementedError

    def destroy(self) -> None:
        raise NotImplementedError


def program(name: str, host: str = "desk") -> Program:
    return Program(host=host, user="trainee", argv=(name,))


def task(name: str, answer: Answer, **more: Any) -> Task:
    title = {"en": name.title(), "zh": "任务"}
    basis = Task(name=name, level=1, title=title, text=title, points=100, answer=answer)
    return dataclasses.replace(basis, **more)


EXERCISE = Exercise(
    tasks=(
        task(
            "find",
            Answer(kind=AnswerKind.STATIC, values=("10.0.0.21", "genset-ctl")),
            hints=(Hint(text={"en": "scan"}, penalty=10), Hint(text={"en": "502"}, penalty=30)),
            wrong_penalty=5,
        ),
        task("read", Answer(kind=AnswerKind.FLAG, values=("FLAG{Ab-1}",)), max_attempts=3),
        task(
            "tune",
            Answer(kind=AnswerKind.CONDITION, condition="running"),
            requires=("find",),
            wrong_penalty=20,
            level=2,
        ),
    ),
    conditions=(
        Condition(name="running", expression="genset.running", for_s=3.0),
        Condition(name="dark", expression="!grid.available"),
    ),
    metrics=(
        Metric(name="started", max_score=50, condition="running"),
        Metric(name="found", max_score=40, task="find"),
    ),
    evaluations=(Evaluation(name="ready", metrics=("started", "found"), min_score=60),),
    objectives=(Objective(name="keep-power", evaluation="ready"),),
    goals=(Goal(name="lights-on", objectives=("keep-power",)),),
    injects=(
        Inject(name="fail", kind=InjectKind.POINT, point="grid.available", value=False),
        Inject(name="notice", kind=InjectKind.MESSAGE, message={"en": "!"}, to=("trainee",)),
        Inject(name="check", kind=InjectKind.PROGRAM, program=program("check")),
        Inject(name="broken", kind=InjectKind.POINT, point="no.such", value=1),
    ),
    events=(
        StoryEvent(name="blackout", injects=("fail", "notice")),
        StoryEvent(name="aftermath", injects=("check",), conditions=("running",)),
        StoryEvent(name="mistake", injects=("broken",)),
    ),
    scripts=(
        Script(
            name="morning",
            start_s=0,
            end_s=120,
            speed=2.0,
            events={"blackout": 40, "aftermath": 60, "mistake": 100},
        ),
    ),
    stories=(Story(name="day", scripts=("morning",)),),
    actors=(
        Actor(name="trainee", role=Role.BLUE, host="desk", user="trainee"),
        Actor(
            name="intruder",
            role=Role.RED,
            actions=(Action(name="poke", at_s=10, repeat_s=20, program=program("poke")),),
        ),
        Actor(
            name="clerk",
            role=Role.GREEN,
            actions=(Action(name="work", at_s=5, program=program("work")),),
        ),
    ),
)


PLAN = Plan(
    format=1,
    scenario="hall",
    title={"en": "Hall", "zh": "机房"},
    description={"en": "A hall"},
    seed="00ff",
    world=World(field_systems=(FieldSystem(name="feeder", type="feeder"),)),
    exercise=EXERCISE,
)
