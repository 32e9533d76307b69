"""The table of events."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

METADATA = MetaData()

EVENT = Table(
    "event",
    METADATA,
    Column("sandbox", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("wall_time_s", Double, nullable=False),
    Column("sandbox_time_s", Double, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("sandbox", "sequence", "epoch", name="event_key"),
    Index("event_kind_index", "sandbox", "kind", "sequence"),
)
"""``data``: JSON with sorted keys, as text, so that what was stored comes back byte for byte."""
