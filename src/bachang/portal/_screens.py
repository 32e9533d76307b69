"""Pages of hosts, each at a random origin of its own.

The random name is what opens a page: it is told to one person, stands in no link, and ends
with the run. The page is fetched from a host of the learner's, so the sandbox's own firewalls
decide whether it can be seen.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import h11
from starlette.types import Message, Receive, Scope, Send

from bachang.fabric import FabricError
from bachang.portal import _views as views
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._headers import cookie_name
from bachang.portal._problem import conflict, forbidden, not_found
from bachang.portal._proxy import Page, apology
from bachang.portal._runs import Runs
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import OpenScreen, Screen

_MOST = 2000
_LASTS_S = 12 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    run: str
    host: str
    address: str
    port: int
    seen_from: str
    opened_at: float


class Screens:
    """Opens pages, and is the ASGI application that serves them."""

    def __init__(self, ground: Ground, stage: Stage, runs: Runs) -> None:
        self._settings, self._audit = ground.settings, ground.audit
        self._outside = ground.outside
        self._stage = stage
        self._runs = runs
        self._hidden_cookie = cookie_name(ground.settings)
        self._opened: dict[str, _Opened] = {}

    def open(self, run: str, wanted: OpenScreen, *, by: Person) -> Screen:
        """Give a page of a host an address."""
        if self._settings.screens == "none":
            raise conflict(
                "pages of hosts need a name for each, and this portal has only an IP address",
                "ask the operator to set a wildcard domain for screens",
            )
        world = self._runs.living(run)
        ports = views.screens(world.plan, wanted.host)
        if wanted.screen not in ports:
            raise not_found("screen", f"{wanted.host}/{wanted.screen}")
        seen_from = self._seen_from(world, run, wanted.seen_from, by)
        identity = self._outside.identity()
        self._forget_old()
        self._opened[identity] = _Opened(
            run=run,
            host=wanted.host,
            address=views.address_of(world.plan, wanted.host),
            port=ports[wanted.screen],
            seen_from=seen_from,
            opened_at=self._outside.now(),
        )
        self._audit.note(by.name, "screen.opened", run, {"host": wanted.host})
        url = f"{self._settings.screens_origin(identity)}/"
        return Screen(id=identity, url=url, host=wanted.host, seen_from=seen_from)

    def _seen_from(self, world: World, run: str, wanted: str | None, by: Person) -> str:
        given = [door.host for door in views.doors(world.plan)]
        hosts = [host.name for host in world.plan.world.hosts]
        if not self._runs.sees_everything(run, by):
            if not given or (wanted is not None and wanted not in given):
                raise forbidden("pages are seen from a host that is given to you", "choose one")
            return wanted or given[0]
        if wanted is not None and wanted not in hosts:
            raise not_found("host", wanted)
        return wanted or (given or hosts)[0]

    def _forget_old(self) -> None:
        old = self._outside.now() - _LASTS_S
        living = {key: one for key, one in self._opened.items() if one.opened_at > old}
        newest = sorted(living, key=lambda key: living[key].opened_at)[-_MOST + 1 :]
        self._opened = {key: living[key] for key in newest}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request for a page, see ASGI."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008, "reason": "pages use HTTP only"})
            return
        opened = self._find(dict(scope["headers"]).get(b"host", b"").decode("latin-1"))
        world = self._stage.world(opened.run) if opened else None
        if opened is None or world is None:
            en, zh = (
                "This page is closed. Open it again from the run.",
                "页面已关闭,请从演练中重新打开。",
            )
            await apology(410, en, zh)(scope, receive, send)
            return
        started = _Started(send)
        try:
            await self._pass_on(opened, world, scope, receive, started)
        except (OSError, FabricError, h11.ProtocolError, TimeoutError) as error:
            if not started.yes:
                en = f"{opened.seen_from} cannot open this page: {error or 'it does not answer'}"
                zh = f"{opened.seen_from} 无法打开此页面。"
                await apology(502, en, zh)(scope, receive, send)

    async def _pass_on(
        self, opened: _Opened, world: World, scope: Scope, receive: Receive, send: Send
    ) -> None:
        connection = await asyncio.to_thread(
            world.sandbox.open_tcp, opened.seen_from, opened.address, opened.port, timeout_s=5.0
        )
        origin = self._settings.origin
        framed_by = f"{origin} {origin.replace('127.0.0.1', 'localhost')}"
        page = Page(opened.address, opened.port, framed_by, self._hidden_cookie)
        await page.exchange(connection, scope, receive, send)

    def _find(self, host: str) -> _Opened | None:
        suffix = self._settings.screens_origin("").partition("://")[2]
        return self._opened.get(host.lower().removesuffix(suffix))


class _Started:
    """A `send` that remembers whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.yes = False

    async def __call__(self, message: Message) -> None:
        self.yes = True
        await self._send(message)
