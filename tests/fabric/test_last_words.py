"""What an agent says last is read, though it hung up with words of its caller unread.

The kernel reports that to the caller first: an answer behind it would be lost, and the sandbox be
taken for ended. So it was now and then with a program that ended just when its time was up.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, PlatformError
from bachang.fabric._following import LocalFollower
from tests.fabric.worlds import host, world


@pytest.fixture
def ours() -> Iterator[socket.socket]:
    """A connection to someone who has answered, and hung up on a word too many."""
    caller, agent = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    caller.send(b'{"kill":true}')
    agent.send(b'{"ok":true,"result":[7]}')
    agent.close()
    with caller:
        yield caller


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    made = fabric.deploy(world(host("a", 11)), name="last")
    yield made
    made.destroy()


def test_an_answer(live: LocalSandbox, ours: socket.socket) -> None:
    assert live._receive(ours) == ([7], [])


def test_outcomes_of_what_was_recorded(live: LocalSandbox, ours: socket.socket) -> None:
    follower = LocalFollower(ours, live._directory.log, 0, lambda _: PlatformError())
    news = follower.read()
    assert (news.outcomes, news.ended) == ([[7]], True)
    follower.close()
