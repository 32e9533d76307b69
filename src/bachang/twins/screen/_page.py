"""A device's page as HTML; its script fills in what is live."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

import msgspec

from bachang.twins._catalog import TypeDescription
from bachang.twins._contract import Access, Point
from bachang.twins._device import Device
from bachang.twins._screen import Group, ScreenDescription, Trend
from bachang.twins.ats.screen import SCREEN as ATS_SCREEN
from bachang.twins.feeder.screen import SCREEN as FEEDER_SCREEN
from bachang.twins.genset.screen import SCREEN as GENSET_SCREEN
from bachang.twins.grid.screen import SCREEN as GRID_SCREEN
from bachang.twins.screen._words import PAGE_WORDS, STATE_WORDS

DESCRIPTIONS: dict[str, ScreenDescription] = {
    "ats": ATS_SCREEN,
    "feeder": FEEDER_SCREEN,
    "genset": GENSET_SCREEN,
    "grid": GRID_SCREEN,
}
_FOLDER = Path(__file__).parent
_PAGE = Template((_FOLDER / "screen.html").read_text(encoding="utf-8"))
ASSETS: dict[str, tuple[str, bytes]] = {
    "/icon.svg": ("image/svg+xml", (_FOLDER / "icon.svg").read_bytes()),
    "/screen.css": ("text/css; charset=utf-8", (_FOLDER / "screen.css").read_bytes()),
    "/screen.js": ("text/javascript; charset=utf-8", (_FOLDER / "screen.js").read_bytes()),
}


def page(twin: Device, kind: TypeDescription, language: str, theme: str) -> str:
    """The whole page.

    Args:
        twin: the device. kind: its type. language: ``en`` or ``zh``.
        theme: ``light``, ``dark``, or empty for what the browser prefers.
    """
    return _PAGE.substitute(_Parts(twin, kind, language).all(), theme=theme)


class _Parts:
    """The pieces of one page in one language."""

    def __init__(self, twin: Device, kind: TypeDescription, language: str) -> None:
        self._twin = twin
        self._kind = kind
        self._language = language
        self._screen = DESCRIPTIONS[kind.key]

    def all(self) -> dict[str, str]:
        """Placeholder to HTML."""
        screen, words = self._screen, {key: self._word(key) for key in PAGE_WORDS}
        operable = "panel_password" in self._twin.by_name
        login = f'<button class="tool strong" id="login">{words["login"]}</button>'
        return {
            **words,
            "theme_word": words["theme"],
            "lang": "zh-CN" if self._language == "zh" else "en",
            "other": "en" if self._language == "zh" else "zh",
            "title": escape(self._kind.title[self._language]),
            "name": escape(self._twin.name),
            "model": escape(screen.model),
            "pills": "".join(self._pill(name) for name in screen.headline),
            "login_button": login if operable else "",
            "tabs": self._tabs() if screen.settings else "",
            "diagram": screen.diagram,
            "commands": self._commands() if screen.buttons else "",
            "values": "".join(self._group(group) for group in screen.values),
            "trends": "".join(self._trend(trend) for trend in screen.trends),
            "settings": "".join(self._settings(group) for group in screen.settings),
            "texts": self._texts(),
        }

    def _word(self, key: str) -> str:
        return escape(PAGE_WORDS[key][self._language])

    def _label(self, name: str) -> str:
        return escape(self._twin.by_name[name].title[self._language])

    def _tabs(self) -> str:
        tabs = "".join(
            f'<button class="tab" role="tab" data-tab="{key}">{self._word(key)}</button>'
            for key in ("overview", "settings")
        )
        return f'<nav role="tablist">{tabs}</nav>'

    def _pill(self, name: str) -> str:
        return f'<span class="pill"><i>{self._label(name)}</i><b data-value="{name}">–</b></span>'

    def _group(self, group: Group) -> str:
        rows = "".join(
            f'<div class="row"><dt>{self._label(name)}</dt><dd><b data-value="{name}" '
            f'data-bare="1">–</b><i>{escape(self._twin.by_name[name].unit)}</i></dd></div>'
            for name in group.points
        )
        title = escape(group.title[self._language])
        return f'<div class="card"><h2>{title}</h2><dl>{rows}</dl></div>'

    def _commands(self) -> str:
        buttons = "".join(self._button(name) for name in self._screen.buttons)
        return (
            f'<section class="card commands"><h2>{self._word("commands")}</h2>'
            f'<div class="buttons">{buttons}</div></section>'
        )

    def _button(self, name: str) -> str:
        pressed = self._screen.pressed.get(name, "")
        ask = ' data-ask="1"' if name in self._screen.dangerous else ""
        return (
            f'<button data-command="{name}" data-pressed="{pressed}"{ask}>'
            f"{self._label(name)}</button>"
        )

    def _trend(self, trend: Trend) -> str:
        legend = "".join(
            f'<b class="series{index}">{self._label(name)}</b>'
            for index, name in enumerate(trend.points)
            if len(trend.points) > 1
        )
        title = escape(trend.title[self._language])
        return (
            f'<figure class="card"><figcaption>{title}<i>{escape(trend.unit)}</i>'
            f"<span>{legend}</span></figcaption>"
            '<svg class="trend" viewBox="0 0 600 150" preserveAspectRatio="none" '
            f'data-points="{" ".join(trend.points)}" data-low="{trend.low:g}" '
            f'data-high="{trend.high:g}"></svg></figure>'
        )

    def _settings(self, group: Group) -> str:
        rows = "".join(self._setting(self._twin.by_name[name]) for name in group.points)
        title = escape(group.title[self._language])
        return f'<div class="card"><h2>{title}</h2>{rows}</div>'

    def _setting(self, point: Point) -> str:
        """One setting with the control that suits its type."""
        if Access.OPERATOR not in point.writable_by:
            return ""
        name = point.name
        return (
            f'<div class="setting"><label for="set-{name}">{self._label(name)}'
            f"<i>{escape(point.unit)}</i></label>{self._control(point)}"
            f'<button type="button" data-save="{name}" disabled>{self._word("save")}</button>'
            "</div>"
        )

    def _control(self, point: Point) -> str:
        common = f'name="{point.name}" id="set-{point.name}"'
        if point.choices:
            options = "".join(self._option(item) for item in point.choices)
            return f"<select {common}>{options}</select>"
        if point.type is bool:
            return f'<input type="checkbox" {common}>'
        kind = "text" if point.type is str else "number"
        if point.secret:
            hint = f'placeholder="{self._word("new_secret")}" autocomplete="off"'
            return f'<input type="{kind}" {common} data-secret="1" {hint} required>'
        if point.type is str:
            return f'<input type="text" {common} maxlength="200">'
        step = "1" if point.type is int else "any"
        limits = f'min="{point.low:g}" max="{point.high:g}"'
        return f'<input type="number" {common} step="{step}" {limits} required>'

    def _option(self, item: str) -> str:
        shown = STATE_WORDS[item][self._language] if item in STATE_WORDS else item
        return f'<option value="{escape(item)}">{escape(shown)}</option>'

    def _texts(self) -> str:
        """What the script needs to know, as JSON that cannot end its element."""
        language = self._language
        shown = {
            point.name: {
                "title": point.title[language],
                "unit": point.unit,
                "kind": point.type.__name__,
            }
            for point in self._twin.points
            if not (point.setting or point.secret)
        }
        texts = {
            "language": language,
            "words": {key: pair[language] for key, pair in PAGE_WORDS.items()},
            "states": {key: pair[language] for key, pair in STATE_WORDS.items()},
            "points": shown,
            "alarms": self._screen.alarms,
            "warnings": self._screen.warnings,
        }
        return msgspec.json.encode(texts).decode().replace("<", "\\u003c")
