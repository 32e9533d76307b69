"""The journal of a sandbox."""

from __future__ import annotations

from bachang.fabric import Sandbox


class TestJournal:
    """record, events, follow."""

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
