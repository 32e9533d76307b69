"""The journal of a sandbox."""

from __future__ import annotations

import contextlib
import select

from bachang.fabric import Entry, Fabric, Follower, News, Sandbox
from bachang.fabric.conformance import _worlds

_PATIENCE_S = 30.0


def _news(follower: Follower) -> News:
    """What a follower is told next."""
    assert select.select([follower], [], [], _PATIENCE_S)[0], "nothing is told"
    return follower.read()


class TestJournal:
    """record, events, follow, follower."""

    def test_records_are_numbered(self, sandbox: Sandbox) -> None:
        first = sandbox.record(actor="white", kind="message.sent", subject="all", data={"n": 1})
        second = sandbox.record(actor="white", kind="message.sent", subject="all")
        assert second.sequence > first.sequence
        assert sandbox.events(after=first.sequence - 1)[0] == first

    def test_sequences_have_no_gaps(self, sandbox: Sandbox) -> None:
        sandbox.exec("desk", ["true"])
        numbers = [event.sequence for event in sandbox.events()]
        assert numbers == list(range(1, len(numbers) + 1))

    def test_tells_of_deploy_and_services(self, sandbox: Sandbox) -> None:
        seen = {(event.kind, event.subject) for event in sandbox.events()}
        assert ("service.up", "server/page") in seen
        assert ("sandbox.deployed", sandbox.name) in seen

    def test_a_follower_sees_what_happens(self, sandbox: Sandbox) -> None:
        last = sandbox.events()[-1].sequence
        follower = sandbox.follow(last)
        made = sandbox.record(actor="white", kind="message.sent", subject="follower")
        assert next(event for event in follower if event.subject == "follower") == made
        follower.close()  # type: ignore[attr-defined]

    def test_a_follower_records_many_at_once(self, sandbox: Sandbox) -> None:
        last = sandbox.events()[-1].sequence
        entries = [
            Entry(actor="white", kind="message.sent", subject=f"many {n}", data={"n": n})
            for n in range(3)
        ]
        with contextlib.closing(sandbox.follower(last)) as follower:
            follower.record(entries)
            told = [_news(follower)]
            while not told[-1].outcomes:
                told.append(_news(follower))
        (sequences,) = told[-1].outcomes
        assert isinstance(sequences, list)
        assert sequences == sorted(set(sequences))
        events = {event.sequence: event for news in told for event in news.events}
        assert [events[number].data for number in sequences] == [one.data for one in entries]

    def test_a_follower_hears_all_to_the_end(self, fabric: Fabric) -> None:
        live = fabric.deploy(_worlds.single(), name="heard")
        with contextlib.closing(live.follower()) as follower:
            live.destroy()
            heard = _news(follower)
            events = heard.events
            while not heard.ended:
                heard = _news(follower)
                events += heard.events
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert events[-1].kind == "sandbox.destroyed"
