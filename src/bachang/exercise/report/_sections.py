"""The parts of the report that are words and numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from bachang import __version__
from bachang.exercise._score import Score, TaskScore
from bachang.exercise.report._markup import both, clock, number, say, text
from bachang.exercise.report._names import Names
from bachang.exercise.report._story import TITLES, Entry, Strand
from bachang.exercise.report._weaknesses import Seen
from bachang.journal import Event, encode
from bachang.plan import Metric, Plan, digest

_RING = 69.0
_LEDGERS = {
    "not_supplied_kwh": ("Energy not supplied", "未供电量", "kWh"),
    "critical_not_supplied_kwh": ("of it critical", "其中重要负荷", "kWh"),
    "dark_min": ("Without supply", "停电时长", "min"),
}
_ROWS = 500
"""Lines of the timeline; the journal has the rest."""


def section(title: str, body: str, *, name: str = "") -> str:
    """A card with a heading."""
    mark = f' id="{name}"' if name else ""
    return f"<section{mark}><h2>{title}</h2>{body}</section>"


def outcome(plan: Plan, score: Score, weaknesses: Sequence[Seen]) -> str:
    """Ring, goals with their objectives, and the tiles."""
    length = 2 * 3.14159265 * _RING
    part = length * score.points / score.max_points if score.max_points else 0.0
    ring = (
        '<div class="ring"><svg viewBox="0 0 156 156" aria-hidden="true">'
        f'<circle cx="78" cy="78" r="{_RING:g}"/>'
        f'<circle class="part" cx="78" cy="78" r="{_RING:g}" '
        f'stroke-dasharray="{part:.1f} {length:.1f}"{"" if part else " hidden"}/></svg>'
        f"<div><b>{score.points}</b><small>{say('of', '满分')} {score.max_points}</small>"
        "</div></div>"
    )
    return (
        f'<section><div class="outcome">{ring}{_goals(plan, score)}</div>'
        f"{_tiles(score, weaknesses)}</section>"
    )


def _goals(plan: Plan, score: Score) -> str:
    titles = {o.name: o.title or {"en": o.name} for o in plan.exercise.objectives}
    shown: list[str] = []
    lines = []
    for goal in plan.exercise.goals:
        met = "met" if score.goals[goal.name] else ""
        lines.append(f'<li class="goal {met}">{both(goal.title or {"en": goal.name})}</li>')
        for name in goal.objectives:
            shown.append(name)
            lines.append(_objective(score, name, both(titles[name])))
    lines += [_objective(score, n, both(t)) for n, t in titles.items() if n not in shown]
    return f'<ul class="goals">{"".join(lines)}</ul>' if lines else "<div></div>"


def _objective(score: Score, name: str, title: str) -> str:
    return f'<li class="part-of {"met" if score.objectives[name] else ""}">{title}</li>'


def _tiles(score: Score, weaknesses: Sequence[Seen]) -> str:
    solved = sum(task.solved for task in score.tasks)
    hints = sum(len(task.standing.hints) for task in score.tasks)
    used = sum(bool(seen.exploited_s or seen.attacked_s) for seen in weaknesses)
    fixed = sum(seen.fixed_s is not None for seen in weaknesses)
    tiles = [
        _tile(say("Tasks solved", "完成任务"), f"{solved}<i> / {len(score.tasks)}</i>"),
        _tile(say("Hints taken", "使用提示"), str(hints)),
    ]
    if weaknesses:
        tiles.append(
            _tile(say("Weaknesses used", "被利用的弱点"), f"{used}<i> / {len(weaknesses)}</i>")
        )
        tiles.append(_tile(say("Fixed by the defence", "已修复的弱点"), str(fixed)))
    for point, value in score.consequences.items():
        en, zh, unit = _ledger(point)
        look = "hurt" if value > 0 else "fine"
        tiles.append(_tile(say(en, zh), f"{number(value)}<i> {text(unit)}</i>", look))
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _tile(name: str, value: str, look: str = "") -> str:
    return f'<div class="tile {look}"><b>{value}</b><small>{name}</small></div>'


def _ledger(point: str) -> tuple[str, str, str]:
    short = point.partition(".")[2]
    return _LEDGERS.get(short, (point, point, short.rpartition("_")[2]))


def tasks(plan: Plan, score: Score, names: Names, at_wall: Callable[[float], str]) -> str:
    """One row a task: attempts, hints, and where its points went; then what was measured."""
    if not score.tasks and not score.metrics:
        return ""
    head = "".join(
        f'<th class="{look}">{say(en, zh)}</th>'
        for en, zh, look in (
            ("Task", "任务", ""), ("Level", "级别", "num"), ("Attempts", "次数", "num"),
            ("Hints", "提示", "num"), ("Solved", "完成于", "num"), ("Points", "得分", "num"),
        )
    )  # fmt: skip
    hints = {task.name: len(task.hints) for task in plan.exercise.tasks}
    rows = "".join(_task(task, names, hints[task.name], at_wall) for task in score.tasks)
    rows += "".join(_measured(metric, plan, score, names) for metric in plan.exercise.metrics)
    return section(
        say("Tasks", "任务"),
        f'<div class="wide"><table class="tasks"><tr>{head}</tr>{rows}</table></div>',
    )


def _task(task: TaskScore, names: Names, hints: int, at_wall: Callable[[float], str]) -> str:
    standing = task.standing
    mark = '<span class="tick">✓</span>' if task.solved else '<span class="cross">○</span>'
    lost = task.hint_penalty + task.wrong_penalty if task.solved else 0
    minus = f' <span class="minus">−{lost}</span>' if lost else ""
    excused = (
        say(f"+ {standing.excused} not counted", f"另 {standing.excused} 次不计")
        if standing.excused
        else ""
    )
    solved = at_wall(standing.solved_wall_s) if standing.solved_wall_s is not None else "–"
    return (
        f"<tr><td>{mark} {both(names.task(task.name))}</td><td class=num>{task.level}</td>"
        f"<td class=num>{standing.attempts} <small>{excused}</small></td>"
        f"<td class=num>{len(standing.hints)} / {hints}</td><td class=num>{solved}</td>"
        f"<td class=num><b>{task.points}</b> / {task.max_points}{minus}</td></tr>"
    )


def _measured(metric: Metric, plan: Plan, score: Score, names: Names) -> str:
    """A row for what the world itself earned; metrics over tasks only weigh these."""
    if metric.condition is None:
        return ""
    earned = next(part for part in score.metrics if part.name == metric.name)
    mark = '<span class="tick">✓</span>' if earned.points else '<span class="cross">○</span>'
    blank = "<td class=num>–</td>" * 4
    return (
        f"<tr><td>{mark} {both(names.condition(metric.condition))}</td>{blank}"
        f"<td class=num><b>{earned.points}</b> / {earned.max_points}</td></tr>"
    )


def weaknesses(found: Sequence[Seen]) -> str:
    """What was attacked, with what effect, and what was fixed."""
    if not found:
        return ""
    rows = "".join(_weakness(seen) for seen in found)
    head = "".join(
        f"<th>{say(en, zh)}</th>"
        for en, zh in (("Weakness", "弱点"), ("Attacked", "受到攻击"),
                       ("Took effect", "产生后果"), ("Fixed", "修复"))
    )  # fmt: skip
    return section(
        say("Weaknesses and fixes seen", "弱点与修复情况"),
        f'<div class="wide"><table class="weaknesses"><tr>{head}</tr>{rows}</table></div>',
    )


def _weakness(seen: Seen) -> str:
    techniques = " ".join(f"<code>{text(key)}</code>" for key in seen.weakness.techniques)
    attacked = _times(seen.attacked_s) or say("no automated attack", "无自动攻击")
    effect = (
        f'<span class="state hurt">{_times(seen.exploited_s)}</span>' if seen.exploited_s else "–"
    )
    fixed = (
        "–" if seen.fixed_s is None else f'<span class="state fine">{clock(seen.fixed_s)}</span>'
    )
    title = both(seen.weakness.title or {"en": seen.weakness.name})
    cells = (f"{title}<br>{techniques}", attacked, effect, fixed)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _times(seconds: tuple[float, ...]) -> str:
    shown = ", ".join(clock(second) for second in seconds[:6])
    return f"{shown} …" if len(seconds) > 6 else shown


def faults(score: Score, at: Callable[[Event], float]) -> str:
    """Faults of the platform: listed, and nobody is charged."""
    if not score.faults:
        return ""
    note = say(
        "Wrong answers within 30 s of a fault were not counted; nobody lost points for them.",
        "故障前后 30 秒内的错误答案不计入，不扣分。",
    )
    rows = "".join(
        f"<tr><td>{clock(at(fault))}</td><td>{text(fault.subject)}</td>"
        f"<td>{text(fault.data.get('reason', ''))}</td></tr>"
        for fault in score.faults
    )
    return section(
        say("Platform faults", "平台故障"), f"<p class=soft>{note}</p><table>{rows}</table>"
    )


def timeline(entries: list[Entry], names: Names, at: Callable[[Event], float]) -> str:
    """The story as a table, with filters that need no program."""
    present = [strand for strand in Strand if any(e.strand is strand for e in entries)]
    hide = "".join(
        f"body:has(#f-{s}:not(:checked)) .timeline tr.{s}{{display:none}}" for s in present
    )
    filters = "".join(
        f'<label class="{s}"><input type="checkbox" id="f-{s}"{_shown(s)}>'
        f'<span class="pill">{both(TITLES[s])}</span></label>'
        for s in present
    )
    rows = "".join(_row(entry, names, at) for entry in entries[:_ROWS])
    left = len(entries) - _ROWS
    more = say(f"{left} more lines are in the journal.", f"其余 {left} 条见日志。")
    rest = f"<p class=soft>{more}</p>" if left > 0 else ""
    return section(
        say("Timeline", "时间线"),
        f'<style>{hide}</style><div class="filters">{filters}</div>'
        f'<table class="timeline">{rows}</table>{rest}',
        name="timeline",
    )


def _shown(strand: Strand) -> str:
    """The world's own changes are in the charts; the table shows them when asked."""
    return "" if strand is Strand.WORLD else " checked"


def _row(entry: Entry, names: Names, at: Callable[[Event], float]) -> str:
    times = f' <span class="times">× {entry.count}</span>' if entry.count > 1 else ""
    detail = f'<span class="detail">{both(entry.detail)}</span>' if entry.detail else ""
    return (
        f'<tr id="e{entry.event.sequence}" class="{entry.strand}">'
        f"<td class=num>{clock(at(entry.event))}</td>"
        f'<td><span class="pill">{both(names.actor(entry.event.actor))}</span></td>'
        f'<td class="{"bad" if entry.bad else ""}">{both(entry.words)}{times}{detail}</td></tr>'
    )


def integrity(plan: Plan, events: list[Event]) -> str:
    """What this page was made from, so that anybody can make it again and compare."""
    journal = hashlib.sha256(b"".join(map(encode, events))).hexdigest()
    epochs = len({event.epoch for event in events})
    lines = (
        (say("Plan", "方案摘要"), f"<code>sha256 {digest(plan)}</code>"),
        (say("Journal", "日志摘要"), f"<code>sha256 {journal}</code>"),
        (say("Events", "事件数"), f"{len(events)}"),
        (say("Epochs", "世代数"), f"{epochs}"),
        (say("Made by", "生成工具"), f"Bachang {text(__version__)}"),
    )
    body = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in lines)
    return section(say("Integrity", "完整性"), f'<dl class="proof">{body}</dl>')
