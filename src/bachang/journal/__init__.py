"""The append-only record of a sandbox, from which every score and screen is computed.

`SqliteStore` is imported when it is asked for: the agent records events and has no use
for a data base.
"""

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
from bachang.journal._log import EventLog, LogFile
from bachang.journal._store import Source, Store, copy

if TYPE_CHECKING:
    from bachang.journal._sqlite import SqliteStore

__all__ = [
    "ConflictError",
    "CorruptLogError",
    "Event",
    "EventLog",
    "JournalError",
    "LogError",
    "LogFile",
    "Source",
    "SqliteStore",
    "Store",
    "StoreError",
    "copy",
    "decode",
    "encode",
]


def __getattr__(name: str) -> Any:
    if name != "SqliteStore":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bachang.journal._sqlite import SqliteStore

    return SqliteStore
