"""The tables of people and exercises. Times are Unix seconds; ids are random texts.

Scores and events are not here: they are computed from the journal.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_index",
        "uq": "%(table_name)s_%(column_0_N_name)s_unique",
        "fk": "%(table_name)s_%(column_0_N_name)s_reference",
        "pk": "%(table_name)s_key",
    }
)

account = Table(
    "account",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("password", Text),
    Column("provider_subject", Text, unique=True),
    Column("roles", JSON, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
)
"""``password``: argon2id hash; null for people who come by an identity provider."""

session = Table(
    "session",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("used_at", Float, nullable=False),
)

people_group = Table(
    "people_group",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("owner", ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Float, nullable=False),
)

membership = Table(
    "membership",
    METADATA,
    Column("group_id", ForeignKey("people_group.id", ondelete="CASCADE"), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
)

invitation = Table(
    "invitation",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("roles", JSON, nullable=False),
    Column("group_id", ForeignKey("people_group.id", ondelete="CASCADE")),
    Column("uses_left", Integer, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("created_by", ForeignKey("account.id"), nullable=False),
)

audit = Table(
    "audit",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("account", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""``data``: canonical JSON; ``hash``: SHA-256 over the hash before and this entry."""

pack = Table(
    "pack",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("owner", ForeignKey("account.id"), nullable=False),
    Column("uploaded_at", Float, nullable=False),
    Column("copy_of", String(64)),
)
"""Uploaded packs; those that ship are not here. ``copy_of`` outlives its pack."""

exercise = Table(
    "exercise",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("pack", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("group_id", String(32)),
    Column("owner", ForeignKey("account.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("created_at", Float, nullable=False, index=True),
    Column("ends_at", Float),
    Column("ended_at", Float),
)
"""``group_id`` outlives its group: an exercise that was held stays as it was."""

run = Table(
    "run",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("exercise", ForeignKey("exercise.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("learner", Text, nullable=False),
    Column("account", ForeignKey("account.id"), index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("sandbox", Text),
    Column("playing", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Index("run_exercise_index", "exercise", "place"),
)
"""``account`` is null for a drill: the group's members share it. ``sandbox`` is the journal's
id of its sandbox; the sandbox's name is the run's id."""

reply = Table(
    "reply",
    METADATA,
    Column("account", String(32), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("at", Float, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Answers to requests that had an idempotency key; ``request`` is the request's hash."""
