"""Screens: pages in both languages, sessions, who may do what, no way to smuggle markup."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from bachang.plan import FieldSystem
from bachang.twins import TYPES, Access, Command, PointValue, Zone
from bachang.twins.screen import HttpRequest, HttpResponse, Screen
from tests.twins.zones import run, white, zone


class Operator:
    """Someone in front of a screen, with a held clock."""

    def __init__(self, world: Zone, system: str) -> None:
        self.world = world
        self.system = system
        self.now_s = 0.0
        self.logins: list[bool] = []
        tokens = itertools.count()
        self.screen = Screen(world, system, self, lambda: self.now_s, lambda: f"t{next(tokens)}")
        self.cookie = ""

    def keep_up(self) -> None:
        """Nothing is due here."""

    def write(self, point: str, value: PointValue, source: str) -> None:
        """The screen's door."""
        self.world.apply(
            Command(point=f"{self.system}.{point}", value=value, actor="network/operator",
                    access=Access.OPERATOR, source=source)
        )  # fmt: skip

    def login(self, source: str, *, accepted: bool) -> None:
        """The screen's door."""
        self.logins.append(accepted)

    def get(self, path: str, **headers: str) -> HttpResponse:
        """A page or data."""
        path, _, query = path.partition("?")
        given = {"cookie": self.cookie, **headers}
        return self.screen.respond(
            HttpRequest(method="GET", path=path, query=query, headers=given, source="10.0.0.9:1")
        )

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        """An action."""
        given = {"cookie": self.cookie, "content-type": "application/json", **headers}
        response = self.screen.respond(
            HttpRequest(method="POST", path=path, headers=given, body=msgspec.json.encode(body),
                        source="10.0.0.9:1")
        )  # fmt: skip
        for name, value in response.headers:
            if name == "Set-Cookie":
                assert "HttpOnly" in value
                self.cookie = value.partition(";")[0]
        return response


@pytest.fixture
def operator() -> Operator:
    return Operator(zone(), "genset")


@pytest.mark.parametrize("system", TYPES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_in_both_languages(system: str, language: str) -> None:
    page = Operator(zone(), system).get(f"/?lang={language}").body.decode()
    assert page.startswith("<!doctype html>")
    assert TYPES[system].title[language] in page
    assert "$" not in page
    for outside in ("http://", "https://", "//cdn"):
        assert outside not in page.replace("http://www.w3.org", "")
    assert ('lang="zh-CN"' in page) is (language == "zh")


def test_language_and_theme_are_remembered(operator: Operator) -> None:
    assert b'lang="zh-CN"' in operator.get("/", cookie="lang=zh").body
    assert b'lang="zh-CN"' in operator.get("/", **{"accept-language": "zh-CN,en"}).body
    assert b'data-theme="dark"' in operator.get("/", cookie="theme=dark").body
    assert b"script" not in operator.get("/", cookie='theme="><script>').body.split(b"<head>")[0]


def test_a_name_cannot_become_markup() -> None:
    world = Zone((FieldSystem(name="<script>x</script>", type="grid"),), "s")
    page = Operator(world, "<script>x</script>").get("/").body
    assert b"<script>x" not in page


def test_state_has_values_alarms_and_history(operator: Operator) -> None:
    operator.screen.sample(100)
    operator.screen.sample(200)
    white(operator.world, "genset.emergency_stop", True)
    for event in operator.world.take_events():
        if event.kind == "alarm.raised":
            operator.screen.note(event)
    state = msgspec.json.decode(operator.get("/api/state?after=100").body)
    assert state["points"]["emergency_stop_alarm"] is True
    assert state["alarms"][0]["name"] == "emergency_stop_alarm"
    assert [row[0] for row in state["rows"]] == [200]
    assert len(state["columns"]) == len(state["rows"][0])
    assert "panel_password" not in state["points"]
    assert msgspec.json.decode(operator.get("/api/state?after=x").body)["rows"]


def test_nothing_works_without_login(operator: Operator) -> None:
    assert operator.post("/api/command", {"point": "manual", "value": True}).status == 401
    assert operator.get("/api/settings").status == 401
    assert operator.post("/api/login", {"password": ""}).status == 403
    assert operator.logins == [False]
    assert operator.world.points()["genset.mode"] == "auto"


def test_a_logged_in_operator_commands_and_sets(operator: Operator) -> None:
    assert operator.post("/api/login", {"password": "SG6120"}).status == 200
    assert operator.post("/api/command", {"point": "manual", "value": True}).status == 200
    assert operator.post("/api/command", {"point": "safety_on_s", "value": 5}).status == 200
    settings = msgspec.json.decode(operator.get("/api/settings").body)
    assert settings["safety_on_s"] == 5.0
    assert "panel_password" not in settings
    assert "rated_kva" not in settings
    refused = operator.post("/api/command", {"point": "safety_on_s", "value": -5})
    assert refused.status == 409
    assert set(msgspec.json.decode(refused.body)["error"]) == {"en", "zh"}
    assert operator.post("/api/command", {"point": "fuel_l", "value": 0}).status == 409
    assert operator.post("/api/logout", {}).status == 200
    assert operator.post("/api/command", {"point": "auto", "value": True}).status == 401


def test_sessions_end_with_time_and_with_the_password(operator: Operator) -> None:
    operator.post("/api/login", {"password": "SG6120"})
    operator.now_s = 800
    assert operator.get("/api/settings").status == 200
    operator.now_s = 1600
    assert operator.get("/api/settings").status == 200
    operator.now_s = 2600
    assert operator.get("/api/settings").status == 401
    operator.post("/api/login", {"password": "SG6120"})
    change = {"point": "panel_password", "value": "our own"}
    assert operator.post("/api/command", change).status == 200
    assert operator.get("/api/settings").status == 401
    assert operator.post("/api/login", {"password": "SG6120"}).status == 403
    assert operator.post("/api/login", {"password": "our own"}).status == 200
    run(operator.world, 0.1)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"password": "SG6120"}, {"origin": "http://evil", "host": "panel"}, 403),
        ({"password": "SG6120"}, {"content-type": "text/plain"}, 400),
        ({"password": 5}, {}, 400),
        ({"password": "SG6120", "more": 1}, {}, 400),
        ([], {}, 400),
        ({"password": "SG6120"}, {"origin": "http://panel", "host": "panel"}, 200),
    ],
)
def test_logins_come_from_the_page_itself(
    operator: Operator, body: Any, headers: dict[str, str], status: int
) -> None:
    assert operator.post("/api/login", body, **headers).status == status


def test_a_device_without_password_takes_no_commands() -> None:
    meter = Operator(zone(), "grid")
    assert meter.post("/api/login", {"password": ""}).status == 403
    assert meter.post("/api/command", {"point": "available", "value": False}).status == 401


def test_unknown_paths_and_methods(operator: Operator) -> None:
    assert operator.get("/../etc/passwd").status == 404
    assert operator.get("/api/login").status == 405
    assert operator.get("/", cookie="=;;\x00bad").status == 200
