"""Proof that a journal is what happened: step its world again without hosts, and compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from bachang.exercise._standing import in_order
from bachang.journal import Event
from bachang.plan import Plan
from bachang.twins import ReplayResult
from bachang.twins import replay as replay_epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What stepping a journal again has found."""

    epochs: dict[int, ReplayResult]
    """Each epoch that began with the plan's own state."""
    skipped: tuple[int, ...] = ()
    """Epochs that began with a restored snapshot, which a journal does not hold."""

    @property
    def equal(self) -> bool:
        """Whether there was a checkpoint to compare, and all of them agreed."""
        compared = sum(result.checkpoints for result in self.epochs.values())
        return compared > 0 and not any(result.mismatches for result in self.epochs.values())


def replay(plan: Plan, events: Iterable[Event]) -> Replay:
    """Replay a sandbox's journal, epoch by epoch, and compare every checkpoint's hash.

    Raises:
        ExerciseError: the events are of more than one sandbox.
    """
    found, skipped = {}, []
    for epoch, group in groupby(in_order(events), key=lambda event: event.epoch):
        mine = list(group)
        if any(event.kind == "sandbox.restored" for event in mine):
            skipped.append(epoch)
            continue
        found[epoch] = replay_epoch(plan.world.field_systems, plan.world.seed, mine)
    return Replay(epochs=found, skipped=tuple(skipped))
