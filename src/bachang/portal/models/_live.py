"""Messages of the live WebSocket and of terminals' WebSockets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bachang.portal.models._base import Document, Identity


class LiveEvent(Document):
    """Something happened."""

    kind: str
    """As in the journal; ``changed`` for what is not in it (load, queue, …)."""
    wall_time: datetime
    sandbox_time_s: float | None
    sequence: int | None
    """In the run's journal; ``null``: not in it."""
    run: Identity | None
    actor: str
    subject: str
    data: dict[str, Any]
    changes: dict[str, Any]
    """New values of the snapshot's top-level keys; the others stay as they are."""


class LiveMessage(Document):
    """A text frame of ``/api/live``: a snapshot at first, then events in order.

    The snapshot is a `Run`, `Exercise`, `Board` or `Machine`, after the topic. Whoever comes
    back with the last ``revision`` gets only the events since, or a new snapshot.
    """

    revision: int
    snapshot: dict[str, Any] | None = None
    event: LiveEvent | None = None


class Size(Document):
    """The size of a terminal's window, in characters."""

    rows: int
    columns: int


class TerminalMessage(Document):
    """A text frame of a terminal's WebSocket; the terminal's bytes are binary frames.

    The client sends ``resize``. The portal sends ``replayed`` once what was seen before has
    been sent again, ``resize`` when the window was changed, and ``closed`` at the end.
    """

    resize: Size | None = None
    replayed: bool | None = None
    closed: str | None = None
    """Why the terminal has ended."""
