"""The accounts of the portal."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bachang.portal._access import Person, Relation
from bachang.portal._ground import Ground
from bachang.portal._identity import account_of
from bachang.portal._people._rows import account_page, insert_account, one
from bachang.portal._problem import ProblemError, conflict, forbidden
from bachang.portal._sessions import Sessions
from bachang.portal.models import Account, AccountChange, NewAccount, Page, Role
from bachang.portal.store import tables

_ACCOUNT = tables.account


class Accounts:
    """The accounts. Whether whoever asks may is decided before, by `Access`."""

    def __init__(self, ground: Ground, sessions: Sessions) -> None:
        self._store, self._audit, self._outside = ground.store, ground.audit, ground.outside
        self._sessions = sessions

    def relations(self, person: Person, account: str) -> frozenset[Relation]:
        """What a person is to an account."""
        with self._store.reading() as connection:
            one(connection, _ACCOUNT, "account", account)
        return frozenset({Relation.SELF} if person.id == account else ())

    def page(self, *, after: str | None, limit: int) -> Page[Account]:
        """Part of all accounts, by name."""
        return account_page(self._store, select(_ACCOUNT), after, limit)

    def get(self, account: str) -> Account:
        """One account."""
        with self._store.reading() as connection:
            return account_of(one(connection, _ACCOUNT, "account", account))

    def create(self, new: NewAccount, *, by: Person) -> Account:
        """Make an account."""
        hashed = self._sessions.passwords.hash(new.password)
        with self._store.writing() as connection:
            title, roles = new.display_name or new.name, sorted(set(new.roles))
            row = insert_account(connection, self._outside, new.name, title, roles, hashed)
            self._audit.write(
                connection, by.name, "account.created", new.name, {"roles": list(roles)}
            )
            return account_of(row)

    def change(self, account: str, change: AccountChange, *, by: Person) -> Account:
        """Change an account; see `AccountChange`."""
        administrator = Role.ADMINISTRATOR in by.roles
        if not administrator and (change.roles is not None or change.disabled is not None):
            raise forbidden("only administrators change roles and disable accounts")
        with self._store.reading() as connection:
            row = one(connection, _ACCOUNT, "account", account)
        if change.password is not None and by.id == account and row.password is not None:
            given = change.current_password
            self._sessions.check(row, given.get_secret_value() if given else "")
        values = change.model_dump(
            include={"display_name", "roles", "disabled"}, exclude_none=True, mode="json"
        )
        noted = sorted(change.model_dump(exclude_none=True, exclude={"current_password"}))
        if change.password is not None:
            values["password"] = self._sessions.passwords.hash(change.password)
        with self._store.writing() as connection:
            if values:
                mine = _ACCOUNT.c.id == account
                connection.execute(update(_ACCOUNT).where(mine).values(**values))
                self._audit.write(
                    connection, by.name, "account.changed", row.name, {"changed": noted}
                )
            self._keep_one_administrator(connection)
            if change.password is not None or change.disabled:
                mine = tables.session.c.account == account
                connection.execute(delete(tables.session).where(mine))
            changed = account_of(one(connection, _ACCOUNT, "account", account))
        self._sessions.end_all(account)
        return changed

    def _keep_one_administrator(self, connection: Connection) -> None:
        rows = connection.execute(select(_ACCOUNT.c.roles).where(~_ACCOUNT.c.disabled)).all()
        if not any(Role.ADMINISTRATOR in row.roles for row in rows):
            raise conflict(
                "nobody would be administrator any more", "make somebody else administrator first"
            )

    def from_provider(self, subject: str, name: str, title: str, roles: list[Role]) -> Row[Any]:
        """The account of a person that an identity provider vouches for; made if new."""
        known = select(_ACCOUNT).where(_ACCOUNT.c.provider_subject == subject)
        with self._store.writing() as connection:
            row = connection.execute(known).first()
            if row is None:
                name = _free_name(connection, name)
                row = insert_account(connection, self._outside, name, title, roles, None)
                mine = _ACCOUNT.c.id == row.id
                connection.execute(update(_ACCOUNT).where(mine).values(provider_subject=subject))
                self._audit.write(connection, "portal", "account.created", name, {"by": "oidc"})
        if row.disabled:
            raise ProblemError(401, "signed-out", "this account is disabled", "ask for it")
        return row


def _free_name(connection: Connection, wanted: str) -> str:
    """The wanted name, or the first of it with a number that nobody has."""
    taken = set(connection.execute(select(_ACCOUNT.c.name)).scalars())
    names = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)
