"""What can go wrong with a journal; every text says the cause and what to do."""

from __future__ import annotations


class JournalError(Exception):
    """Base of all errors of this package."""


class LogError(JournalError):
    """A sandbox's own log cannot be written; its events are kept until it can be."""


class CorruptLogError(JournalError):
    """A line in the middle of a log is not an event: the file was damaged or edited."""


class StoreError(JournalError):
    """A store refused: full, locked, read-only, not a journal. Nothing of the call was kept."""


class ConflictError(StoreError):
    """Another event with the same identity is already stored: two journals are mixed up."""
