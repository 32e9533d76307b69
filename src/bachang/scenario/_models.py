"""What an author writes: one model per kind of thing, as in the file, without behaviour.

Longer than most files because it is one language: its parts refer to each other and are
read together, here and in the JSON Schema made from it. Field docstrings are the help
that an editor shows.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    WithJsonSchema,
    model_validator,
)

from bachang.scenario._values import (
    Address,
    AnyValue,
    Cidr,
    HostName,
    HostPath,
    Identifier,
    Line,
    Mebibytes,
    Mode,
    Name,
    PackPath,
    Port,
    Score,
    Seconds,
    Texts,
    UserName,
    mistake,
)


class Raw(BaseModel):
    """Base of all models: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _choose_one(model: Any, *names: str) -> None:
    """Exactly one of the fields must be given."""
    given = [name for name in names if getattr(model, name) is not None]
    listed = ", ".join(f"`{name}`" for name in names)
    if not given:
        raise mistake("says nothing", f"give one of {listed}")
    if len(given) > 1:
        both = " and ".join(f"`{name}`" for name in given)
        raise mistake(f"gives {both}", f"give only one of {listed}")


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


class Words(Raw):
    """A text for people: a string, `{en: …, zh: …}`, or `{source: …}` files of the pack."""

    en: str | None = None
    zh: str | None = None
    source: PackPath | None = None
    """A file of the pack; `{lang}` in its name stands for `en` and `zh`."""

    @model_validator(mode="after")
    def _one_form(self) -> Words:
        if self.source is not None:
            if self.en is not None or self.zh is not None:
                raise mistake("gives `source` and a text", "give either")
        elif self.en is None and self.zh is None:
            raise mistake("is an empty text", "give `en` and `zh`")
        return self


def _words(value: Any) -> Any:
    if value is None or isinstance(value, list):
        raise mistake("is not a text", "write a string or {en: …, zh: …}")
    return value if isinstance(value, dict) else {"en": value}


Text = Annotated[Words, BeforeValidator(_words, json_schema_input_type=str | Words)]


class Variable(Raw):
    """A value drawn from the seed; used as `${name}` in this file and in files of the pack."""

    type: Literal["digits", "letters", "hex", "password", "username", "integer", "choice"]
    length: Annotated[int, Field(ge=1, le=64)] = 8
    """Characters, for `digits`, `letters`, `hex` and `password`."""
    min: int = 0
    """Least value, for `integer`."""
    max: int = 9999
    """Greatest value, for `integer`."""
    choices: list[Line] = []
    """One of them is taken, for `choice`."""

    @model_validator(mode="after")
    def _complete(self) -> Variable:
        if self.type == "choice" and not self.choices:
            raise mistake("has nothing to choose from", "give `choices: [a, b]`")
        if self.min > self.max:
            raise mistake("`min` is above `max`", "swap them")
        return self


class Network(Raw):
    """One layer-2 segment."""

    cidr: Cidr
    title: Text | None = None
    ipv6: bool = False
    """IPv6 is off unless a network asks for it."""


class Attachment(Raw):
    """How a host hangs on a network."""

    address: Address | None = None
    """Without it the lowest free address is taken."""
    rate: Annotated[str, Field(pattern=r"^[0-9]+ (kbit|Mbit|Gbit)$")] | None = None
    """Speed of the link, e.g. `10 Mbit`."""


def _attachment(value: Any) -> Any:
    return {"address": value} if isinstance(value, str) else _or_empty(value)


def _attachments(value: Any) -> Any:
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list):
        return {name: {} for name in value if isinstance(name, str)}
    return _or_empty(value)


Attachments = Annotated[
    dict[
        str,
        Annotated[
            Attachment,
            BeforeValidator(_attachment, json_schema_input_type=Address | Attachment | None),
        ],
    ],
    BeforeValidator(
        _attachments,
        json_schema_input_type=str | list[str] | dict[str, Address | Attachment | None],
    ),
]


class Content(Raw):
    """A text in place, or a file of the pack."""

    text: str | None = None
    source: PackPath | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Content:
        _choose_one(self, "text", "source")
        return self


class File(Raw):
    """A file in a host, or a folder of the pack with everything in it."""

    text: str | None = None
    source: PackPath | None = None
    mode: Mode = 0o644
    owner: UserName = "root"

    @model_validator(mode="after")
    def _one_form(self) -> File:
        _choose_one(self, "text", "source")
        return self


class User(Raw):
    """An account in a host."""

    password: str | None = None
    """Without it there is no login with a password."""
    groups: list[UserName] = []
    home: HostPath | None = None
    shell: HostPath = "/bin/bash"


class Service(Raw):
    """A program that runs in a host from the start."""

    python: Annotated[str, Field(pattern=r"^[^:]+:[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """`FILE.py:FUNCTION` of the pack, or `bachang.services.MODULE:FUNCTION`."""
    program: Texts | None = None
    """The command line of a program of the machine."""
    user: UserName = "root"
    """Who runs it; a name that `users` does not list becomes a system account."""
    port: Port | None = None
    """TCP port that answers once the service is up."""
    environment: dict[str, str] = {}
    directory: HostPath = "/"
    restart: bool = True

    @model_validator(mode="after")
    def _one_form(self) -> Service:
        _choose_one(self, "python", "program")
        return self


class Limits(Raw):
    """What one host may use of the machine."""

    processes: Annotated[int, Field(ge=1, le=4096)] = 256
    memory: Mebibytes = 512
    disk: Mebibytes = 64
    files: Annotated[int, Field(ge=16, le=65536)] = 1024


class Host(Raw):
    """A host."""

    title: Text | None = None
    networks: Attachments = {}
    gateway: str | None = None
    """Router of the default route; `none`: there is none. Found by itself where unambiguous."""
    routes: dict[Cidr, Address] = {}
    users: dict[UserName, Annotated[User, BeforeValidator(_or_empty)]] = {}
    files: dict[HostPath, File] = {}
    services: dict[Name, Service] = {}
    firewall: Content | None = None
    """nft rules, table family `inet`."""
    tools: Texts = []
    """Distribution packages whose programs this host needs."""
    limits: Limits = Limits()
    net_admin: bool = False
    """May root change interfaces, routes and firewall of this host?"""


class Router(Host):
    """A host that forwards packets between its networks."""


class FieldSystem(Raw):
    """A device of the zone."""

    type: Name
    title: Text | None = None
    host: str | None = None
    """Where its protocol servers and its screen live."""
    modbus: Port | None = None
    """TCP port of its Modbus server."""
    screen: Port | None = None
    """TCP port of its operator screen."""
    settings: dict[str, AnyValue] = {}
    """Points or options that differ from the factory's."""
    wiring: dict[str, str] = {}
    """Terminal to the name of another field system."""


class Program(Raw):
    """A command as a granted user on a granted host."""

    actor: str | None = None
    """Whose host and user are meant."""
    host: str | None = None
    user: str | None = None
    run: PackPath | None = None
    """A script of the pack (`.py`, `.sh`), fed to its interpreter on the host."""
    args: Texts = []
    """Arguments of the script."""
    command: Texts | None = None
    """A command line of the host."""
    timeout: Seconds = 30.0

    @model_validator(mode="after")
    def _complete(self) -> Program:
        _choose_one(self, "run", "command")
        return self


class Action(Program):
    """A step of an automated actor."""

    name: Name
    at: Seconds
    repeat: Annotated[Seconds, Field(gt=0)] | None = None
    """Again after so long, until the story ends."""
    title: Text | None = None


class Actor(Raw):
    """Whoever acts."""

    role: Literal["red", "blue", "green", "white"]
    title: Text | None = None
    host: str | None = None
    user: str | None = None
    actions: list[Action] = []


class Weakness(Raw):
    """A planted fault and its three probes."""

    title: Text
    text: Text | None = None
    techniques: Texts = []
    """Keys such as `ics:T0836`, `CWE-306`."""
    exploit: Program | None = None
    exploited: Line | None = None
    """Expression, or name of a condition, that holds once the exploit succeeded."""
    fix: Program | None = None
    service: Program | None = None
    serving: Line | None = None
    """Expression, or name of a condition, that holds while the function works."""
    settle: Seconds = 2.0
    """How long a condition may take to hold after a probe."""
    off: dict[str, AnyValue] = {}
    """Dotted path in this file to a value: the scenario without the weakness."""


class Condition(Raw):
    """A statement over the world, in CEL."""

    expression: Line
    for_: Annotated[Seconds, Field(alias="for")] = 0.0
    """It must hold without a break for so long."""
    description: Text | None = None


def _expression(value: Any) -> Any:
    return {"expression": value} if isinstance(value, str) else value


class Hint(Raw):
    """A help that costs points."""

    text: Text
    penalty: NonNegativeInt = 0


def _hint(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Answer(Raw):
    """What a task accepts."""

    values: list[Line] | None = None
    flag: Name | None = None
    condition: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Answer:
        _choose_one(self, "values", "flag", "condition")
        return self


def _answer(value: Any) -> Any:
    if isinstance(value, str):
        return {"values": [value]}
    return {"values": value} if isinstance(value, list) else value


class Solution(Program):
    """The reference solution of a task."""

    answer: str | None = None
    """What to submit; without it the last line of the output, or the expected value."""

    @model_validator(mode="after")
    def _complete(self) -> Solution:
        if self.run is not None or self.command is not None or self.answer is None:
            _choose_one(self, "run", "command")
        return self


class Task(Raw):
    """One thing to solve."""

    level: PositiveInt = 1
    title: Text
    text: Text
    points: PositiveInt
    answer: Annotated[
        Answer, BeforeValidator(_answer, json_schema_input_type=Line | list[Line] | Answer)
    ]
    hints: list[Annotated[Hint, BeforeValidator(_hint, json_schema_input_type=str | Hint)]] = []
    wrong_penalty: NonNegativeInt = 0
    max_attempts: NonNegativeInt = 0
    """0: any number."""
    requires: Texts = []
    solution: Solution | None = None


class Metric(Raw):
    """Points for a condition that came to hold, or for a task."""

    condition: str | None = None
    task: str | None = None
    max_score: PositiveInt | None = None
    """A task's metric is worth the task's points by itself."""

    @model_validator(mode="after")
    def _one_form(self) -> Metric:
        _choose_one(self, "condition", "task")
        if self.condition is not None and self.max_score is None:
            raise mistake("has no `max_score`", "give the points that its condition is worth")
        return self


class Evaluation(Raw):
    """A sum of metrics, passed from `min_score` on."""

    metrics: Texts
    min_score: Score


class Objective(Raw):
    """A training objective, met when its evaluation is passed."""

    evaluation: str
    title: Text | None = None


class Goal(Raw):
    """A group of objectives."""

    objectives: Texts
    title: Text | None = None


class Inject(Raw):
    """Something that exercise control does or says."""

    point: Line | None = None
    """A point to set, e.g. `grid.available`."""
    value: AnyValue = None
    program: Program | None = None
    message: Text | None = None
    to: Texts = []
    """Actors that get the message."""

    @model_validator(mode="after")
    def _one_form(self) -> Inject:
        _choose_one(self, "point", "program", "message")
        if (self.point is None) != (self.value is None):
            raise mistake("has half a command", "give `point` and `value` together")
        return self


class Event(Raw):
    """Injects that happen together."""

    injects: Texts = []
    conditions: Texts = []
    """The event waits for all of them, at most until its script ends."""


class Script(Raw):
    """Events on a time line."""

    start: Seconds = 0.0
    end: Seconds
    events: dict[str, Seconds]
    speed: Annotated[float, Field(gt=0)] = 1.0


class Story(Raw):
    """Scripts side by side."""

    scripts: Texts
    speed: Annotated[float, Field(ge=1)] = 1.0


class Root(Raw):
    """A Bachang scenario."""

    bachang: Annotated[Literal["1"], WithJsonSchema({"const": 1})]
    """Version of the language."""
    name: HostName
    title: Text
    description: Text | None = None
    variables: dict[Identifier, Variable] = {}
    networks: dict[HostName, Network] = {}
    routers: dict[HostName, Router] = {}
    hosts: dict[HostName, Host] = {}
    field_systems: dict[Identifier, FieldSystem] = {}
    actors: dict[Name, Actor] = {}
    weaknesses: dict[Name, Weakness] = {}
    conditions: dict[
        Name,
        Annotated[Condition, BeforeValidator(_expression, json_schema_input_type=str | Condition)],
    ] = {}
    tasks: dict[Name, Task] = {}
    metrics: dict[Name, Metric] = {}
    evaluations: dict[Name, Evaluation] = {}
    objectives: dict[Name, Objective] = {}
    goals: dict[Name, Goal] = {}
    injects: dict[Name, Inject] = {}
    events: dict[Name, Event] = {}
    scripts: dict[Name, Script] = {}
    stories: dict[Name, Story] = {}
