"""The portal put together: store, services, API, web UI, guard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount, Route

from bachang.engine import LocalEngine
from bachang.journal import PostgresStore, Store, StoreError
from bachang.portal._access import RULES, Access
from bachang.portal._application import application, route_keys
from bachang.portal._audit import Audit
from bachang.portal._drafts import Drafts, Reader
from bachang.portal._exercises import Boards, Control, Exercises, Opening
from bachang.portal._ground import Ground
from bachang.portal._guard import Guard
from bachang.portal._library import Library
from bachang.portal._live import Live
from bachang.portal._machine import MachineView
from bachang.portal._oidc import Oidc
from bachang.portal._outside import Outside
from bachang.portal._people import Accounts, Groups, Invitations
from bachang.portal._portal import Portal
from bachang.portal._proofs import Proofs
from bachang.portal._registry import Registry
from bachang.portal._replies import Replies
from bachang.portal._runs import Answers, Deeds, Hints, Reports, Runs
from bachang.portal._screens import Screens
from bachang.portal._sessions import Sessions
from bachang.portal._settings import Settings
from bachang.portal._stage import Stage
from bachang.portal._terminals import Terminals
from bachang.portal._ui import WebUi, without_ui
from bachang.portal._verifier import Verifier
from bachang.portal._warm import Warm
from bachang.portal._world import changed
from bachang.portal.models import LiveEvent
from bachang.portal.store import PortalStore

_PATIENCE_S = 2.0
"""For a server that is restarted; the scribe tries again for as long as it takes."""


class Assembly:
    """A portal that is ready to be served: ``app`` is the ASGI application.

    Args:
        settings: How it is set up.
        engine: Where sandboxes run; ``None``: on this machine, under this account.
        outside: Clock and randomness.

    Raises:
        ConnectionError: the data base does not answer.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engine: LocalEngine | None = None,
        outside: Outside | None = None,
    ) -> None:
        outside = outside or Outside()
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = PortalStore(settings.database or f"sqlite:///{settings.data / 'portal.db'}")
        engine = engine or LocalEngine(journal=_journal(settings))
        engine.fabric.prepare()
        audit = Audit(self.store, outside)
        ground = Ground(settings=settings, store=self.store, audit=audit, outside=outside)
        self.sessions = Sessions(ground)
        accounts, groups = Accounts(ground, self.sessions), Groups(ground)
        invitations = Invitations(ground, self.sessions)
        proofs = Proofs(settings.data / "proofs")
        library = Library(ground, proofs)
        registry = Registry(self.store, audit)
        live = Live(outside.now)
        self.stage = Stage(ground, engine, registry, live, library.folder)
        self.verifier = Verifier(
            ground,
            library,
            proofs,
            self.stage.engine.fabric,
            lambda pack: self.stage.starts.room(pack)[0],
            settings.data / "verifying",
        )
        runs = Runs(ground, registry, self.stage, library)
        exercises = Exercises(registry, self.stage, runs)
        terminals = Terminals(runs, registry, audit, settings.data / "recordings")
        screens = Screens(ground, self.stage, runs)
        access = Access(
            relations={
                "account": accounts.relations,
                "group": groups.relations,
                "invitation": invitations.relations,
                "pack": library.to_pack,
                "exercise": registry.to_exercise,
                "run": registry.to_run,
            }
        )
        self.portal = Portal(
            settings=settings,
            store=self.store,
            access=access,
            sessions=self.sessions,
            oidc=Oidc(settings, self.sessions, accounts, outside),
            accounts=accounts,
            groups=groups,
            invitations=invitations,
            audit=audit,
            library=library,
            drafts=Drafts(library, audit),
            reader=Reader(library, proofs),
            verifier=self.verifier,
            exercises=exercises,
            opening=Opening(ground, registry, library, groups, exercises),
            control=Control(ground, registry, self.stage, exercises),
            boards=Boards(registry, self.stage),
            runs=runs,
            answers=Answers(ground, self.stage, runs),
            hints=Hints(ground, self.stage, runs),
            deeds=Deeds(ground, self.stage, runs),
            reports=Reports(registry, self.stage, runs),
            terminals=terminals,
            screens=screens,
            live=live,
            machine=MachineView(ground, registry, self.stage),
        )
        self._replies = Replies(self.store, outside)
        self.stage.before_end = terminals.keep_recordings
        self.stage.each_second = lambda: live.refresh(
            lambda changes: _refreshed(changes, outside.now())
        )
        _register_topics(self.portal)
        self.api = self._api(settings)
        warm = Warm(self.api, access, exercises, self.portal.boards, self.portal.answers)
        self.app = Guard(warm, screens, settings, self.sessions, self._replies, outside.elapsed)

    def _api(self, settings: Settings) -> FastAPI:
        api = application(lifespan=self._lifespan)
        missing = route_keys() ^ set(RULES)
        if missing:
            raise RuntimeError(f"routes and rules differ: {sorted(missing)}")
        api.state.portal = self.portal
        if settings.ui is not None and (settings.ui / "index.html").is_file():
            api.router.routes.append(Mount("/", WebUi(settings.ui, settings)))
        else:
            api.router.routes.append(Route("/", without_ui))
        return api

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        self._replies.forget_old()
        self.stage.open()
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything; sandboxes run on."""
        self.verifier.close()
        self.stage.close()
        self.stage.journal.close()
        self.store.close()


def _journal(settings: Settings) -> Store | None:
    """Journals are kept where people are; ``None``: in the account's own file.

    Raises:
        ConnectionError: the data base does not answer.
    """
    if settings.database is None:
        return None
    try:
        return PostgresStore(settings.database, patience_s=_PATIENCE_S)
    except StoreError as error:
        raise ConnectionError(str(error)) from error


def _register_topics(portal: Portal) -> None:
    portal.live.register("run", lambda run, all_: portal.runs.document(run, everything=all_))
    portal.live.register("exercise", lambda exercise, _: portal.exercises.get(exercise))
    portal.live.register("board", lambda exercise, _: portal.boards.get(exercise))
    portal.live.register("pack", lambda pack, _: portal.verifier.describe(pack))
    portal.live.register("machine", lambda _id, _: portal.machine.describe())


def _refreshed(changes: dict[str, Any], now: float) -> LiveEvent:
    return changed(None, now, changes)
