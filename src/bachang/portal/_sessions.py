"""Who asks: sessions, passwords, the one-time token that `bachang serve` prints.

A session is an opaque random token in a cookie; the data base keeps only its hash. Sessions
that were used lately are remembered, so most requests need no data base for it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bachang.portal._access import NOBODY, Person
from bachang.portal._ground import Ground
from bachang.portal._identity import account_of, hash_of, person_of
from bachang.portal._limits import Limit
from bachang.portal._outside import moment
from bachang.portal._passwords import Passwords
from bachang.portal._problem import ProblemError
from bachang.portal.models import OpenSession, Role, Session, SignIn
from bachang.portal.store import tables

LOCAL = "local"
"""Name of the account that the one-time token opens."""
_TOUCH_S = 600.0
"""Seconds between two notes in the data base that a session is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session that was just opened."""

    token: str
    person: Person


class Sessions:
    """Opens, finds and closes sessions."""

    def __init__(self, ground: Ground) -> None:
        settings, outside = ground.settings, ground.outside
        self._store, self._audit = ground.store, ground.audit
        self._settings, self._outside = settings, outside
        self.passwords = Passwords(settings.hash_memory_mib, outside)
        self._per_name = Limit("sign-ins", settings.sign_ins_per_minute, outside.elapsed)
        self._remembered: dict[str, tuple[Person, float]] = {}
        self.one_time_token: str | None = outside.token() if settings.local else None

    # ---- opening and closing

    def sign_in(self, name: str, password: str) -> OpenedSession:
        """Open a session by name and password.

        Raises:
            ProblemError: 401 without saying which of the two is wrong; 429 for too many.
        """
        self._per_name.take(name)
        with self._store.reading() as connection:
            row = _by_name(connection, name)
        good = self.passwords.match(row.password if row else None, password)
        if row is None or not good or row.disabled:
            self._audit.note("portal", "session.refused", name)
            raise _refused("name or password is wrong")
        return self.open(row, "password")

    def sign_in_with_token(self, token: str) -> OpenedSession:
        """Open the local account by the one-time token, which is used up by it.

        Raises:
            ProblemError: 401.
        """
        expected, self.one_time_token = self.one_time_token, None
        if expected is None or not hmac.compare_digest(expected.encode(), token.encode()):
            self.one_time_token = expected
            raise ProblemError(
                401,
                "signed-out",
                "this token is not valid, or was used already",
                "start `bachang serve` again: it prints a new one",
            )
        return self.open(self._local_account(), "token")

    def local_person(self) -> Person:
        """Whoever the one-time token lets in."""
        return person_of(self._local_account())

    def open(self, row: Row[Any], way: str) -> OpenedSession:
        """Open a session for an account (its row)."""
        token = self._outside.token()
        with self._store.writing() as connection:
            values = {"token_hash": hash_of(token), "account": row.id}
            connection.execute(insert(tables.session).values(**values, used_at=self._outside.now()))
            self._audit.write(connection, row.name, "session.opened", row.name, {"by": way})
        return OpenedSession(token=token, person=person_of(row))

    def sign_out(self, token: str | None, person: Person) -> None:
        """End a session."""
        if token is None or not person.known:
            return
        self._remembered.pop(hash_of(token), None)
        with self._store.writing() as connection:
            connection.execute(
                delete(tables.session).where(tables.session.c.token_hash == hash_of(token))
            )
            self._audit.write(connection, person.name, "session.closed", person.name)

    def end_all(self, account: str) -> None:
        """Forget what is remembered of an account that changed."""
        self._remembered = {
            token: known for token, known in self._remembered.items() if known[0].id != account
        }

    def of(self, account: str, token: str | None) -> list[OpenSession]:
        """The open sessions of an account, last used first.

        Args:
            account: Its id.
            token: That of the session that asks.
        """
        since = self._outside.now() - self._settings.session_days * 86400
        table = tables.session
        query = select(table).where(table.c.account == account, table.c.used_at > since)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(table.c.used_at.desc())).all()
        asking = hash_of(token or "")
        return [
            OpenSession(used_at=moment(row.used_at), current=row.token_hash == asking)
            for row in rows
        ]

    def end_others(self, account: str, token: str | None, *, by: Person) -> None:
        """End all sessions of an account but the one that asks."""
        table = tables.session
        others = (table.c.account == account) & (table.c.token_hash != hash_of(token or ""))
        with self._store.writing() as connection:
            ended = connection.execute(delete(table).where(others)).rowcount
            self._audit.write(connection, by.name, "sessions.ended", account, {"ended": ended})
        self.end_all(account)

    # ---- finding

    def remembered(self, token: str) -> Person | None:
        """Whoever has this session, if it was used lately; needs no data base."""
        person, touched_s = self._remembered.get(hash_of(token), (None, 0.0))
        return person if self._outside.now() - touched_s < _TOUCH_S else None

    def who(self, token: str) -> Person:
        """Whoever has this session; nobody if it is unknown or has ended."""
        hashed, now = hash_of(token), self._outside.now()
        query = (
            select(tables.account, tables.session.c.used_at)
            .join(tables.session, tables.session.c.account == tables.account.c.id)
            .where(tables.session.c.token_hash == hashed)
        )
        with self._store.writing() as connection:
            row = connection.execute(query).first()
            lifetime_s = self._settings.session_days * 86400
            if row is None or row.disabled or now - row.used_at > lifetime_s:
                return NOBODY
            mine = tables.session.c.token_hash == hashed
            connection.execute(update(tables.session).where(mine).values(used_at=now))
        person = person_of(row)
        self._remembered[hashed] = (person, now)
        return person

    def describe(self, person: Person) -> Session:
        """Who asks, as a document."""
        account = None
        if person.known:
            with self._store.reading() as connection:
                query = select(tables.account).where(tables.account.c.id == person.id)
                account = account_of(connection.execute(query).one())
        oidc = self._settings.oidc
        return Session(
            account=account,
            sign_in=SignIn(
                local=self.one_time_token is not None, oidc=oidc.title if oidc else None
            ),
            screens=self._settings.screens,
        )

    # ---- passwords

    def check(self, row: Row[Any], password: str) -> None:
        """Whether a password is an account's.

        Raises:
            ProblemError: 401.
        """
        self._per_name.take(row.name)
        if not self.passwords.match(row.password, password):
            raise _refused("the current password is wrong")

    def _local_account(self) -> Row[Any]:
        """The account of the one-time token, made on first use; it has every role."""
        with self._store.writing() as connection:
            row = _by_name(connection, LOCAL)
            if row is None:
                values = {
                    "id": self._outside.identity(),
                    "name": LOCAL,
                    "display_name": "Local",
                    "roles": sorted(Role),
                    "disabled": False,
                    "created_at": self._outside.now(),
                }
                connection.execute(insert(tables.account).values(**values))
                self._audit.write(connection, "portal", "account.created", LOCAL)
                row = _by_name(connection, LOCAL)
        assert row is not None  # noqa: S101 - it was made in the same transaction
        return row


def _by_name(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(tables.account).where(tables.account.c.name == name)).first()


def _refused(detail: str) -> ProblemError:
    return ProblemError(401, "signed-out", detail, "check both, or ask an administrator")
