"""A class on this machine: thirty trainees, each with the pack `blackout`, all of them alive.

What it takes while nobody does anything, and what a trainee notices: how soon a page can be
used, how soon a key is echoed while all thirty type, how soon a value that was sampled is on
the screen. The browser is Debian's Chromium, on the same processors.
"""

from __future__ import annotations

import asyncio
import json
import random
import string
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import httpx2
import uvloop
from playwright.sync_api import BrowserContext, Page, sync_playwright
from websockets.asyncio.client import ClientConnection, connect

from bachang.fabric import LocalFabric
from bench import Row
from bench._memory import available_mb
from bench._portal import Class, Learner, Portal, cpu_s, portal

_PACKS = Path(__file__).parents[1] / "packs"
_PORT = 8099
_LEARNERS = 30
_IDLE_S = 8.0
_TYPING_S = 8.0
_KEYS_PER_S = 4.0
_VISITS = 10
_LOOKS = 4
"""Of the visits: how many stay to look at values."""
_VALUES_S = 5.0
_CHROMIUM = "/usr/bin/chromium"
_LATENESS = (Path(__file__).parent / "lateness.js").read_text()


def run() -> list[Row]:
    """Start the class, look at it, end it."""
    with portal(_PACKS, _PORT) as own:
        before = available_mb()
        those = own.begin("blackout", _LEARNERS)
        each_mb = (before - available_mb()) / _LEARNERS
        name = f"{_LEARNERS} × blackout"
        return [
            Row(name=f"{name}: start of all", value=those.took_s, unit="s"),
            Row(name=f"{name}: memory of each", value=each_mb, unit="MB"),
            *_idle(own),
            *_echo(own, those),
            *_pages(own, those),
        ]


def _idle(own: Portal) -> list[Row]:
    """Processors that the class takes while nobody does anything."""
    fabric = LocalFabric()
    agents = [fabric.attach(name).status().agent_pid for name in fabric.sandboxes()]
    pids = [pid for agent in agents for pid in _tree(agent)]
    before, ours = cpu_s(*pids), cpu_s(own.pid)
    time.sleep(_IDLE_S)
    taken = (cpu_s(*pids) - before) / _IDLE_S
    portal_taken = (cpu_s(own.pid) - ours) / _IDLE_S
    return [
        Row(name="idle: one sandbox", value=100 * taken / len(agents), unit="% of a core"),
        Row(name="idle: all sandboxes", value=taken, unit="cores"),
        Row(name="idle: the portal", value=100 * portal_taken, unit="% of a core"),
    ]


def _tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _tree(int(child))


def _echo(own: Portal, those: Class) -> list[Row]:
    """All of them type at once, each into a terminal of the own desk."""
    before, began = cpu_s(own.pid), time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took_s = runner.run(_type_all(those))
    share = (cpu_s(own.pid) - before) / (time.monotonic() - began)
    return [
        Row(
            name=f"key to echo, {len(those.learners)} type at once, p99",
            value=1000 * quantiles(took_s, n=100)[98],
            unit="ms",
            peer=f"portal {share:.2f} cores",
            limit="≤ 50",
        ),
        Row(name="key to echo, median", value=1000 * median(took_s), unit="ms"),
    ]


async def _type_all(those: Class) -> list[float]:
    typed = await asyncio.gather(*(_type(learner) for learner in those.learners))
    return [took_s for one in typed for took_s in one]


async def _type(learner: Learner) -> list[float]:
    """Seconds between a key and its echo, for each key of one trainee."""
    headers = {"Cookie": learner.cookies}
    path = f"/api/runs/{learner.run}/terminals"
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{_PORT}", timeout=60) as client:
        opened = await client.post(
            path, json={"host": "desk"}, headers=headers | {"X-Bachang": "1"}
        )
        session = opened.raise_for_status().json()["session"]
    address = f"ws://127.0.0.1:{_PORT}{path}/{session}"
    async with connect(address, additional_headers=headers, compression=None) as terminal:
        await _until(terminal, b"$")
        draw, took = random.Random(learner.run), list[float]()  # noqa: S311
        ends = time.monotonic() + _TYPING_S
        while time.monotonic() < ends:
            await asyncio.sleep(draw.uniform(0.5, 1.5) / _KEYS_PER_S)
            key = draw.choice(string.ascii_lowercase).encode()
            asked = time.monotonic()
            await terminal.send(key)
            await _until(terminal, key)
            took.append(time.monotonic() - asked)
        return took


async def _until(terminal: ClientConnection, wanted: bytes) -> None:
    """Wait until something is shown."""
    async with asyncio.timeout(30):
        async for message in terminal:
            if isinstance(message, bytes) and wanted in message:
                return


def _pages(own: Portal, those: Class) -> list[Row]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        opened_s, late_ms = list[float](), list[float]()
        for number, learner in enumerate(those.learners[:_VISITS]):
            context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
            _sign_in(context, learner)
            opened_s.append(_open(context, learner))
            if number < _LOOKS:
                late_ms += _values(context.pages[0])
            context.close()
        browser.close()
    return [
        Row(
            name=f"page interactive, cold, slowest of {len(opened_s)}",
            value=max(opened_s),
            unit="s",
            limit="< 2",
        ),
        Row(name="page interactive, cold, median", value=median(opened_s), unit="s"),
        Row(
            name=f"value sampled to screen, slowest of {len(late_ms)}",
            value=max(late_ms),
            unit="ms",
            limit="< 300",
        ),
        Row(name="value sampled to screen, median", value=median(late_ms), unit="ms"),
    ]


def _sign_in(context: BrowserContext, learner: Learner) -> None:
    for cookie in learner.cookies.split("; "):
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{_PORT}"}])


def _open(context: BrowserContext, learner: Learner) -> float:
    """Seconds from the first byte asked for until an answer can be written; nothing is cached."""
    page = context.new_page()
    page.add_init_script(_LATENESS)
    began = time.monotonic()
    page.goto(f"http://127.0.0.1:{_PORT}/runs/{learner.run}", wait_until="commit")
    page.get_by_label("Your answer").fill("an answer", timeout=30_000)
    return time.monotonic() - began


def _values(page: Page) -> list[float]:
    """Milliseconds from a sample's wall time until the page that shows it was drawn."""
    page.get_by_text("Values", exact=True).click()
    page.get_by_role("heading", name="genset").wait_for()
    page.evaluate("lateness.length = 0")
    page.wait_for_timeout(1000 * _VALUES_S)
    found: list[float] = json.loads(page.evaluate("JSON.stringify(lateness)"))
    if not found:
        raise RuntimeError("no value was seen to change")
    return found
