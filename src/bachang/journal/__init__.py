"""The append-only record of a sandbox, from which every score and screen is computed.

The stores are imported when they are asked for: the agent records events and has no use for a
data base.
"""

import importlib
from typing import TYPE_CHECKING, Any

from bachang.journal._codec import decode, encode
from bachang.journal._error import (
    ConflictError,
    CorruptLogError,
    JournalError,
    LogError,
    StoreError,
)
from bachang.journal._event import Event
from bachang.journal._log import EventLog, LogFile, LogTail
from bachang.journal._store import Source, Store, copy

if TYPE_CHECKING:
    from bachang.journal._postgres import PostgresStore, driver_address
    from bachang.journal._sqlite import SqliteStore

__all__ = [
    "ConflictError",
    "CorruptLogError",
    "Event",
    "EventLog",
    "JournalError",
    "LogError",
    "LogFile",
    "LogTail",
    "PostgresStore",
    "Source",
    "SqliteStore",
    "Store",
    "StoreError",
    "copy",
    "decode",
    "driver_address",
    "encode",
]


_LATE = {
    "PostgresStore": "bachang.journal._postgres",
    "SqliteStore": "bachang.journal._sqlite",
    "driver_address": "bachang.journal._postgres",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATE[name]), name)
