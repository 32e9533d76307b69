"""The after-action report: one HTML file that needs nothing but itself.

It is a pure function of a plan and a journal. Whatever people or programs wrote is escaped
(see `_markup`), and the page's own policy forbids every other source and script.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterable

from bachang.exercise._standing import in_order
from bachang.exercise._tally import score
from bachang.exercise.report import _sections as parts
from bachang.exercise.report._charts import data, draw
from bachang.exercise.report._markup import both, clock, say, text
from bachang.exercise.report._names import Names
from bachang.exercise.report._physics import Physics, exercise_clock, physics
from bachang.exercise.report._script import POLICY, SCRIPT
from bachang.exercise.report._story import Entry, story
from bachang.exercise.report._style import STYLE
from bachang.exercise.report._weaknesses import seen
from bachang.journal import Event
from bachang.plan import Plan, topology_svg

TAIL, TAIL_S = 0.1, 15.0
"""How much is drawn after the last thing that happened: a share of the time until then, or
seconds; an idle hour afterwards would only squeeze the story."""


def render(plan: Plan, events: Iterable[Event], *, language: str = "en") -> str:
    """The report of one sandbox's journal.

    Args:
        plan: The sandbox's plan.
        events: All of its events, in any order.
        language: ``en`` or ``zh``: what is shown first; the reader can switch.

    Raises:
        ExerciseError: the events are of more than one sandbox.
    """
    ordered = in_order(events)
    names = Names(plan)
    at, _ = exercise_clock(ordered)
    result = score(plan, ordered)
    found = seen(plan, ordered, at)
    entries = story(ordered, names)
    last_s = max((at(entry.event) for entry in entries), default=0.0)
    drawn = physics(plan, ordered, names, until_s=last_s + max(TAIL_S, TAIL * last_s))
    body = "".join(
        (
            _header(plan, ordered, language),
            parts.outcome(plan, result, found),
            _clock(drawn, entries, at),
            parts.tasks(plan, result, names, _at_wall(ordered, at)),
            parts.weaknesses(found),
            parts.faults(result, at),
            _map(plan),
            parts.timeline(entries, names, at),
            parts.integrity(plan, ordered),
        )
    )
    return _document(plan, body, drawn, language)


def _document(plan: Plan, body: str, drawn: Physics, language: str) -> str:
    numbers = json.dumps(data(drawn), separators=(",", ":"), allow_nan=False)
    title = plan.title.get(language) or plan.title["en"]
    return (
        f'<!doctype html>\n<html lang="{"zh" if language == "zh" else "en"}"><head>'
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body>{body}"
        f'<script type="application/json" id="data">{numbers}</script>'
        f"<script>{SCRIPT}</script></body></html>\n"
    )


def _header(plan: Plan, events: list[Event], language: str) -> str:
    return (
        f"<header><div><div class=kicker>{say('After-action report', '复盘报告')}</div>"
        f"<h1>{both(plan.title)}</h1><p class=soft>{both(plan.description)}</p>"
        f"<p class=soft>{_when(events)}</p></div>"
        f'<div class="switches">{_switch("lang", _LANGUAGES, language)} '
        f"{_switch('look', _LOOKS, 'auto')}</div></header>"
    )


_LANGUAGES = {"en": "English", "zh": "中文"}
_LOOKS = {"auto": "◐", "light": "☀", "dark": "☾"}


def _switch(name: str, choices: dict[str, str], chosen: str) -> str:
    """Radio buttons that the style sheet reads: they work without any program."""
    chosen = chosen if chosen in choices else next(iter(choices))
    buttons = "".join(
        f'<input type="radio" name="{name}" id="{name}-{key}"{" checked" if key == chosen else ""}>'
        f'<label for="{name}-{key}" title="{key}">{label}</label>'
        for key, label in choices.items()
    )
    return f'<span class="switch" role="radiogroup">{buttons}</span>'


def _when(events: list[Event]) -> str:
    if not events:
        return say("the journal is empty", "日志为空")
    first, last = events[0], events[-1]
    day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(first.wall_time_s))
    took = clock(last.wall_time_s - first.wall_time_s)
    return f"<code>{text(first.sandbox)}</code> · {day} · {say(f'took {took}', f'历时 {took}')}"


def _clock(drawn: Physics, entries: list[Entry], at: Callable[[Event], float]) -> str:
    if not entries and not drawn.charts:
        return ""
    title = say("The physics on one clock", "同一时钟上的物理过程")
    return parts.section(title, draw(drawn, entries, at))


def _map(plan: Plan) -> str:
    """The topology in both languages, as pictures: their styles stay their own."""
    pictures = "".join(
        f'<img class="map {language}" alt="{alt}" src="data:image/svg+xml;base64,'
        f'{base64.b64encode(topology_svg(plan, language=language).encode()).decode()}">'
        for language, alt in (("en", "topology"), ("zh", "拓扑图"))
    )
    return parts.section(say("Topology", "拓扑"), f'<div class="wide">{pictures}</div>')


def _at_wall(events: list[Event], at: Callable[[Event], float]) -> Callable[[float], str]:
    """From the wall time of an answer to the exercise's clock."""
    times = {event.wall_time_s: at(event) for event in events if event.kind == "task.answered"}
    return lambda wall_s: clock(times[wall_s])
