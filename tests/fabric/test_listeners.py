"""Who listens: the kernel's answer and that of /proc are the same."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import closing

import pytest

from bachang.fabric._agent._lookout import Lookout
from bachang.fabric._listeners import listens, ports_of_proc


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_socket_counts_once_it_listens(family: socket.AddressFamily) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.bind(("127.0.0.1" if family is socket.AF_INET else "::1", 0))
        port = one.getsockname()[1]
        assert not listens(port)
        assert port not in ports_of_proc()
        one.listen()
        assert listens(port)
        assert port in ports_of_proc()
    assert not listens(port)


def test_looking_does_not_knock() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert listens(server.getsockname()[1])
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_one_that_never_listens_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    up = {9, 10, 11}
    monkeypatch.setattr("bachang.fabric._agent._lookout.listens", lambda port: port in up)
    with closing(os.fdopen(os.open("/proc/self/ns/net", os.O_RDONLY), "rb")) as network:
        monkeypatch.setattr(
            "bachang.fabric._kernel.setns", lambda *_: None
        )  # which takes privileges
        asyncio.run(_wait_for(range(12), up, network.fileno()))


async def _wait_for(ports: range, up: set[int], network: int) -> None:
    lookout = Lookout(network)
    awaited = {port: lookout.listening(network, port) for port in ports}
    await asyncio.wait_for(asyncio.gather(*(awaited[port] for port in up)), 10)
    assert not any(awaited[port].done() for port in set(ports) - up)
    for one in awaited.values():
        one.cancel()
