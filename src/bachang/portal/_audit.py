"""The audit log: what people did in the portal, as a chain of hashes.

Each entry's hash covers the hash before it and its own content, so an entry that is changed,
taken out or put in later breaks the chain from there on.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from bachang.portal._outside import Outside, moment
from bachang.portal.models import AuditCheck, AuditEntry, Page
from bachang.portal.store import PortalStore, tables

_START = "0" * 64
_BATCH = 1000


class Audit:
    """Writer and reader of the log."""

    def __init__(self, store: PortalStore, outside: Outside) -> None:
        self._store = store
        self._outside = outside

    def write(
        self,
        connection: Connection,
        account: str,
        action: str,
        subject: str,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Append an entry within a transaction: it is kept if the deed is kept.

        Args:
            connection: The transaction of the deed.
            account: Name of whoever did it.
            action: Dotted noun and verb, e.g. ``account.created``.
            subject: What it was done to.
            data: JSON values; never a secret.
        """
        if not self._store.sqlite:
            connection.exec_driver_sql("LOCK TABLE audit IN EXCLUSIVE MODE")
        newest = select(tables.audit).order_by(tables.audit.c.sequence.desc()).limit(1)
        last = connection.execute(newest).first()
        entry = {
            "sequence": last.sequence + 1 if last else 1,
            "at": self._outside.now(),
            "account": account,
            "action": action,
            "subject": subject,
            "data": json.dumps(data or {}, sort_keys=True),
        }
        chained = _chain(last.hash if last else _START, entry)
        connection.execute(insert(tables.audit).values(**entry, hash=chained))

    def note(
        self, account: str, action: str, subject: str, data: dict[str, Any] | None = None
    ) -> None:
        """Append an entry about a deed that is not in this data base."""
        with self._store.writing() as connection:
            self.write(connection, account, action, subject, data)

    def entries(self, *, after: str | None, limit: int) -> Page[AuditEntry]:
        """Part of the log, latest first."""
        query = select(tables.audit).order_by(tables.audit.c.sequence.desc()).limit(limit + 1)
        if after is not None and after.isdigit():
            query = query.where(tables.audit.c.sequence < min(int(after), 2**31 - 1))
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        following = str(rows[limit - 1].sequence) if len(rows) > limit else None
        return Page(items=[_entry(row) for row in rows[:limit]], next=following)

    def check(self) -> AuditCheck:
        """Compute the chain again from its start."""
        before, entries = _START, 0
        query = select(tables.audit).order_by(tables.audit.c.sequence)
        with (
            self._store.reading() as connection,
            connection.execution_options(yield_per=_BATCH).execute(query) as rows,
        ):
            for row in rows:
                entries += 1
                if row.sequence != entries or row.hash != _chain(before, row._asdict()):
                    return AuditCheck(intact=False, entries=entries, broken_at=row.sequence)
                before = row.hash
        return AuditCheck(intact=True, entries=entries)


def _chain(before: str, entry: dict[str, Any]) -> str:
    content = [entry[key] for key in ("sequence", "at", "account", "action", "subject", "data")]
    return hashlib.sha256(f"{before}{json.dumps(content)}".encode()).hexdigest()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        sequence=row.sequence,
        at=moment(row.at),
        account=row.account,
        action=row.action,
        subject=row.subject,
        data=json.loads(row.data),
        hash=row.hash,
    )
