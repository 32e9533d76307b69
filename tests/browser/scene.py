"""A class in the middle of its evening: something to see on every page."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import APIRequestContext, BrowserContext, Page, expect

from tests.browser.serving import Serving
from tests.browser.test_trainee import open_terminal

OURS = {"X-Bachang": "1"}
PASSWORD = "a night at the genset"  # noqa: S105 - of nobody
UNDER_WAY = ("queued", "running")
_WAIT_S = 90.0


@dataclass
class Api:
    """The portal as a script talks to it."""

    request: APIRequestContext
    origin: str

    def get(self, path: str) -> Any:
        """What is at a path."""
        answer = self.request.get(f"{self.origin}/api{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def post(self, path: str, **data: Any) -> Any:
        """Do something; its answer."""
        return self._done(self.request.post(f"{self.origin}/api{path}", headers=OURS, data=data))

    def put(self, path: str, **data: Any) -> Any:
        """Set something; its answer."""
        return self._done(self.request.put(f"{self.origin}/api{path}", headers=OURS, data=data))

    def patch(self, path: str, **data: Any) -> Any:
        """Change something; its answer."""
        return self._done(self.request.patch(f"{self.origin}/api{path}", headers=OURS, data=data))

    @staticmethod
    def _done(answer: Any) -> Any:
        assert answer.ok, answer.text()
        return answer.json() if answer.text() else None

    def until(self, path: str, wanted: Callable[[Any], bool]) -> Any:
        """What is at a path once it is as wanted."""
        ends = time.monotonic() + _WAIT_S
        while not wanted(seen := self.get(path)):
            assert time.monotonic() < ends, seen
            time.sleep(0.1)
        return seen


@dataclass
class Scene:
    """What the pages show: addresses by what they are of."""

    exercise: str
    run: str
    other: str
    other_api: Api
    group: str
    addresses: dict[str, str] = field(default_factory=dict)


def play(context: BrowserContext, other: BrowserContext, serving: Serving) -> Scene:
    """Let two people work for a while; the mains have just failed.

    Args:
        context: Of the person who owns the portal.
        other: Of nobody yet; becomes a second trainee's.
        serving: The portal.
    """
    mine, second = Api(context.request, serving.origin), Api(other.request, serving.origin)
    me = mine.get("/session")["account"]["id"]
    chen = mine.post(
        "/accounts", name="chen", display_name="Chen Wei", password=PASSWORD, roles=["trainee"]
    )["id"]
    second.post("/session", name="chen", password=PASSWORD)
    mine.patch(f"/accounts/{me}", display_name="Lin Yue")
    group = mine.post("/groups", title="Night shift")["id"]
    for account in (me, chen):
        mine.put(f"/groups/{group}/members/{account}")
    mine.post("/invitations", group=group)
    exercise = mine.post(
        "/exercises",
        kind="class",
        pack="blackout",
        group=group,
        title="Power night",
        duration_min=90,
    )
    runs = {run["account"]: run["id"] for run in exercise["runs"]}
    scene = Scene(exercise["id"], runs[me], runs[chen], second, group)
    for api, run in ((mine, scene.run), (second, scene.other)):
        api.until(f"/runs/{run}", lambda it: it["state"] == "running")
    _work(mine, second, scene, context.new_page(), serving)
    return scene


def prove(context: BrowserContext, serving: Serving, pack: str) -> None:
    """Verify a pack, and make a copy of the large one to write in."""
    api = Api(context.request, serving.origin)
    api.post("/packs", name="night-shift", title="Night shift", copy_of="blackout")
    api.post(f"/packs/{pack}/verification")
    api.until(f"/packs/{pack}/verification", lambda it: it["state"] not in UNDER_WAY)


def _work(mine: Api, second: Api, scene: Scene, page: Page, serving: Serving) -> None:
    own, others = f"/runs/{scene.run}", f"/runs/{scene.other}"

    def clock(moment: float) -> None:
        mine.until(own, lambda it: it["sandbox_time_s"] >= moment)

    page.goto(f"{serving.origin}{own}")
    open_terminal(page, "desk", "trainee")
    seen = page.locator(".xterm-rows").last
    clock(6)
    page.keyboard.type("modbus devices\n")
    expect(seen).to_contain_text("10.20.30.22:502")
    mine.post(f"{own}/answers", task="way-in", answer="10.20.30.12")
    second.post(f"{others}/answers", task="way-in", answer="10.20.30.1")
    clock(12)
    page.keyboard.type("modbus read genset register 6\n")
    mine.post(f"{own}/answers", task="frequency", answer="50 Hz")
    second.post(f"{others}/hints", task="way-in")
    clock(18)
    page.keyboard.type("modbus write genset coil 2 on\n")
    mine.post(f"{own}/answers", task="how-long", answer="28.3")
    second.post(f"{others}/answers", task="way-in", answer="10.20.30.12")
    mine.post(f"/exercises/{scene.exercise}/broadcast", text="The manual is on the intranet.")
    mine.until(f"{own}/points", lambda all_: _value(all_, "genset.state") == "running")
    clock(mine.get(own)["sandbox_time_s"] + 6)
    mine.post(f"{own}/answers", task="test-run", answer="")
    page.keyboard.type("modbus write genset coil 3 on\n")
    mine.post(f"/exercises/{scene.exercise}/inject", inject="mains-fail")
    mine.post(f"/exercises/{scene.exercise}/inject", inject="say-dark")
    clock(mine.get(own)["sandbox_time_s"] + 16)
    page.close()


def _value(points: list[dict[str, Any]], name: str) -> Any:
    return next((point["value"] for point in points if point["name"] == name), None)
