"""Events of a journal as documents, and which of them learners see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bachang.catalogue import both
from bachang.journal import Event
from bachang.portal._outside import moment
from bachang.portal.models import RunEvent

STATE_KINDS = frozenset(
    {
        "host.failed",
        "host.reset",
        "sandbox.deployed",
        "sandbox.paused",
        "sandbox.reset",
        "sandbox.restored",
        "sandbox.resumed",
        "service.down",
        "service.up",
    }
)
"""Kinds of events after which a sandbox is not what it was."""

PUBLIC_KINDS = STATE_KINDS | {
    "alarm.cleared",
    "alarm.raised",
    "clock.advanced",
    "clock.slipped",
    "exercise.ended",
    "hint.taken",
    "message.sent",
    "platform.fault",
    "point.changed",
    "points.sampled",
    "sandbox.destroyed",
    "story.ended",
    "story.started",
    "task.answered",
    "terminal.closed",
    "terminal.opened",
}
"""Kinds of events that a learner may see; what others do to the world is not among them."""

_SECRET_KEYS = frozenset({"answer", "seed", "plan", "key"})
"""Keys of an event's data that never leave the portal."""


def run_event(event: Event) -> RunEvent:
    """An event of the journal as a document."""
    return RunEvent(
        sequence=event.sequence,
        epoch=event.epoch,
        wall_time=moment(event.wall_time_s),
        sandbox_time_s=event.sandbox_time_s,
        actor=event.actor,
        kind=event.kind,
        subject=event.subject,
        data=_told(event.data),
    )


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event has to say; the platform's own reasons for readers of either language."""
    shown = {key: value for key, value in data.items() if key not in _SECRET_KEYS}
    if isinstance(reason := shown.get("reason"), str):
        chinese = shown.pop("reason_zh", None)
        shown["reason"] = {"en": reason, "zh": chinese} if chinese else both(reason)
    return shown
