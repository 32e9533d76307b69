"""The scribe beside stores that refuse: who is told what, and in how many tries."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bachang.fabric import Entry, Follower, News
from bachang.journal import Event, SqliteStore, StoreError
from bachang.journal.conformance import event
from bachang.portal import _desk
from bachang.portal._desk import Desk, NotRecordedError, Record
from bachang.portal._scribe import Scribe


class Told(Follower):
    """A sandbox's journal that the test tells."""

    def __init__(self) -> None:
        self._end, self._ring = os.pipe()
        self.news: list[News] = []
        self.recorded: list[Entry] = []

    def tell(self, *events: Event, outcomes: Sequence[Any] = ()) -> None:
        self.news.append(News(events=list(events), outcomes=list(outcomes), ended=False))
        os.write(self._ring, b".")

    def fileno(self) -> int:
        return self._end

    def record(self, entries: Sequence[Entry]) -> None:
        self.recorded += entries

    def read(self) -> News:
        if not self.news:
            return News(events=[], outcomes=[], ended=False)
        os.read(self._end, 1)
        return self.news.pop(0)

    def close(self) -> None:
        os.close(self._end)
        os.close(self._ring)


class World:
    """See `Followed`."""

    def __init__(self, name: str) -> None:
        self.follower = Told()
        self.sandbox = cast(Any, SimpleNamespace(name=name, follower=lambda _after: self.follower))
        self.keys: dict[tuple[str, str], int] = {}
        self.last = 0
        self.refused: list[float] = []
        self.ended = ""

    def recorded(self, kind: str, key: str) -> int:
        return self.keys.get((kind, key), 0)

    def refuse(self, since_s: float) -> None:
        self.refused.append(since_s)

    def take(self, batch: list[Event]) -> None:
        self.last = batch[-1].sequence

    def end(self, reason: str) -> None:
        self.ended = reason


class Refusing(SqliteStore):
    """A store that refuses while it is told to, and counts."""

    refuses: frozenset[str] = frozenset()
    tries = 0

    def append(self, events: Any) -> int:
        events = list(events)
        self.tries += 1
        if self.refuses & {one.sandbox for one in events}:
            raise StoreError("full")
        return super().append(events)


@pytest.fixture
def store(home: Any) -> Iterator[Refusing]:
    with Refusing(home / "journal.db") as store:
        yield store


@pytest.fixture
def scribe(store: Refusing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scribe]:
    """Steps when the test says so."""
    monkeypatch.setattr("bachang.portal._scribe._AGAIN_S", 0.0)
    monkeypatch.setattr(Scribe, "_run", lambda _self: None)
    scribe = Scribe(store)
    yield scribe
    scribe.close()


def worlds(scribe: Scribe, count: int) -> list[World]:
    made = [World(f"s-{number:02}") for number in range(count)]
    for world in made:
        scribe.add(world)
        world.follower.tell(event(1, sandbox=world.sandbox.name))
    return made


def test_a_store_that_refuses_all_is_not_asked_for_each(scribe: Scribe, store: Refusing) -> None:
    many = worlds(scribe, 30)
    store.refuses = frozenset(world.sandbox.name for world in many)
    scribe.step()
    assert store.tries == 3
    assert all(world.refused for world in many)
    store.refuses = frozenset()
    scribe.step()
    assert [world.last for world in many] == [1] * 30


def test_one_that_is_refused_for_itself_stops_no_other(scribe: Scribe, store: Refusing) -> None:
    many = worlds(scribe, 30)
    store.refuses = frozenset({many[3].sandbox.name})
    scribe.step()
    assert [world.sandbox.name for world in many if not world.last] == [many[3].sandbox.name]
    assert [bool(world.refused) for world in many].count(True) == 1


def record(key: str) -> Record:
    loop = asyncio.new_event_loop()
    loop.close()
    entry = Entry(actor="a", kind="task.answered", subject="t", data={"key": key})
    return Record(entry=entry, acknowledged=loop.create_future())


def test_a_key_is_written_once() -> None:
    world = World("s")
    world.keys["task.answered", "before"] = 1
    desk = Desk(world, world.follower)
    keyed = dataclasses.replace(event(2, sandbox="s", kind="task.answered"), data={"key": "fresh"})
    hint = dataclasses.replace(event(1, sandbox="s", kind="hint.taken"), data={"key": "new"})
    world.follower.tell(hint, keyed)
    desk.read()
    for key in ("before", "fresh", "new"):
        desk.ask(record(key))
    desk.hand_in()
    assert [entry.data["key"] for entry in world.follower.recorded] == ["new"]
    desk.take()
    assert len(desk.acknowledge()) == 2
    desk.end("over")


def test_what_waits_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_desk, "_MOST_WAITING", 3)
    world = World("s")
    desk = Desk(world, world.follower)
    for number in range(3):
        desk.ask(record(str(number)))
    with pytest.raises(NotRecordedError, match="too much waits"):
        desk.ask(record("more"))
    world.follower.tell(event(1, sandbox="s"))
    desk.read()
    told = desk.refuse(StoreError("full"))
    assert [type(one.error) for one in told] == [NotRecordedError] * 3
    with pytest.raises(NotRecordedError, match="not being kept"):
        desk.ask(record("late"))
    desk.take()
    desk.ask(record("after"))
    desk.end("over")


def test_what_is_held_ready_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_desk, "_MOST_FRESH", 5)
    world = World("s")
    desk = Desk(world, world.follower)
    for number in range(1, 10):
        world.follower.tell(event(number, sandbox="s"))
        desk.read()
    assert len(desk.fresh) == 5
    desk.take()
    desk.read()
    assert [one.sequence for one in desk.fresh] == [6]  # the log has the rest
    desk.end("over")
