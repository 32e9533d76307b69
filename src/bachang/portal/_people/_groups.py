"""Groups: classes and teams."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from bachang.portal._access import Person, Relation
from bachang.portal._ground import Ground
from bachang.portal._outside import moment
from bachang.portal._people._rows import account_page, is_member, one
from bachang.portal.models import Account, Group, NewGroup, Page, Role
from bachang.portal.store import tables

_ACCOUNT, _GROUP, _MEMBERSHIP = tables.account, tables.people_group, tables.membership


class Groups:
    """The groups. Whether whoever asks may is decided before, by `Access`."""

    def __init__(self, ground: Ground) -> None:
        self._store, self._audit, self._outside = ground.store, ground.audit, ground.outside

    def relations(self, person: Person, group: str) -> frozenset[Relation]:
        """What a person is to a group."""
        with self._store.reading() as connection:
            row = one(connection, _GROUP, "group", group)
            member = is_member(connection, group, person.id)
        owner = {Relation.OWNER} if row.owner == person.id else set()
        return frozenset(owner | ({Relation.MEMBER} if member else set()))

    def page(self, person: Person, *, after: str | None, limit: int) -> Page[Group]:
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

    def get(self, group: str) -> Group:
        """One group."""
        with self._store.reading() as connection:
            return _group(connection, one(connection, _GROUP, "group", group))

    def create(self, new: NewGroup, *, by: Person) -> Group:
        """Make a group."""
        identity = self._outside.identity()
        with self._store.writing() as connection:
            values = {"id": identity, "title": new.title, "owner": by.id}
            connection.execute(insert(_GROUP).values(**values, created_at=self._outside.now()))
            self._audit.write(connection, by.name, "group.created", identity, {"title": new.title})
        return self.get(identity)

    def delete(self, group: str, *, by: Person) -> None:
        """Delete a group."""
        with self._store.writing() as connection:
            connection.execute(delete(_GROUP).where(_GROUP.c.id == group))
            self._audit.write(connection, by.name, "group.deleted", group)

    def members(self, group: str, *, after: str | None, limit: int) -> Page[Account]:
        """Part of a group's people, by name."""
        inside = select(_MEMBERSHIP.c.account).where(_MEMBERSHIP.c.group_id == group)
        query = select(_ACCOUNT).where(_ACCOUNT.c.id.in_(inside))
        return account_page(self._store, query, after, limit)

    def add_member(self, group: str, account: str, *, by: Person) -> None:
        """Put somebody into a group."""
        with self._store.writing() as connection:
            one(connection, _GROUP, "group", group)
            who = one(connection, _ACCOUNT, "account", account)
            if not is_member(connection, group, account):
                connection.execute(insert(_MEMBERSHIP).values(group_id=group, account=account))
                self._audit.write(connection, by.name, "group.joined", group, {"who": who.name})

    def remove_member(self, group: str, account: str, *, by: Person) -> None:
        """Take somebody out of a group."""
        with self._store.writing() as connection:
            who = one(connection, _ACCOUNT, "account", account)
            place = (_MEMBERSHIP.c.group_id == group) & (_MEMBERSHIP.c.account == account)
            if connection.execute(delete(_MEMBERSHIP).where(place)).rowcount:
                self._audit.write(connection, by.name, "group.left", group, {"who": who.name})


def _group(connection: Connection, row: Row[Any]) -> Group:
    members = select(func.count()).where(_MEMBERSHIP.c.group_id == row.id)
    return Group(
        id=row.id,
        title=row.title,
        owner=row.owner,
        members=connection.execute(members).scalar_one(),
        created_at=moment(row.created_at),
    )
