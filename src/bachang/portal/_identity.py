"""Rows of accounts as people and as documents."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Row

from bachang.portal._access import Person
from bachang.portal._outside import moment
from bachang.portal.models import Account, Role


def person_of(row: Row[Any]) -> Person:
    """Whoever has the account in this row."""
    roles = frozenset(Role(role) for role in row.roles)
    return Person(id=row.id, name=row.name, display_name=row.display_name, roles=roles)


def account_of(row: Row[Any]) -> Account:
    """An account's row as a document."""
    return Account(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        roles=sorted(Role(role) for role in row.roles),
        disabled=row.disabled,
        created_at=moment(row.created_at),
    )


def hash_of(token: str) -> str:
    """What is kept of a secret that is random enough by itself."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
