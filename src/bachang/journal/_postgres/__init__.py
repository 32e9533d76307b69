"""The store in PostgreSQL: for a portal that keeps its people there."""

from bachang.journal._postgres._address import driver_address
from bachang.journal._postgres._store import PostgresStore

__all__ = ["PostgresStore", "driver_address"]
