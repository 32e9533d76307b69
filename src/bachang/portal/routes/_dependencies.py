"""What routes are given: the portal's parts, who asks, and which part of a list."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from bachang.portal._access import Person
from bachang.portal._portal import Portal


async def _portal(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal


async def _person(request: Request) -> Person:
    person: Person = request.state.person
    return person


async def _key(request: Request) -> str | None:
    key: str | None = getattr(request.state, "idempotency_key", None)
    return key


PortalPart = Annotated[Portal, Depends(_portal)]
Asking = Annotated[Person, Depends(_person)]
After = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9._-]+$")]
Limit = Annotated[int, Query(ge=1, le=200)]
Key = Annotated[str | None, Depends(_key)]
"""The request's idempotency key, if it has one."""
