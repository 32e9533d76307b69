"""Rows of accounts and groups, as more than one part of this room needs them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, Table, insert, select

from bachang.portal._identity import account_of
from bachang.portal._outside import Outside
from bachang.portal._problem import conflict, not_found
from bachang.portal.models import Account, Page, Role
from bachang.portal.store import PortalStore, tables

_ACCOUNT, _MEMBERSHIP = tables.account, tables.membership


def one(connection: Connection, table: Table, what: str, identity: str) -> Row[Any]:
    """The row of an id.

    Raises:
        ProblemError: 404.
    """
    row = connection.execute(select(table).where(table.c.id == identity)).first()
    if row is None:
        raise not_found(what, identity)
    return row


def is_member(connection: Connection, group: str, account: str) -> bool:
    """Whether somebody is in a group."""
    query = select(_MEMBERSHIP.c.account).where(
        _MEMBERSHIP.c.group_id == group, _MEMBERSHIP.c.account == account
    )
    return connection.execute(query).first() is not None


def insert_account(
    connection: Connection,
    outside: Outside,
    name: str,
    title: str,
    roles: list[Role],
    hashed: str | None,
) -> Row[Any]:
    """Make an account within a transaction.

    Raises:
        ProblemError: 409 where the name is taken.
    """
    values = {
        "id": outside.identity(),
        "name": name,
        "display_name": title,
        "password": hashed,
        "roles": roles,
        "disabled": False,
        "created_at": outside.now(),
    }
    if connection.execute(select(_ACCOUNT.c.id).where(_ACCOUNT.c.name == name)).first():
        raise conflict(f"the name {name!r} is taken", "choose another one")
    connection.execute(insert(_ACCOUNT).values(**values))
    return one(connection, _ACCOUNT, "account", str(values["id"]))


def account_page(
    store: PortalStore, query: Select[Any], after: str | None, limit: int
) -> Page[Account]:
    """Part of the accounts that a query finds, by name."""
    query = query.order_by(_ACCOUNT.c.name).limit(limit + 1)
    if after is not None:
        query = query.where(_ACCOUNT.c.name > after)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    following = rows[limit - 1].name if len(rows) > limit else None
    return Page(items=[account_of(row) for row in rows[:limit]], next=following)
