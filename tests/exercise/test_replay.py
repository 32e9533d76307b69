"""A journal of the real twins replays to the same states; an edited one does not."""

from __future__ import annotations

import dataclasses

from bachang.exercise import replay
from bachang.journal import Event
from tests.exercise.recorded import PLAN, recorded

EVENTS = recorded()


def test_every_checkpoint_is_equal() -> None:
    result = replay(PLAN, reversed(EVENTS))
    assert result.equal
    assert result.epochs[0].checkpoints == 18


def test_a_left_out_command_is_found() -> None:
    edited = [e for e in EVENTS if e.subject != "genset.auto"]
    result = replay(PLAN, edited)
    assert not result.equal
    assert result.epochs[0].mismatches[0] == 5000


def test_a_journal_without_checkpoints_proves_nothing() -> None:
    assert not replay(PLAN, [e for e in EVENTS if e.kind != "plant.checkpoint"]).equal


def later(events: list[Event], epoch: int) -> list[Event]:
    return [
        dataclasses.replace(e, epoch=epoch, sequence=e.sequence + epoch * len(EVENTS))
        for e in events
    ]


def test_a_reset_world_is_replayed_from_its_start() -> None:
    result = replay(PLAN, EVENTS + later(EVENTS, 1))
    assert result.equal
    assert sorted(result.epochs) == [0, 1]


def test_a_restored_world_is_skipped_and_named() -> None:
    restored = dataclasses.replace(EVENTS[0], kind="sandbox.restored")
    result = replay(PLAN, EVENTS + later([restored, *EVENTS[1:]], 1))
    assert result.equal
    assert result.skipped == (1,)
