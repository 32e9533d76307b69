"""Terminals that the agent keeps: they outlive who looks, are shared, redrawn and recorded."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator

import pytest

from bachang.fabric import KeptTerminal, LocalFabric, Sandbox, SandboxError
from bachang.fabric._agent._terminals import Held
from bachang.fabric._process import Process
from tests.fabric.worlds import host, world
from tests.waiting import until

_WAIT_S = 20.0


@pytest.fixture
def sandbox(fabric: LocalFabric) -> Iterator[Sandbox]:
    made = fabric.deploy(world(host("a", 11)), name="kept")
    yield made
    made.destroy()


def read_until(joined: socket.socket, wanted: bytes, shown: bytes = b"") -> bytes:
    """Everything shown until ``wanted`` is in it."""
    joined.settimeout(_WAIT_S)
    found = bytearray(shown)
    looked = 0  # again at all of a flood for each piece, and a slow machine is let go
    while found.find(wanted, looked) < 0:
        looked = max(0, len(found) - len(wanted))
        packet = joined.recv(1 << 18)
        assert packet, found[-1000:]
        found += packet[1:] if packet[:1] == b"o" else b""
    return bytes(found)


def until_synced(joined: socket.socket) -> bytes:
    """What was shown before."""
    joined.settimeout(_WAIT_S)
    shown = b""
    while (packet := joined.recv(1 << 18)) != b"s":
        assert packet[:1] == b"o"
        shown += packet[1:]
    return shown


def test_what_was_typed_last_counts_though_nobody_looks_any_more(sandbox: Sandbox) -> None:
    """Who goes leaves unread what is shown, which the kernel tells the agent first."""
    agent = sandbox.status().agent_pid
    with sandbox.join_terminal(sandbox.keep_terminal("a").session) as joined:
        until_synced(joined)
        joined.send(b"iecho shown\n")
        select.select([joined], [], [], _WAIT_S)
        os.kill(agent, signal.SIGSTOP)
        joined.send(b"itouch /run/typed\n")
    os.kill(agent, signal.SIGCONT)
    until(lambda: sandbox.exec("a", ["test", "-e", "/run/typed"]).status == 0, 10)


def test_it_outlives_its_client_and_is_redrawn(sandbox: Sandbox) -> None:
    session = sandbox.keep_terminal("a", label="ann").session
    with sandbox.join_terminal(session) as joined:
        joined.send(b"iecho so$((1+1))me; cd /var\n")
        before = read_until(joined, b"so2me\r\n")
    with sandbox.join_terminal(session) as again:
        assert until_synced(again).startswith(before)
        again.send(b"ipwd\n")
        read_until(again, b"/var\r\n")
    (kept,) = sandbox.terminals()
    assert (kept.session, kept.host, kept.label, kept.alive) == (session, "a", "ann", True)


def test_two_look_at_the_same(sandbox: Sandbox) -> None:
    session = sandbox.keep_terminal("a").session
    with sandbox.join_terminal(session) as one, sandbox.join_terminal(session) as two:
        one.send(b"iecho a$((40+2))\n")
        read_until(two, b"a42\r\n")
        two.send(b"r" + struct.pack("!HH", 33, 99))
        one.send(b"istty size\n")
        read_until(one, b"33 99\r\n")


def test_a_flood_harms_nobody_and_the_newest_is_kept(sandbox: Sandbox) -> None:
    session = sandbox.keep_terminal("a").session
    with sandbox.join_terminal(session) as joined:
        until_synced(joined)
        joined.send(b"iseq 200000; echo the-e$((1))nd\n")
        with sandbox.join_terminal(session) as idle:  # looks, and never reads
            read_until(joined, b"the-e1nd\r\n")
            assert sandbox.exec("a", ["true"]).status == 0
            assert idle.fileno() >= 0
    with sandbox.join_terminal(session) as again:
        replay = until_synced(again)
    assert b"the-e1nd" in replay
    assert len(replay) < 600_000


def test_the_recording_is_asciicast(sandbox: Sandbox) -> None:
    session = sandbox.keep_terminal("a", rows=30, columns=90).session
    with sandbox.join_terminal(session) as joined:
        joined.send(b"iecho \xe9\x9d\xb6\xe5\x9c\xba$((7*7))\n")
        read_until(joined, b"49\r\n")
    header, *entries = map(json.loads, sandbox.terminal_recording(session).splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, 90, 30)
    assert "靶场49" in "".join(text for _, kind, text in entries if kind == "o")
    times = [at_s for at_s, _, _ in entries]
    assert times == sorted(times)


def test_it_ends_with_its_program_or_when_it_is_closed(sandbox: Sandbox) -> None:
    for end in (lambda name, to: to.send(b"iexit\n"), lambda name, _: sandbox.close_terminal(name)):
        session = sandbox.keep_terminal("a").session
        with sandbox.join_terminal(session) as joined:
            joined.settimeout(_WAIT_S)
            until_synced(joined)
            end(session, joined)
            while joined.recv(1 << 18):
                pass
        assert not {one.session: one.alive for one in sandbox.terminals()}[session]


def test_a_stranger_is_refused(sandbox: Sandbox) -> None:
    for attempt in (
        lambda: sandbox.join_terminal("b-9"),
        lambda: sandbox.terminal_recording("b-9"),
        lambda: sandbox.close_terminal("b-9"),
        lambda: sandbox.keep_terminal("nowhere"),
    ):
        with pytest.raises(SandboxError):
            attempt()


def test_one_that_is_closed_before_its_program_is_born_signals_that_alone() -> None:
    """Its pid is 0 until then, which to a signal means the agent's own group."""
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: heard.append(number))
    try:
        with subprocess.Popen(["sleep", "60"], start_new_session=True) as child:
            asyncio.run(_close_before_birth(child.pid))
            assert child.wait(_WAIT_S) == -signal.SIGHUP
    finally:
        signal.signal(signal.SIGHUP, before)
    assert heard == []


async def _close_before_birth(pid: int) -> None:
    loop = asyncio.get_running_loop()
    process = Process(loop.create_future(), loop.create_future(), loop.create_future())
    master, inner = os.openpty()
    os.close(inner)
    about = KeptTerminal(session="a-1", host="a", user="root", label="", opened_wall_s=0.0)
    held = Held(about, master, process, 24, 80)
    held.watch()
    held.close()
    process.pid, process.handle = pid, os.pidfd_open(pid)
    process.born.set_result(None)
    await asyncio.sleep(0)
    process.release()
