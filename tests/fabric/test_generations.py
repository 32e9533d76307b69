"""What belonged to a host's old generation is closed when it is reset."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator

import pytest

from bachang.fabric import LocalFabric, LocalSandbox
from tests.fabric.worlds import host, python_service, world

_WAIT_S = 10.0


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    made = fabric.deploy(world(host("a", 11), host("b", 12, **python_service())), name="old")
    yield made
    made.destroy()


def _ends(descriptor: int) -> bool:
    """Does it end, within the time that a person would wait?"""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        if select.select([descriptor], [], [], _WAIT_S)[0]:
            try:
                if not os.read(descriptor, 1 << 16):
                    return True
            except OSError:
                return True
    return False


@pytest.mark.parametrize("who", ["a", "b", None])
def test_a_stream_ends_whichever_side_is_reset(live: LocalSandbox, who: str | None) -> None:
    with live.open_tcp("a", "10.1.0.12", 8080) as stream:
        stream.sendall(b"GET ")
        live.reset(who)
        assert _ends(stream.fileno())


def test_terminals_end_with_their_host_and_others_stay(live: LocalSandbox) -> None:
    terminal = live.open_terminal("a")
    kept, other = live.keep_terminal("a").session, live.keep_terminal("b").session
    joined: socket.socket = live.join_terminal(kept)
    try:
        live.reset("a")
        assert _ends(terminal.master)
        assert _ends(joined.fileno())
    finally:
        joined.close()
        os.close(terminal.master)
    assert {one.session: one.alive for one in live.terminals()} == {kept: False, other: True}


def test_a_program_that_somebody_waits_for_ends(live: LocalSandbox) -> None:
    script = "(sleep 0.3; kill -9 -1) & sleep 60"
    assert live.exec("a", ["sh", "-c", script]).status == -9
    live.reset("a")
    assert live.exec("a", ["true"]).status == 0
