"""What belonged to a host's old generation is closed when it is reset."""

from __future__ import annotations

import dataclasses
import os
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.plan import File, Host, Service, ServiceKind, World
from tests.fabric.worlds import LAN, host

_WAIT_S = 10.0
_SILENT = b"""\
import socket
def main():
    held = []
    with socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        while True:
            held.append(server.accept())
"""
_LISTEN = """\
import socket
with socket.create_connection(("fd00:1::12", 8080)) as peer:
    print("begun", flush=True)
    try:
        peer.recv(1)
    except ConnectionResetError:
        pass
print("ended", flush=True)
"""


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    made = fabric.deploy(_world(), name="old")
    yield made
    made.destroy()


def _world() -> World:
    """Two hosts with both protocols; what b serves takes streams and says nothing."""
    path = "/var/lib/silent.py"
    service = Service(name="silent", kind=ServiceKind.PYTHON, argv=(path, "main"), ready_port=8080)
    b = host("b", 12, services=(service,), files=(File(path=path, content=_SILENT),))
    hosts = tuple(_with_ipv6(one) for one in (host("a", 11), b))
    return World(networks=(dataclasses.replace(LAN, ipv6="fd00:1::/64"),), hosts=hosts)


def _with_ipv6(one: Host) -> Host:
    (leg,) = one.interfaces
    number = leg.address.removesuffix("/24").rpartition(".")[2]
    leg = dataclasses.replace(leg, address6=f"fd00:1::{number}/64")
    return dataclasses.replace(one, interfaces=(leg,))


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


def test_a_stream_between_hosts_over_ipv6_ends_at_its_peer(live: LocalSandbox) -> None:
    script = 'python3 -c "$0" > /tmp/said 2>&1 & until grep -q begun /tmp/said; do :; done'
    live.exec("a", ["sh", "-c", script, _LISTEN])
    live.reset("b")
    wait = "until grep -q ended /tmp/said; do sleep 0.01; done"
    assert live.exec("a", ["sh", "-c", wait], timeout_s=_WAIT_S).status == 0


@pytest.mark.skipif(
    not Path("/proc/sys/net/ipv4/tcp_child_ehash_entries").exists(),
    reason="before Linux 6.1 all hosts keep their streams in one table",
)
def test_a_host_keeps_its_streams_in_a_table_of_its_own(live: LocalSandbox) -> None:
    """The kernel says how large; with a minus sign where the table is the machine's."""
    names = ("tcp_ehash_entries", "tcp_max_tw_buckets")
    said = live.exec("a", ["cat", *(f"/proc/sys/net/ipv4/{name}" for name in names)]).stdout
    assert said.split() == [b"4096", b"32768"]


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
