"""Floods: a journal stays small and loses nothing in silence; who writes too fast waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, Sandbox, SandboxError
from bachang.fabric._agent._floods import BURST, LIMITED, PER_S, Floods
from bachang.fabric._state import OUTPUT
from tests.fabric.worlds import host, world
from tests.waiting import until


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_human_pace_is_never_withheld() -> None:
    clock = Hand()
    floods = Floods(clock)
    for _ in range(10_000):
        clock.now_s += 1 / PER_S
        assert floods.admits("program.ran")
    assert floods.take_withheld() == {}


@pytest.mark.parametrize("kind", sorted(LIMITED))
def test_a_flood_is_counted_to_the_last(kind: str) -> None:
    floods = Floods(Hand())
    admitted = sum(floods.admits(kind) for _ in range(5000))
    assert admitted == BURST
    assert floods.take_withheld() == {kind: 5000 - admitted}
    assert floods.take_withheld() == {}


@pytest.mark.parametrize("kind", ["command.applied", "task.answered", "platform.fault"])
def test_what_is_computed_from_is_never_withheld(kind: str) -> None:
    floods = Floods(Hand())
    assert all(floods.admits(kind) for _ in range(5000))


def test_one_flood_does_not_hide_another_kind() -> None:
    floods = Floods(Hand())
    for _ in range(5000):
        floods.admits("program.ran")
    assert floods.admits("login.refused")


@pytest.fixture(scope="module")
def chatty(lasting_home: Path) -> Iterator[LocalSandbox]:
    """A sandbox whose platform has said too much, which is looked for every few seconds.

    Whatever fills it; here by hand, as its owner could.
    """
    live = LocalFabric().deploy(world(host("a", 11)), name="flood")
    with (live._directory.path / OUTPUT).open("ab") as file:
        file.write(b"words\n" * 1_000_000)
    yield live
    live.destroy()


def test_programs_in_a_loop_are_all_accounted_for(chatty: LocalSandbox) -> None:
    asked, live = int(BURST) + 150, chatty
    for _ in range(asked):
        live.exec("a", ["true"])
    until(lambda: _accounted(live) == asked)
    numbers = [one.sequence for one in live.events()]
    assert numbers == list(range(1, len(numbers) + 1))


def _fill(live: Sandbox) -> None:
    while True:
        live.record(actor="white", kind="message.sent", subject="all", data={"text": "x" * 999})


def _accounted(live: Sandbox) -> int:
    events = live.events()
    written = sum(one.kind == "program.ran" for one in events)
    counts = [one.data["counts"] for one in events if one.kind == "events.withheld"]
    return written + sum(int(one.get("program.ran", 0)) for one in counts)


def test_a_full_journal_stops_the_world_and_says_so(home: Path) -> None:
    fabric = LocalFabric(groups={}, journal_bytes=100_000)
    live = fabric.deploy(world(host("a", 11)), name="full")
    with pytest.raises(SandboxError, match="journal of this sandbox is full"):
        _fill(live)
    until(lambda: live.status().state == "paused")
    with pytest.raises(SandboxError, match="paused"):
        live.exec("a", ["true"])
    with pytest.raises(SandboxError, match="journal of this sandbox is full"):
        live.resume()
    assert any("journal" in line for line in live.status().degraded)
    (paused,) = [one for one in live.events() if one.kind == "sandbox.paused"]
    assert "full" in paused.data["reason"]
    assert (live._directory.path / "events.log").stat().st_size < 120_000
    live.destroy()


def test_what_the_platform_says_is_trimmed(chatty: LocalSandbox) -> None:
    until(lambda: (chatty._directory.path / OUTPUT).stat().st_size == 0)
