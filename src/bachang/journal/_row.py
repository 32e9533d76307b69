"""Events as rows of a data base, in one order of columns for all stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from bachang.journal._error import ConflictError
from bachang.journal._event import Event

COLUMNS = "sandbox, epoch, sequence, wall_time_s, sandbox_time_s, actor, kind, subject, data"


def row_of(event: Event) -> tuple[Any, ...]:
    """The values of `COLUMNS`; ``data`` is JSON with sorted keys, so that equal is equal."""
    data = msgspec.json.encode(event.data, order="sorted")
    return (
        *event.identity,
        float(event.wall_time_s),
        float(event.sandbox_time_s),
        event.actor,
        event.kind,
        event.subject,
        data,
    )


def event_of(row: Sequence[Any]) -> Event:
    """The event of a row."""
    sandbox, epoch, sequence, wall_time_s, sandbox_time_s, actor, kind, subject, data = row
    return Event(
        sandbox=sandbox,
        epoch=epoch,
        sequence=sequence,
        wall_time_s=wall_time_s,
        sandbox_time_s=sandbox_time_s,
        actor=actor,
        kind=kind,
        subject=subject,
        data=msgspec.json.decode(data),
    )


def conflict(row: Sequence[Any], store: object) -> ConflictError:
    """A row that is in a store with other content."""
    return ConflictError(
        f"event {row[2]} of {row[0]} (epoch {row[1]}) is in {store} with other content: two "
        "journals were mixed up, or a log was edited. Nothing was stored"
    )
