"""People of tests: an account with a session and a client for whoever is named."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Self

from anyio.from_thread import BlockingPortal
from sqlalchemy import select
from starlette.testclient import TestClient

from bachang.portal import Assembly
from bachang.portal.models import Role
from bachang.portal.store import tables

PACKS = Path(__file__).parent / "packs"
ORIGIN = "http://127.0.0.1:8080"
PASSWORD = "correct horse battery"  # noqa: S105 - of nobody


class Clock:
    """Seconds that the test holds."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class People:
    """Clients by name; the first one starts the portal's own life."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.ids: dict[str, str] = {}
        self._clients: dict[str, TestClient] = {}
        self._stack = contextlib.ExitStack()
        self._loop: BlockingPortal | None = None
        """Where the portal lives: one loop for all, as in earnest, and not one a request."""

    def __enter__(self) -> Self:
        self.nobody = self._stack.enter_context(self.client())
        self._loop = self.nobody.portal
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def client(self, **headers: str) -> TestClient:
        """A client that has not signed in."""
        made = TestClient(self.assembly.app, base_url=ORIGIN, headers={"X-Bachang": "1", **headers})
        made.portal = self._loop
        return made

    def __call__(self, name: str, *roles: Role) -> TestClient:
        """The client of a person, who has these roles (trainee if none is named)."""
        if name not in self._clients:
            self._clients[name] = self._signed_in(name, roles or (Role.TRAINEE,))
        return self._clients[name]

    def _signed_in(self, name: str, roles: tuple[Role, ...]) -> TestClient:
        store = self.assembly.store
        values: dict[str, Any] = {
            "id": f"{name:x<12}".replace("-", "").replace("_", ""),
            "name": name,
            "display_name": name.title(),
            "roles": sorted(roles),
            "disabled": False,
            "created_at": 1.0,
        }
        with store.writing() as connection:
            connection.execute(tables.account.insert().values(**values))
            row = connection.execute(
                select(tables.account).where(tables.account.c.name == name)
            ).one()
        self.ids[name] = row.id
        client = self.client()
        client.cookies.set("bachang-8080", self.assembly.sessions.open(row, "test").token)
        return client
