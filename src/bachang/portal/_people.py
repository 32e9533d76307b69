"""Accounts, groups and invitations."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, func, insert, or_, select, update

from bachang.portal._access import Person, Relation, may_grant
from bachang.portal._audit import Audit
from bachang.portal._outside import Outside, moment
from bachang.portal._problem import ProblemError, conflict, forbidden, not_found
from bachang.portal._sessions import OpenedSession, Sessions, account_of
from bachang.portal.models import (
    AcceptedInvitation,
    Account,
    AccountChange,
    Group,
    Invitation,
    NewAccount,
    NewGroup,
    NewInvitation,
    Page,
    Role,
)
from bachang.portal.store import PortalStore, tables

_ACCOUNT, _GROUP, _MEMBERSHIP = tables.account, tables.people_group, tables.membership
_INVITATION = tables.invitation
_DAY_S = 86400


class People:
    """The people of the portal. Whether whoever asks may is decided before, by `Access`."""

    def __init__(
        self, store: PortalStore, sessions: Sessions, audit: Audit, outside: Outside
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._audit = audit
        self._outside = outside

    # ---- relations, for `Access`

    def to_account(self, person: Person, account: str) -> frozenset[Relation]:
        """What a person is to an account."""
        with self._store.reading() as connection:
            _one(connection, _ACCOUNT, "account", account)
        return frozenset({Relation.SELF} if person.id == account else ())

    def to_group(self, person: Person, group: str) -> frozenset[Relation]:
        """What a person is to a group."""
        with self._store.reading() as connection:
            row = _one(connection, _GROUP, "group", group)
            member = is_member(connection, group, person.id)
        owner = {Relation.OWNER} if row.owner == person.id else set()
        return frozenset(owner | ({Relation.MEMBER} if member else set()))

    def to_invitation(self, person: Person, invitation: str) -> frozenset[Relation]:
        """What a person is to an invitation."""
        with self._store.reading() as connection:
            row = _one(connection, _INVITATION, "invitation", invitation)
        return frozenset({Relation.OWNER} if row.created_by == person.id else ())

    # ---- accounts

    def accounts(self, *, after: str | None, limit: int) -> Page[Account]:
        """Part of all accounts, by name."""
        return self._account_page(select(_ACCOUNT), after, limit)

    def account(self, account: str) -> Account:
        """One account."""
        with self._store.reading() as connection:
            return account_of(_one(connection, _ACCOUNT, "account", account))

    def create_account(self, new: NewAccount, *, by: Person) -> Account:
        """Make an account."""
        hashed = self._sessions.hash(new.password)
        with self._store.writing() as connection:
            title, roles = new.display_name or new.name, sorted(set(new.roles))
            row = self._insert_account(connection, new.name, title, roles, hashed)
            self._audit.write(
                connection, by.name, "account.created", new.name, {"roles": list(roles)}
            )
            return account_of(row)

    def change_account(self, account: str, change: AccountChange, *, by: Person) -> Account:
        """Change an account; see `AccountChange`."""
        administrator = Role.ADMINISTRATOR in by.roles
        if not administrator and (change.roles is not None or change.disabled is not None):
            raise forbidden("only administrators change roles and disable accounts")
        with self._store.reading() as connection:
            row = _one(connection, _ACCOUNT, "account", account)
        if change.password is not None and by.id == account and row.password is not None:
            given = change.current_password
            self._sessions.check(row, given.get_secret_value() if given else "")
        values = change.model_dump(
            include={"display_name", "roles", "disabled"}, exclude_none=True, mode="json"
        )
        noted = sorted(change.model_dump(exclude_none=True, exclude={"current_password"}))
        if change.password is not None:
            values["password"] = self._sessions.hash(change.password)
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
            changed = account_of(_one(connection, _ACCOUNT, "account", account))
        self._sessions.end_all(account)
        return changed

    def _keep_one_administrator(self, connection: Connection) -> None:
        rows = connection.execute(select(_ACCOUNT.c.roles).where(~_ACCOUNT.c.disabled)).all()
        if not any(Role.ADMINISTRATOR in row.roles for row in rows):
            raise conflict(
                "nobody would be administrator any more", "make somebody else administrator first"
            )

    def _insert_account(
        self, connection: Connection, name: str, title: str, roles: list[Role], hashed: str | None
    ) -> Row[Any]:
        values = {
            "id": self._outside.identity(),
            "name": name,
            "display_name": title,
            "password": hashed,
            "roles": roles,
            "disabled": False,
            "created_at": self._outside.now(),
        }
        if connection.execute(select(_ACCOUNT.c.id).where(_ACCOUNT.c.name == name)).first():
            raise conflict(f"the name {name!r} is taken", "choose another one")
        connection.execute(insert(_ACCOUNT).values(**values))
        return _one(connection, _ACCOUNT, "account", str(values["id"]))

    def _account_page(self, query: Select[Any], after: str | None, limit: int) -> Page[Account]:
        query = query.order_by(_ACCOUNT.c.name).limit(limit + 1)
        if after is not None:
            query = query.where(_ACCOUNT.c.name > after)
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        following = rows[limit - 1].name if len(rows) > limit else None
        return Page(items=[account_of(row) for row in rows[:limit]], next=following)

    # ---- groups

    def groups(self, person: Person, *, after: str | None, limit: int) -> Page[Group]:
        """Part of the groups that a person may see, in the order of their ids."""
        query = select(_GROUP).order_by(_GROUP.c.id).limit(limit + 1)
        if not person.roles & {Role.ORGANISER, Role.ADMINISTRATOR}:
            mine = select(_MEMBERSHIP.c.group_id).where(_MEMBERSHIP.c.account == person.id)
            query = query.where(or_(_GROUP.c.owner == person.id, _GROUP.c.id.in_(mine)))
        if after is not None:
            query = query.where(_GROUP.c.id > after)
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
            items = [_group(connection, row) for row in rows[:limit]]
        return Page(items=items, next=rows[limit - 1].id if len(rows) > limit else None)

    def group(self, group: str) -> Group:
        """One group."""
        with self._store.reading() as connection:
            return _group(connection, _one(connection, _GROUP, "group", group))

    def create_group(self, new: NewGroup, *, by: Person) -> Group:
        """Make a group."""
        identity = self._outside.identity()
        with self._store.writing() as connection:
            values = {"id": identity, "title": new.title, "owner": by.id}
            connection.execute(insert(_GROUP).values(**values, created_at=self._outside.now()))
            self._audit.write(connection, by.name, "group.created", identity, {"title": new.title})
        return self.group(identity)

    def delete_group(self, group: str, *, by: Person) -> None:
        """Delete a group."""
        with self._store.writing() as connection:
            connection.execute(delete(_GROUP).where(_GROUP.c.id == group))
            self._audit.write(connection, by.name, "group.deleted", group)

    def members(self, group: str, *, after: str | None, limit: int) -> Page[Account]:
        """Part of a group's people, by name."""
        inside = select(_MEMBERSHIP.c.account).where(_MEMBERSHIP.c.group_id == group)
        return self._account_page(select(_ACCOUNT).where(_ACCOUNT.c.id.in_(inside)), after, limit)

    def add_member(self, group: str, account: str, *, by: Person) -> None:
        """Put somebody into a group."""
        with self._store.writing() as connection:
            _one(connection, _GROUP, "group", group)
            who = _one(connection, _ACCOUNT, "account", account)
            if not is_member(connection, group, account):
                connection.execute(insert(_MEMBERSHIP).values(group_id=group, account=account))
                self._audit.write(connection, by.name, "group.joined", group, {"who": who.name})

    def remove_member(self, group: str, account: str, *, by: Person) -> None:
        """Take somebody out of a group."""
        with self._store.writing() as connection:
            who = _one(connection, _ACCOUNT, "account", account)
            one = (_MEMBERSHIP.c.group_id == group) & (_MEMBERSHIP.c.account == account)
            if connection.execute(delete(_MEMBERSHIP).where(one)).rowcount:
                self._audit.write(connection, by.name, "group.left", group, {"who": who.name})

    # ---- invitations

    def invitations(self, person: Person, *, after: str | None, limit: int) -> Page[Invitation]:
        """Part of the open invitations that a person may see."""
        now = self._outside.now()
        query = (
            select(_INVITATION)
            .where(_INVITATION.c.uses_left > 0, _INVITATION.c.expires_at > now)
            .order_by(_INVITATION.c.id)
            .limit(limit + 1)
        )
        if Role.ADMINISTRATOR not in person.roles:
            query = query.where(_INVITATION.c.created_by == person.id)
        if after is not None:
            query = query.where(_INVITATION.c.id > after)
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        following = rows[limit - 1].id if len(rows) > limit else None
        return Page(items=[_invitation(row, None) for row in rows[:limit]], next=following)

    def create_invitation(self, new: NewInvitation, *, by: Person) -> Invitation:
        """Make an invitation, into one's own group or none."""
        may_grant(by, frozenset(new.roles))
        self._check_own_group(new.group, by)
        identity, token = self._outside.identity(), self._outside.token()
        with self._store.writing() as connection:
            values = {
                "id": identity,
                "token_hash": _hash(token),
                "roles": sorted(set(new.roles)),
                "group_id": new.group,
                "uses_left": new.uses,
                "expires_at": self._outside.now() + new.days * _DAY_S,
                "created_by": by.id,
            }
            connection.execute(insert(_INVITATION).values(**values))
            noted = {"roles": sorted(set(new.roles)), "uses": new.uses, "group": new.group}
            self._audit.write(connection, by.name, "invitation.created", identity, noted)
            row = _one(connection, _INVITATION, "invitation", identity)
        return _invitation(row, token)

    def _check_own_group(self, group: str | None, by: Person) -> None:
        if group is None:
            return
        with self._store.reading() as connection:
            row = _one(connection, _GROUP, "group", group)
        if row.owner != by.id and not by.roles & {Role.ORGANISER, Role.ADMINISTRATOR}:
            raise forbidden("this group is not yours")

    def delete_invitation(self, invitation: str, *, by: Person) -> None:
        """Call an invitation back."""
        with self._store.writing() as connection:
            connection.execute(delete(_INVITATION).where(_INVITATION.c.id == invitation))
            self._audit.write(connection, by.name, "invitation.deleted", invitation)

    def accept_invitation(self, accepted: AcceptedInvitation) -> OpenedSession:
        """Make an account by an invitation and open a session for it."""
        hashed = self._sessions.hash(accepted.password)
        token = _hash(accepted.token.get_secret_value())
        valid = (
            (_INVITATION.c.token_hash == token)
            & (_INVITATION.c.uses_left > 0)
            & (_INVITATION.c.expires_at > self._outside.now())
        )
        with self._store.writing() as connection:
            used = update(_INVITATION).where(valid)
            if not connection.execute(used.values(uses_left=_INVITATION.c.uses_left - 1)).rowcount:
                raise ProblemError(
                    404, "not-found", "this invitation is not valid (any more)", "ask for a new one"
                )
            mine = select(_INVITATION).where(_INVITATION.c.token_hash == token)
            row = connection.execute(mine).one()
            title = accepted.display_name or accepted.name
            roles = [Role(role) for role in row.roles]
            who = self._insert_account(connection, accepted.name, title, roles, hashed)
            if row.group_id:
                connection.execute(
                    insert(_MEMBERSHIP).values(group_id=row.group_id, account=who.id)
                )
            self._audit.write(connection, accepted.name, "invitation.accepted", row.id)
        return self._sessions.open(who, "invitation")

    # ---- people of an identity provider

    def from_provider(self, subject: str, name: str, title: str, roles: list[Role]) -> Row[Any]:
        """The account of a person that an identity provider vouches for; made if new."""
        known = select(_ACCOUNT).where(_ACCOUNT.c.provider_subject == subject)
        with self._store.writing() as connection:
            row = connection.execute(known).first()
            if row is None:
                name = _free_name(connection, name)
                row = self._insert_account(connection, name, title, roles, None)
                mine = _ACCOUNT.c.id == row.id
                connection.execute(update(_ACCOUNT).where(mine).values(provider_subject=subject))
                self._audit.write(connection, "portal", "account.created", name, {"by": "oidc"})
        if row.disabled:
            raise ProblemError(401, "signed-out", "this account is disabled", "ask for it")
        return row


def is_member(connection: Connection, group: str, account: str) -> bool:
    """Whether somebody is in a group."""
    query = select(_MEMBERSHIP.c.account).where(
        _MEMBERSHIP.c.group_id == group, _MEMBERSHIP.c.account == account
    )
    return connection.execute(query).first() is not None


def _free_name(connection: Connection, wanted: str) -> str:
    """The wanted name, or the first of it with a number that nobody has."""
    taken = set(connection.execute(select(_ACCOUNT.c.name)).scalars())
    names = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _one(connection: Connection, table: Table, what: str, identity: str) -> Row[Any]:
    row = connection.execute(select(table).where(table.c.id == identity)).first()
    if row is None:
        raise not_found(what, identity)
    return row


def _group(connection: Connection, row: Row[Any]) -> Group:
    members = select(func.count()).where(_MEMBERSHIP.c.group_id == row.id)
    return Group(
        id=row.id,
        title=row.title,
        owner=row.owner,
        members=connection.execute(members).scalar_one(),
        created_at=moment(row.created_at),
    )


def _invitation(row: Row[Any], token: str | None) -> Invitation:
    return Invitation(
        id=row.id,
        roles=[Role(role) for role in row.roles],
        group=row.group_id,
        uses_left=row.uses_left,
        expires_at=moment(row.expires_at),
        created_by=row.created_by,
        token=token,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
