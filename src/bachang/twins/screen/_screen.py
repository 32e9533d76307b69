"""A screen answers requests: its page, its live state, logins, commands.

GET  /                  the page (?lang=en or zh)
GET  /screen.css, /screen.js, /icon.svg
GET  /api/state         {"time_s", "operator", "points", "alarms", "rows", …}; ?after=TICK
GET  /api/settings      {name: value}, to a logged-in operator
POST /api/login         {"password"}; sets the session cookie
POST /api/logout
POST /api/command       {"point", "value"} of a logged-in operator
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol
from urllib.parse import parse_qs

import msgspec

from bachang.twins._contract import Access, PointValue, RefusedError
from bachang.twins._zone import PlantEvent, Zone
from bachang.twins.screen._messages import HttpRequest, HttpResponse
from bachang.twins.screen._page import ASSETS, DESCRIPTIONS, page
from bachang.twins.screen._sessions import Sessions

HISTORY_ROWS = 600
ALARM_ROWS = 50
COOKIE = "session"
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class Door(Protocol):
    """What a screen needs of the plant."""

    def keep_up(self) -> None:
        """Bring the system to this moment."""

    def write(self, point: str, value: PointValue, source: str) -> None:
        """Apply an operator's command; raises `RefusedError`."""

    def login(self, source: str, *, accepted: bool) -> None:
        """Journal an attempt to log in."""


class LoginBody(msgspec.Struct, forbid_unknown_fields=True):
    """Body of a login."""

    password: str


class CommandBody(msgspec.Struct, forbid_unknown_fields=True):
    """Body of a command."""

    point: str
    value: bool | int | float | str


class Screen:
    """One device's screen.

    Args:
        zone: the world. system: the device's name in it. door: for commands.
        clock, token: for sessions.
    """

    def __init__(
        self,
        zone: Zone,
        system: str,
        door: Door,
        clock: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self._zone = zone
        self._system = system
        self._twin = zone.twins[system]
        self._type = zone.types[system]
        self._door = door
        self._description = DESCRIPTIONS[self._type.key]
        self._protected = "panel_password" in self._twin.by_name
        self._sessions = Sessions(lambda: str(self._twin.read("panel_password")), clock, token)
        self._trended = tuple(
            dict.fromkeys(p for trend in self._description.trends for p in trend.points)
        )
        self._shown = tuple(
            point.name
            for point in self._twin.points
            if not (point.setting or point.secret or point.button)
        )
        self._rows: deque[list[Any]] = deque(maxlen=HISTORY_ROWS)
        self._alarms: deque[dict[str, Any]] = deque(maxlen=ALARM_ROWS)

    # ---- what happens ------------------------------------------------------------------

    def sample(self, tick: int) -> None:
        """Keep one row of the trends."""
        self._rows.append([tick, *(_short(self._twin.read(name)) for name in self._trended)])

    def note(self, event: PlantEvent) -> None:
        """Keep an alarm's coming and going."""
        self._alarms.append({
            "name": event.subject.partition(".")[2],
            "raised": event.kind == "alarm.raised",
            "time_s": round(event.sandbox_time_s, 2),
        })  # fmt: skip

    # ---- requests ----------------------------------------------------------------------

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        route = self._routes().get(request.path)
        if route is None:
            return _error(404, "there is nothing here", "此处没有内容")
        method, handler = route
        if request.method not in ((method, "HEAD") if method == "GET" else (method,)):
            return _error(405, f"use {method}", f"请使用 {method}")
        self._door.keep_up()
        return handler(request)

    def _routes(self) -> dict[str, tuple[str, Callable[[HttpRequest], HttpResponse]]]:
        return {
            "/": ("GET", self._page),
            **dict.fromkeys(ASSETS, ("GET", self._asset)),
            "/api/state": ("GET", self._state),
            "/api/settings": ("GET", self._settings),
            "/api/login": ("POST", self._login),
            "/api/logout": ("POST", self._logout),
            "/api/command": ("POST", self._command),
        }

    def _page(self, request: HttpRequest) -> HttpResponse:
        cookies = _cookies(request)
        asked = parse_qs(request.query).get("lang", [""])[0]
        accepted = request.headers.get("accept-language", "")
        fallback = "zh" if accepted.lower().startswith("zh") else "en"
        language = next(
            (lang for lang in (asked, cookies.get("lang", "")) if lang in ("en", "zh")), fallback
        )
        theme = cookies.get("theme", "")
        html = page(self._twin, self._type, language, theme if theme in ("light", "dark") else "")
        headers = [("Content-Security-Policy", SECURITY_POLICY)]
        if asked in ("en", "zh"):
            headers.append(("Set-Cookie", f"lang={asked}; Path=/; SameSite=Strict"))
        return HttpResponse(
            content_type="text/html; charset=utf-8", body=html.encode(), headers=tuple(headers)
        )

    def _asset(self, request: HttpRequest) -> HttpResponse:
        content_type, body = ASSETS[request.path]
        return HttpResponse(content_type=content_type, body=body)

    def _state(self, request: HttpRequest) -> HttpResponse:
        try:
            after = int(parse_qs(request.query).get("after", ["-1"])[0])
        except ValueError:
            after = -1
        rows = itertools.takewhile(lambda row: row[0] > after, reversed(self._rows))
        return _json({
            "time_s": round(self._zone.time_s, 2),
            "operator": self._operator(request),
            "levels": "state_checked_commands" in self._twin.by_name
            and self._twin.read("state_checked_commands"),
            "points": {name: _short(self._twin.read(name)) for name in self._shown},
            "alarms": list(self._alarms)[::-1],
            "columns": ["tick", *self._trended],
            "rows": list(rows)[::-1],
        })  # fmt: skip

    def _settings(self, request: HttpRequest) -> HttpResponse:
        if not self._operator(request):
            return _error(401, "log in first", "请先登录")
        return _json({
            point.name: _short(self._twin.read(point.name))
            for point in self._twin.points
            if point.setting and not point.secret and Access.OPERATOR in point.writable_by
        })  # fmt: skip

    def _login(self, request: HttpRequest) -> HttpResponse:
        body = self._body(request, LoginBody)
        if isinstance(body, HttpResponse):
            return body
        token = self._sessions.open(body.password) if self._protected else None
        self._door.login(request.source, accepted=token is not None)
        if token is None:
            return _error(403, "wrong password", "密码错误")
        cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"
        return HttpResponse(body=b'{"operator":true}', headers=(("Set-Cookie", cookie),))

    def _logout(self, request: HttpRequest) -> HttpResponse:
        self._sessions.close(_cookies(request).get(COOKIE, ""))
        cookie = f"{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
        return HttpResponse(body=b'{"operator":false}', headers=(("Set-Cookie", cookie),))

    def _command(self, request: HttpRequest) -> HttpResponse:
        if not self._operator(request):
            return _error(401, "log in first", "请先登录")
        body = self._body(request, CommandBody)
        if isinstance(body, HttpResponse):
            return body
        try:
            self._door.write(body.point, body.value, request.source)
        except RefusedError as refusal:
            return _error(409, refusal.text["en"], refusal.text["zh"])
        return _json({"time_s": round(self._zone.time_s, 2)})

    def _operator(self, request: HttpRequest) -> bool:
        return self._protected and self._sessions.holds(_cookies(request).get(COOKIE, ""))

    @staticmethod
    def _body(request: HttpRequest, kind: Any) -> Any:
        """A JSON body sent from this very page, or the answer that refuses it."""
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("//")[2] != request.headers.get("host"):
            return _error(403, "not from another page", "拒绝来自其他页面的请求")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _error(400, "send application/json", "请以 application/json 发送")
        try:
            return msgspec.json.decode(request.body, type=kind)
        except msgspec.DecodeError as error:
            return _error(400, str(error), f"请求内容无效：{error}")


def _cookies(request: HttpRequest) -> dict[str, str]:
    try:
        jar = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _json(value: Any) -> HttpResponse:
    return HttpResponse(body=msgspec.json.encode(value))


def _error(status: int, en: str, zh: str) -> HttpResponse:
    return HttpResponse(status=status, body=msgspec.json.encode({"error": {"en": en, "zh": zh}}))


def _short(value: PointValue) -> PointValue:
    """A value with as many digits as anyone reads."""
    if isinstance(value, float) and value:
        return round(value, max(0, 5 - math.floor(math.log10(abs(value)))))
    return value
