"""What a learner does, put into the journal without anybody waiting for anybody else."""

from __future__ import annotations

import asyncio
import hashlib

from bachang.fabric import Entry
from bachang.journal import Event, StoreError
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._stage import Stage
from bachang.portal._world import SETTLE_S, World


class Recording:
    """Hands entries to the scribe, and lets others be judged as if they were there already."""

    def __init__(self, ground: Ground, stage: Stage) -> None:
        self._outside = ground.outside
        self._stage = stage

    async def put(self, world: World, entry: Entry) -> None:
        """Put an entry with a key into a world's journal; it is in the store when this returns.

        Raises:
            FabricError, JournalError: nothing was acknowledged.
        """
        key = entry.data["key"]
        world.pending.add(key, self._coming(world, entry))
        try:
            async with asyncio.timeout(SETTLE_S):
                await self._stage.scribe.record(world, entry)
        except TimeoutError:
            raise StoreError("the journal does not get on: nothing was acknowledged") from None
        finally:
            world.pending.drop(key)

    def seal(self, person: Person, key: str | None) -> str:
        """An idempotency key as the journal keeps it: one person's key is not another's."""
        if not key:
            return self._outside.token()
        return hashlib.sha256(f"{person.id}\0{key}".encode()).hexdigest()[:32]

    def _coming(self, world: World, entry: Entry) -> Event:
        """The event that an entry will be; its number and exact time are not known yet."""
        return Event(
            sandbox=world.id,
            epoch=world.epoch,
            sequence=0,
            wall_time_s=self._outside.now(),
            sandbox_time_s=world.memory.sandbox_time_s,
            actor=entry.actor,
            kind=entry.kind,
            subject=entry.subject,
            data=entry.data,
        )
