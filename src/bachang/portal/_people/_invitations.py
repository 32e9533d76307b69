"""Invitations: links by which people make accounts of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bachang.portal._access import Person, Relation, may_grant
from bachang.portal._ground import Ground
from bachang.portal._identity import hash_of
from bachang.portal._outside import moment
from bachang.portal._people._rows import insert_account, one
from bachang.portal._problem import ProblemError, forbidden
from bachang.portal._sessions import OpenedSession, Sessions
from bachang.portal.models import AcceptedInvitation, Invitation, NewInvitation, Page, Role
from bachang.portal.store import tables

_GROUP, _INVITATION, _MEMBERSHIP = tables.people_group, tables.invitation, tables.membership
_DAY_S = 86400


class Invitations:
    """The invitations. Whether whoever asks may is decided before, by `Access`."""

    def __init__(self, ground: Ground, sessions: Sessions) -> None:
        self._store, self._audit, self._outside = ground.store, ground.audit, ground.outside
        self._sessions = sessions

    def relations(self, person: Person, invitation: str) -> frozenset[Relation]:
        """What a person is to an invitation."""
        with self._store.reading() as connection:
            row = one(connection, _INVITATION, "invitation", invitation)
        return frozenset({Relation.OWNER} if row.created_by == person.id else ())

    def page(self, person: Person, *, after: str | None, limit: int) -> Page[Invitation]:
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

    def create(self, new: NewInvitation, *, by: Person) -> Invitation:
        """Make an invitation, into one's own group or none."""
        may_grant(by, frozenset(new.roles))
        self._check_own_group(new.group, by)
        identity, token = self._outside.identity(), self._outside.token()
        with self._store.writing() as connection:
            values = {
                "id": identity,
                "token_hash": hash_of(token),
                "roles": sorted(set(new.roles)),
                "group_id": new.group,
                "uses_left": new.uses,
                "expires_at": self._outside.now() + new.days * _DAY_S,
                "created_by": by.id,
            }
            connection.execute(insert(_INVITATION).values(**values))
            noted = {"roles": sorted(set(new.roles)), "uses": new.uses, "group": new.group}
            self._audit.write(connection, by.name, "invitation.created", identity, noted)
            row = one(connection, _INVITATION, "invitation", identity)
        return _invitation(row, token)

    def _check_own_group(self, group: str | None, by: Person) -> None:
        if group is None:
            return
        with self._store.reading() as connection:
            row = one(connection, _GROUP, "group", group)
        if row.owner != by.id and not by.roles & {Role.ORGANISER, Role.ADMINISTRATOR}:
            raise forbidden("this group is not yours")

    def delete(self, invitation: str, *, by: Person) -> None:
        """Call an invitation back."""
        with self._store.writing() as connection:
            connection.execute(delete(_INVITATION).where(_INVITATION.c.id == invitation))
            self._audit.write(connection, by.name, "invitation.deleted", invitation)

    def accept(self, accepted: AcceptedInvitation) -> OpenedSession:
        """Make an account by an invitation and open a session for it."""
        hashed = self._sessions.passwords.hash(accepted.password)
        token = hash_of(accepted.token.get_secret_value())
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
            who = insert_account(connection, self._outside, accepted.name, title, roles, hashed)
            if row.group_id:
                connection.execute(
                    insert(_MEMBERSHIP).values(group_id=row.group_id, account=who.id)
                )
            self._audit.write(connection, accepted.name, "invitation.accepted", row.id)
        return self._sessions.open(who, "invitation")


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
