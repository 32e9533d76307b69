"""Group commit: few commits for many, each woken once, and nobody waits for who has left."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bachang.journal import StoreError
from bachang.journal._group import Group, Ticket

ROW: list[tuple[Any, ...]] = [("row",)]


class Commits:
    """What a group committed; the first commit ends when it may."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.sizes: list[int] = []

    def __call__(self, tickets: list[Ticket]) -> None:
        self.sizes.append(len(tickets))
        self.begun.set()
        assert self.go_on.wait(30)
        for ticket in tickets:
            ticket.new = len(ticket.rows)


@contextmanager
def appending(group: Group, people: int) -> Iterator[list[int]]:
    """So many append while the body runs; all have come back when it is over."""
    got = list[int]()
    threads = [
        threading.Thread(target=lambda: got.append(group.append(ROW))) for _ in range(people)
    ]
    for thread in threads:
        thread.start()
    yield got
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def wait_for(group: Group, waiting: int) -> None:
    """Until so many wait."""
    while len(group._queue) < waiting:
        threading.Event().wait(0.001)


def test_all_that_wait_share_the_next_commit():
    commits = Commits()
    group = Group(commits)
    with appending(group, 1) as first:
        assert commits.begun.wait(30)
        with appending(group, 20) as others:
            wait_for(group, 20)
            commits.go_on.set()
    assert (first, others) == ([1], [1] * 20)
    assert commits.sizes == [1, 20]


def test_one_who_leaves_while_waiting_holds_up_nobody():
    commits = Commits()
    group = Group(commits)

    class Gone(BaseException):
        pass

    def leave(*_: object) -> None:
        raise Gone

    before = signal.signal(signal.SIGUSR1, leave)
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        wait_for(group, 1)
        signal.pthread_kill(main, signal.SIGUSR1)

    try:
        with appending(group, 1) as first:
            assert commits.begun.wait(30)
            interrupter = threading.Thread(target=interrupt)
            interrupter.start()
            with pytest.raises(Gone):
                group.append(ROW)
            interrupter.join()
            with appending(group, 3) as others:
                wait_for(group, 3)
                commits.go_on.set()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert (first, others) == ([1], [1] * 3)
    assert commits.sizes == [1, 3]


def test_a_commit_that_breaks_off_tells_all_and_the_next_goes_on():
    begun, go_on, broken = threading.Event(), threading.Event(), list[Exception]()

    def breaks(tickets: list[Ticket]) -> None:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(30)
        elif len(tickets) > 1:
            raise RuntimeError("broken")

    group = Group(breaks)

    def attempt() -> None:
        try:
            group.append(ROW)
        except (RuntimeError, StoreError) as error:
            broken.append(error)

    with appending(group, 1):
        assert begun.wait(30)
        threads = [threading.Thread(target=attempt) for _ in range(5)]
        for thread in threads:
            thread.start()
        wait_for(group, 5)
        go_on.set()
    for thread in threads:
        thread.join(30)
    assert sorted(type(error).__name__ for error in broken) == ["RuntimeError"] + ["StoreError"] * 4
    assert group.append(ROW) == 0


def test_closing_waits_for_all_that_came_before():
    commits = Commits()
    group = Group(commits)
    with appending(group, 1) as first:
        assert commits.begun.wait(30)
        with appending(group, 5) as others:
            wait_for(group, 5)
            ended = list[int]()
            closing = threading.Thread(
                target=group.close, args=(lambda: ended.append(sum(commits.sizes)),)
            )
            closing.start()
            commits.go_on.set()
            closing.join(30)
    assert (first, others, ended) == ([1], [1] * 5, [6])
