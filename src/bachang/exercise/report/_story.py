"""Events in words: what each kind says to a person, and who is behind it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from bachang.catalogue import both
from bachang.exercise.report._names import Names, same
from bachang.journal import Event
from bachang.plan import Text


class Strand(enum.StrEnum):
    """Threads of the story; each has its own row above the charts."""

    CONTROL = "control"
    ATTACK = "attack"
    DEFENCE = "defence"
    ANSWER = "answer"
    COMMAND = "command"
    ALARM = "alarm"
    WORLD = "world"
    PLATFORM = "platform"


TITLES: dict[Strand, Text] = {
    Strand.CONTROL: {"en": "Story", "zh": "剧情"},
    Strand.ATTACK: {"en": "Attack", "zh": "攻击"},
    Strand.DEFENCE: {"en": "Defence", "zh": "防守"},
    Strand.ANSWER: {"en": "Answers", "zh": "答题"},
    Strand.COMMAND: {"en": "Commands", "zh": "指令"},
    Strand.ALARM: {"en": "Alarms", "zh": "告警"},
    Strand.WORLD: {"en": "World", "zh": "现场"},
    Strand.PLATFORM: {"en": "Platform", "zh": "平台"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the story."""

    event: Event
    strand: Strand
    words: Text
    detail: Text | None = None
    """Why, or what a participant or program said; hostile until it is escaped."""
    bad: bool = False
    count: int = 1
    """How many times in a row it happened."""


LAST_LINES = 3
"""Lines of a program's output that are told: how it ended stands there."""

Teller = Callable[[Event, Names], Entry]


def story(events: list[Event], names: Names) -> list[Entry]:
    """The journal as people read it: telling events only, repetitions folded into one."""
    entries: list[Entry] = []
    for event in events:
        teller = _TELLERS.get(event.kind)
        if teller is None or _told_elsewhere(event):
            continue
        entry = teller(event, names)
        if entries and _again(entries[-1], entry):
            last = entries.pop()
            entry = Entry(event=last.event, strand=last.strand, words=last.words,
                          detail=last.detail, bad=last.bad, count=last.count + 1)  # fmt: skip
        entries.append(entry)
    return entries


def _told_elsewhere(event: Event) -> bool:
    """A command of an inject is told by the inject, and a message's inject by the message."""
    if event.kind == "inject.applied":
        return "point" not in event.data and "status" not in event.data
    return event.kind.startswith("command.") and event.actor.startswith("white/")


def _again(last: Entry, entry: Entry) -> bool:
    return (last.event.kind, last.event.actor, last.words, last.detail) == (
        entry.event.kind, entry.event.actor, entry.words, entry.detail,
    )  # fmt: skip


def _plain(strand: Strand, en: str, zh: str, *, bad: bool = False) -> Teller:
    """An entry that says the same whatever it happened to."""

    def tell(event: Event, names: Names) -> Entry:
        words = {"en": en, "zh": zh}
        return Entry(event=event, strand=strand, words=words, detail=_reason(event), bad=bad)

    return tell


def _of(
    strand: Strand, en: str, zh: str, title: Callable[[Names, str], Text], *, bad: bool = False
) -> Teller:
    """An entry about the event's subject, ``{}`` in the words."""

    def tell(event: Event, names: Names) -> Entry:
        what = title(names, event.subject)
        words = {
            "en": en.format(what.get("en", event.subject)),
            "zh": zh.format(what.get("zh") or what.get("en", event.subject)),
        }
        return Entry(event=event, strand=strand, words=words, detail=_reason(event), bad=bad)

    return tell


def _answer(event: Event, names: Names) -> Entry:
    title = names.task(event.subject)
    right = event.data.get("correct") is True
    en, zh = ("Solved: {}", "答对：{}") if right else ("Wrong answer: {}", "答错：{}")
    words = {"en": en.format(title["en"]), "zh": zh.format(title.get("zh", title["en"]))}
    return Entry(event=event, strand=Strand.ANSWER, words=words, bad=not right)


def _inject(event: Event, names: Names) -> Entry:
    data = event.data
    if "point" not in data:
        return Entry(event=event, strand=Strand.CONTROL, words=same(event.subject))
    title = names.point(str(data["point"]))
    words = {key: f"{event.subject}: {name} = {_value(data.get('value'))}"
             for key, name in title.items()}  # fmt: skip
    return Entry(event=event, strand=Strand.CONTROL, words=words)


def _action(event: Event, names: Names) -> Entry:
    side = event.actor.partition("/")[0]
    strand = {"red": Strand.ATTACK, "blue": Strand.DEFENCE}.get(side, Strand.WORLD)
    output = "\n".join(str(event.data.get("output", "")).strip().splitlines()[-LAST_LINES:])
    failed = event.data.get("status") != 0
    words, detail = names.action(event.subject), same(output) if output else None
    return Entry(event=event, strand=strand, words=words, detail=detail, bad=failed)


def _command(event: Event, names: Names) -> Entry:
    refused = event.kind == "command.refused"
    title = names.point(event.subject)
    value = _value(event.data.get("value"))
    mark = {"en": " (refused)", "zh": "（被拒绝）"} if refused else same("")
    words = {key: f"{name} = {value}{mark.get(key, '')}" for key, name in title.items()}
    source = names.host(event.data.get("host") or event.data.get("source"))
    detail = same(source) if source else None
    return Entry(event=event, strand=Strand.COMMAND, words=words, detail=detail, bad=refused)


def _change(event: Event, names: Names) -> Entry:
    value = _value(event.data.get("value"))
    words = {key: f"{name} → {value}" for key, name in names.point(event.subject).items()}
    return Entry(event=event, strand=Strand.WORLD, words=words)


def _message(event: Event, names: Names) -> Entry:
    said = event.data.get("text")
    words = said if isinstance(said, dict) and said.get("en") else same(str(said))
    return Entry(event=event, strand=Strand.CONTROL, words=words)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reason(event: Event) -> Text | None:
    """Why it happened, in Chinese too where the catalogue knows it."""
    reason = event.data.get("reason")
    return both(str(reason)) if reason else None


def _own(names: Names, subject: str) -> Text:
    return same(subject)


_TELLERS: dict[str, Teller] = {
    "exercise.started": _plain(Strand.CONTROL, "The exercise starts", "演练开始"),
    "exercise.ended": _plain(Strand.CONTROL, "The exercise ends", "演练结束"),
    "story.started": _of(Strand.CONTROL, "The story starts: {}", "剧情开始：{}", _own),
    "story.ended": _of(Strand.CONTROL, "The story ends: {}", "剧情结束：{}", _own),
    "inject.applied": _inject,
    "inject.failed": _of(Strand.CONTROL, "Inject failed: {}", "注入失败：{}", _own, bad=True),
    "message.sent": _message,
    "action.ran": _action,
    "command.applied": _command,
    "command.refused": _command,
    "point.changed": _change,
    "task.answered": _answer,
    "hint.taken": _of(Strand.ANSWER, "Hint taken: {}", "使用提示：{}", Names.task),
    "condition.held": _of(Strand.WORLD, "Reached: {}", "达成：{}", Names.condition),
    "condition.lapsed": _of(Strand.WORLD, "No longer: {}", "不再成立：{}", Names.condition),
    "alarm.raised": _of(Strand.ALARM, "Alarm: {}", "告警：{}", Names.point, bad=True),
    "alarm.cleared": _of(Strand.ALARM, "Alarm cleared: {}", "告警解除：{}", Names.point),
    "interlock.refused": _of(
        Strand.ALARM, "Interlock refused: {}", "联锁拒绝：{}", Names.system, bad=True
    ),
    "service.down": _of(Strand.WORLD, "Service down: {}", "服务停止：{}", _own, bad=True),
    "host.reset": _of(Strand.WORLD, "Host reset: {}", "主机重置：{}", _own),
    "host.failed": _of(Strand.PLATFORM, "Host failed: {}", "主机故障：{}", _own, bad=True),
    "sandbox.reset": _plain(Strand.WORLD, "The sandbox was reset", "沙箱已重置"),
    "sandbox.restored": _plain(Strand.WORLD, "The sandbox was restored", "沙箱已恢复"),
    "sandbox.paused": _plain(Strand.CONTROL, "Paused", "暂停"),
    "sandbox.resumed": _plain(Strand.CONTROL, "Resumed", "继续"),
    "events.withheld": _plain(
        Strand.PLATFORM, "Too many events: some were only counted", "事件过多：部分只计数"
    ),
    "clock.advanced": _plain(Strand.CONTROL, "The clock was advanced", "时钟快进"),
    "clock.slipped": _plain(Strand.PLATFORM, "The clock slipped", "时钟滞后"),
    "platform.fault": _of(Strand.PLATFORM, "Platform fault: {}", "平台故障：{}", _own, bad=True),
}
