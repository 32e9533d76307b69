"""Pages of hosts, each at a random origin of its own.

The random name is what opens a page: it is told to one person, stands in no link, and ends
with the run. The page is fetched from a host of the learner's, so the sandbox's own firewalls
decide whether it can be seen.
"""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from bachang.portal import _views as views
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._headers import cookie_name
from bachang.portal._problem import forbidden, not_found
from bachang.portal._runs import Runs
from bachang.portal._screens._opened import Opened
from bachang.portal._screens._place import place_of
from bachang.portal._screens._serve import serve
from bachang.portal._stage import Stage
from bachang.portal._world import World
from bachang.portal.models import OpenScreen, Screen

_MOST = 2000
_LASTS_S = 12 * 3600.0


class Screens:
    """Opens pages, and is the ASGI application that serves them."""

    def __init__(self, ground: Ground, stage: Stage, runs: Runs) -> None:
        self._settings, self._audit = ground.settings, ground.audit
        self._outside = ground.outside
        self._stage = stage
        self._runs = runs
        self._hidden_cookie = cookie_name(ground.settings)
        self._opened: dict[str, Opened] = {}

    def open(self, run: str, wanted: OpenScreen, *, by: Person) -> Screen:
        """Give a page of a host an address."""
        world = self._runs.living(run)
        ports = views.screens(world.plan, wanted.host)
        if wanted.screen not in ports:
            raise not_found("screen", f"{wanted.host}/{wanted.screen}")
        seen_from = self._seen_from(world, run, wanted.seen_from, by)
        identity = self._outside.identity()
        self._forget_old()
        self._opened[identity] = Opened(
            run=run,
            host=wanted.host,
            address=views.address_of(world.plan, wanted.host),
            port=ports[wanted.screen],
            seen_from=seen_from,
            opened_at=self._outside.now(),
        )
        self._audit.note(by.name, "screen.opened", run, {"host": wanted.host})
        url = place_of(self._settings, identity).url
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

    def opened(self, identity: str) -> tuple[Opened, World] | None:
        """A page that may be looked at, with the world that it is in."""
        opened = self._opened.get(identity)
        world = self._stage.world(opened.run) if opened else None
        return (opened, world) if opened and world else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request for a page, see ASGI."""
        await serve(self._settings, self.opened, self._hidden_cookie, scope, receive, send)
