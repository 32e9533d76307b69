"""What every store must do: tests that ship with Bachang.

A store's own tests subclass `StoreConformance`, say how to open one, and run under pytest::

    class TestMyStore(StoreConformance):
        def open(self, place: Path) -> Store:
            return MyStore(place / "journal")
"""

# ruff: noqa: S101

from __future__ import annotations

import abc
import dataclasses
import threading
from pathlib import Path

from bachang.journal._error import ConflictError, StoreError
from bachang.journal._event import Event
from bachang.journal._store import Store, copy


def event(
    sequence: int,
    *,
    sandbox: str = "hall-1",
    kind: str = "test.done",
    epoch: int = 0,
    subject: str = "thing",
) -> Event:
    """An event whose content follows from its identity and kind."""
    return Event(
        sandbox=sandbox,
        epoch=epoch,
        sequence=sequence,
        wall_time_s=1_700_000_000.25 + sequence,
        sandbox_time_s=sequence / 8,
        actor="blue/trainee",
        kind=kind,
        subject=subject,
        data={"n": sequence, "text": "备用电源 \"'\\ ✓", "none": None, "list": [1, 2.5, True]},
    )


class ListSource:
    """A sandbox's events in a list, as `bachang.journal.Source`."""

    def __init__(self, events: list[Event]) -> None:
        self.all = events

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        """See `Source.events`."""
        return [each for each in self.all if each.sequence > after][:limit]


def refusal(store: Store, events: list[Event]) -> StoreError | None:
    """The error with which a store refuses an append; ``None`` if it takes it."""
    try:
        store.append(events)
    except StoreError as error:
        return error
    return None


class StoreConformance(abc.ABC):
    """The suite. Each test opens a store at a fresh place."""

    @abc.abstractmethod
    def open(self, place: Path) -> Store:
        """A store at a place; the same store again if it is opened a second time."""

    def test_keeps_what_was_appended(self, tmp_path: Path) -> None:
        """Events come back equal, also after the store was closed and opened."""
        events = [event(n, epoch=n // 3) for n in range(1, 8)]
        with self.open(tmp_path) as store:
            assert store.append(events) == len(events)
            assert store.events("hall-1") == events
        with self.open(tmp_path) as store:
            assert store.events("hall-1") == events

    def test_keeps_hostile_texts(self, tmp_path: Path) -> None:
        """What hosts and people wrote comes back as it was, whatever it is."""
        hostile = "\0\\0\\ '); DROP TABLE event; -- %s {} \u202e\U0001f600"
        written = dataclasses.replace(
            event(1, sandbox=f"hall{hostile}", kind=f"k{hostile}", subject=hostile),
            actor=hostile,
            data={hostile: [hostile]},
        )
        with self.open(tmp_path) as store:
            assert store.append([written]) == 1
            assert store.append([written]) == 0
            assert store.events(written.sandbox, kinds=[written.kind]) == [written]
            assert store.sandboxes() == [written.sandbox]

    def test_appending_again_changes_nothing(self, tmp_path: Path) -> None:
        """Identity decides: repeated and overlapping appends are harmless."""
        with self.open(tmp_path) as store:
            assert store.append([event(1), event(2), event(2)]) == 2
            assert store.append([event(2), event(3), event(1)]) == 1
            assert [each.sequence for each in store.events("hall-1")] == [1, 2, 3]

    def test_order_of_appending_does_not_matter(self, tmp_path: Path) -> None:
        """Events are read in the order of their sequence."""
        with self.open(tmp_path) as store:
            store.append([event(3), event(1)])
            store.append([event(2)])
            assert store.events("hall-1") == [event(1), event(2), event(3)]

    def test_refuses_another_event_of_the_same_identity(self, tmp_path: Path) -> None:
        """A conflict refuses its whole append and leaves the rest alone."""
        with self.open(tmp_path) as store:
            store.append([event(1)])
            conflict = refusal(store, [event(2), event(1, subject="other")])
            assert isinstance(conflict, ConflictError)
            assert "hall-1" in str(conflict)
            assert store.events("hall-1") == [event(1)]
            assert store.append([event(2)]) == 1

    def test_reads_by_sandbox_kind_place_and_limit(self, tmp_path: Path) -> None:
        """Each filter alone and all together."""
        mine = [event(n, kind="a.b" if n % 2 else "c.d") for n in range(1, 9)]
        with self.open(tmp_path) as store:
            store.append([*mine, event(1, sandbox="hall-2")])
            assert store.events("hall-2") == [event(1, sandbox="hall-2")]
            assert store.events("hall-1", kinds=["c.d"]) == mine[1::2]
            assert store.events("hall-1", kinds=["c.d", "a.b"]) == mine
            assert store.events("hall-1", after=5) == mine[5:]
            assert store.events("hall-1", limit=3) == mine[:3]
            assert store.events("hall-1", kinds=["a.b"], after=1, limit=2) == mine[2:6:2]
            assert store.events("nobody") == []

    def test_knows_its_sandboxes(self, tmp_path: Path) -> None:
        """Last sequence of each, and all of them, the latest begun first."""
        with self.open(tmp_path) as store:
            assert store.sandboxes() == []
            assert store.last("hall-1") == 0
            store.append([event(1), event(7), event(9, sandbox="hall-2")])
            assert store.last("hall-1") == 7
            assert store.sandboxes() == ["hall-2", "hall-1"]

    def test_copy_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        """`copy` takes what is new, in pieces, and nothing twice."""
        source = ListSource([event(n) for n in range(1, 26)])
        with self.open(tmp_path) as store:
            assert copy(ListSource([]), store) == 0
            assert copy(ListSource(source.all[:7]), store, batch=3) == 7
            assert copy(source, store, batch=4) == 18
            assert copy(source, store) == 0
            assert store.events("hall-1") == source.all

    def test_many_threads_append_at_once(self, tmp_path: Path) -> None:
        """All events of all threads are there, and each thread's result is its own."""
        results: list[int] = []
        with self.open(tmp_path) as store:

            def write(number: int) -> None:
                name = f"hall-{number}"
                results.append(sum(store.append([event(n, sandbox=name)]) for n in range(1, 21)))

            threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert results == [20] * 8
            assert [store.last(f"hall-{n}") for n in range(8)] == [20] * 8

    def test_two_writers_of_one_store(self, tmp_path: Path) -> None:
        """What one handle commits is seen by another; the same events may come from both."""
        with self.open(tmp_path) as one, self.open(tmp_path) as two:
            assert one.append([event(1)]) == 1
            assert two.last("hall-1") == 1
            assert two.append([event(1), event(2)]) == 1
            assert one.events("hall-1") == [event(1), event(2)]

    def test_a_closed_store_says_so(self, tmp_path: Path) -> None:
        """Using it after `close` is a `StoreError`, closing it twice is not."""
        store = self.open(tmp_path)
        store.close()
        store.close()
        assert refusal(store, [event(1)]) is not None
