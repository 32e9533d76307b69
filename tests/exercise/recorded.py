"""A journal recorded from the real twins in memory: mains failure, attack, defence, answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bachang.exercise._secret import seal
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
    Host,
    HostKind,
    Interface,
    Metric,
    Network,
    Objective,
    Plan,
    Program,
    Role,
    Task,
    Weakness,
    World,
)
from bachang.twins import Access, Command, Zone

SYSTEMS = (
    FieldSystem(name="grid", type="grid", title={"en": "Mains", "zh": "市电"}),
    FieldSystem(
        name="genset",
        type="genset",
        title={"en": "Diesel genset", "zh": "柴油发电机组"},
        wiring={"mains": "grid", "transfer": "ats"},
    ),
    FieldSystem(
        name="ats",
        type="ats",
        title={"en": "Transfer switch", "zh": "双电源转换开关"},
        wiring={"source_1": "grid", "source_2": "genset"},
    ),
    FieldSystem(
        name="feeder",
        type="feeder",
        title={"en": "Feeder of the hall", "zh": "机房配电"},
        wiring={"supply": "ats"},
    ),
)


def _host(name: str, number: int, network: str, prefix: str) -> Host:
    interface = Interface(
        name="eth0", network=network, address=f"{prefix}.{number}/24",
        mac=f"02:00:00:00:00:{number:02x}", port=f"p{name[:8]}",
    )  # fmt: skip
    return Host(name=name, kind=HostKind.HOST, interfaces=(interface,))


def _program(host: str, script: bytes) -> Program:
    return Program(host=host, user="root", argv=("python3", "-"), script=script)


EXPLOIT, FIX = _program("pc-chen", b"attack"), _program("gate", b"fix")


def _task(name: str, title: tuple[str, str], level: int, points: int, answer: Answer) -> Task:
    words = dict(zip(("en", "zh"), title, strict=True))
    hint = Hint(text={"en": "look", "zh": "看一看"}, penalty=10)
    return Task(name=name, level=level, title=words, text=words, points=points, answer=answer,
                hints=(hint, hint), wrong_penalty=5)  # fmt: skip


PLAN = Plan(
    format=1,
    scenario="blackout",
    title={"en": "Blackout in the data hall", "zh": "机房大停电"},
    description={
        "en": "The mains fail while somebody in the office plays with the genset.",
        "zh": "市电中断之际，办公网里有人在动机组。",
    },
    seed="5eed",
    world=World(
        networks=(
            Network(name="office", cidr="10.20.20.0/24", bridge="office"),
            Network(name="plant", cidr="10.20.30.0/24", bridge="plant"),
        ),
        hosts=(
            _host("desk", 11, "office", "10.20.20"),
            _host("pc-chen", 12, "office", "10.20.20"),
            _host("genset-ctl", 21, "plant", "10.20.30"),
        ),
        field_systems=SYSTEMS,
        seed="1",
    ),
    exercise=Exercise(
        tasks=(
            _task("way-in", ("The way to the genset", "机组在哪里"), 1, 50,
                  Answer(kind=AnswerKind.STATIC, values=("10.20.30.21",))),
            _task("frequency", ("A value on the wire", "线上的一个数"), 1, 50,
                  Answer(kind=AnswerKind.STATIC, values=("50",))),
            _task("restored", ("Light again within 15 s", "15 秒内恢复供电"), 2, 100,
                  Answer(kind=AnswerKind.CONDITION, condition="restored")),
        ),
        conditions=(
            Condition(name="restored", expression="ats.position == 2", for_s=3.0, description={
                "en": "The genset carries the hall.", "zh": "机组带上了机房负荷。"}),
        ),
        metrics=(
            Metric(name="restored", max_score=100, condition="restored"),
            Metric(name="found", max_score=50, task="way-in"),
        ),
        evaluations=(Evaluation(name="ready", metrics=("restored", "found"), min_score=100),
                     Evaluation(name="perfect", metrics=("found",), min_score=50)),
        objectives=(
            Objective(name="take-over", evaluation="ready", title={
                "en": "Bring the hall back on the genset", "zh": "用机组恢复机房供电"}),
            Objective(name="flawless", evaluation="perfect", title={
                "en": "Find the way without help", "zh": "独立找到路径"}),
        ),
        goals=(
            Goal(name="lights", objectives=("take-over", "flawless"), title={
                "en": "Keep the lights on", "zh": "保证供电"}),
        ),
        weaknesses=(
            Weakness(
                name="no-authentication",
                title={"en": "The genset takes its mode from anybody", "zh": "机组模式谁都能改"},
                techniques=("ics:T0858", "CWE-306"),
                exploit=EXPLOIT, exploited='genset.mode == "manual"', fix=FIX,
                service=FIX, serving="true",
            ),
        ),
        actors=(
            Actor(name="trainee", role=Role.BLUE, title={
                "en": "Operator on duty", "zh": "当班值班员"}),
            Actor(
                name="intruder", role=Role.RED,
                title={"en": "Intruder on an office PC", "zh": "潜伏在办公电脑上的入侵者"},
                actions=(Action(name="manual", at_s=8, program=EXPLOIT, title={
                    "en": "Puts the genset into MANUAL", "zh": "把机组切到手动位"}),),
            ),
            Actor(
                name="defender", role=Role.BLUE, title={"en": "Defender", "zh": "防守方"},
                actions=(Action(name="wall", at_s=40, program=FIX, title={
                    "en": "Closes the way from the office", "zh": "挡住办公网"}),),
            ),
        ),
    ),
)  # fmt: skip


class Recorder:
    """Steps the twins and writes what an agent would."""

    def __init__(self) -> None:
        self.zone = Zone(SYSTEMS, "1")
        self.events: list[Event] = []

    def record(
        self,
        actor: str,
        kind: str,
        subject: str,
        data: dict[str, Any],
        time_s: float | None = None,
    ) -> None:
        now_s = self.zone.time_s if time_s is None else time_s
        self.events.append(
            Event(
                sandbox="blackout-5f3a9c21", epoch=0, sequence=len(self.events) + 1,
                wall_time_s=1_790_000_000.0 + now_s, sandbox_time_s=now_s, actor=actor,
                kind=kind, subject=subject, data=data,
            )
        )  # fmt: skip

    def until(self, time_s: float) -> None:
        while self.zone.time_s < time_s:
            self.zone.step()
        for event in self.zone.take_events():
            self.record(event.actor, event.kind, event.subject, event.data, event.sandbox_time_s)

    def command(self, point: str, value: Any, actor: str, access: Access, host: str = "") -> None:
        command = Command(point=point, value=value, actor=actor, access=access, source=host)
        self.zone.apply(command, host=host, protocol="modbus" if host else "")
        self.until(self.zone.time_s)

    def answer(self, task: str, text: str, *, correct: bool) -> None:
        definition = next(t for t in PLAN.exercise.tasks if t.name == task)
        data = {"answer": seal(PLAN, definition, text), "correct": correct, "reason": ""}
        self.record("blue/trainee", "task.answered", task, data)

    def action(self, actor: str, action: str, output: str) -> None:
        data = {"occurrence": 0, "status": 0, "output": output}
        self.record(actor, "action.ran", f"{actor.partition('/')[2]}/{action}", data)


def recorded() -> list[Event]:
    """Some three minutes of an exercise."""
    recorder = Recorder()
    for time_s, act in _SCRIPT:
        recorder.until(time_s)
        act(recorder)
    recorder.until(180.0)
    recorder.record("white", "story.ended", "blackout", {})
    return recorder.events


def _fail(r: Recorder) -> None:
    r.record("white", "inject.started", "mains-fail", {"event": "blackout", "script": "day"})
    r.command("grid.available", False, "white/mains-fail", Access.WHITE)
    data = {"event": "blackout", "script": "day", "point": "grid.available", "value": False}
    r.record("white", "inject.applied", "mains-fail", data)


def _return(r: Recorder) -> None:
    r.command("grid.available", True, "white/mains-back", Access.WHITE)
    data = {"event": "back", "script": "day", "point": "grid.available", "value": True}
    r.record("white", "inject.applied", "mains-back", data)


def _attack(r: Recorder) -> None:
    r.command("genset.manual", True, "network", Access.FIELD, host="pc-chen")
    r.action("red/intruder", "manual", "coil 4 on: the genset is in MANUAL")


def _repair(r: Recorder) -> None:
    r.action("blue/defender", "wall", "rule added")
    r.command("genset.auto", True, "network", Access.FIELD, host="desk")


_SCRIPT: tuple[tuple[float, Callable[[Recorder], None]], ...] = (
    (0.0, lambda r: r.record("white", "exercise.started", "blackout", {"seed": "x"})),
    (0.0, lambda r: r.record("white", "story.started", "blackout", {})),
    (6.0, lambda r: r.answer("way-in", "10.20.30.1", correct=False)),
    (8.0, _attack),
    (12.0, lambda r: r.record("blue/trainee", "hint.taken", "way-in", {"hint": 0, "penalty": 10})),
    (18.0, _fail),
    (24.0, lambda r: r.answer("way-in", "10.20.30.21", correct=True)),
    (40.0, _repair),
    (58.0, lambda r: r.answer("frequency", "<script>alert(1)</script>", correct=False)),
    (70.0, lambda r: r.record("system", "condition.held", "restored", {})),
    (75.0, lambda r: r.answer("restored", "", correct=True)),
    (90.0, lambda r: r.record("system", "platform.fault", "zygote", {"reason": "killed (9)"})),
    (95.0, lambda r: r.answer("frequency", "49", correct=False)),
    (120.0, _return),
)
