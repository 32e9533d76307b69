"""Sandboxes that end with their client, and a plant that says what it must not."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import (
    Entry,
    LocalFabric,
    LocalSandbox,
    PlatformError,
    SandboxGoneError,
)
from bachang.fabric._pidfd import ended
from bachang.fabric.leaks import agents, inventory, wait_clean
from bachang.plan import FieldSystem
from tests.fabric.worlds import LITTLE_PLANT, host, python_service, world
from tests.waiting import until

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    yield LocalFabric(plant_argv=("-c", LITTLE_PLANT))
    assert wait_clean() == []


def test_a_client_killed_at_work_takes_its_sandbox_along(fabric: LocalFabric) -> None:
    script = (
        "from bachang.fabric import LocalFabric; from tests.fabric.worlds import *;"
        "live = LocalFabric().deploy(world(host('a', 11, **python_service())), name='brief',"
        " ends_with_client=True); print('up', flush=True); live.exec('a', ['sleep', '60'])"
    )
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=_ROOT)
    with client:
        assert client.stdout
        assert client.stdout.readline() == b"up\n"
        assert list(agents().values()) == ["brief"]
        client.kill()
    until(lambda: inventory() == [])


def test_started_at_a_low_priority_it_stays_there(fabric: LocalFabric) -> None:
    script = (
        "from bachang.fabric import LocalFabric; from tests.fabric.worlds import *;"
        "live = LocalFabric().deploy(world(host('a', 11, **python_service())), name='modest');"
        "print(live.exec('a', ['nice']).stdout.decode()); live.destroy()"
    )
    command = ["nice", "-n", "15", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=_ROOT, check=False)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert (done.stdout.strip(), done.stderr) == (str(min(own + 15, 19)), "")


def test_it_may_be_destroyed_before(fabric: LocalFabric) -> None:
    made = world(host("a", 11, **python_service()))
    live = fabric.deploy(made, name="brief", ends_with_client=True)
    fabric.attach("brief").exec("a", ["true"])
    live.destroy()
    with pytest.raises(SandboxGoneError):
        live.status()


@pytest.mark.parametrize(
    "said",
    [
        {"event": {"sandbox_time_s": 1, "actor": "blue", "kind": "task.answered", "subject": "t"}},
        {"event": {"sandbox_time_s": 1, "actor": "system", "kind": "host.failed", "subject": "a"}},
        {"event": {"sandbox_time_s": "x", "actor": 1, "kind": "point.changed", "subject": {}}},
        {"event": 7},
        {"keep": 7},
        {"id": 12345678, "ok": True},
        {"nonsense": 1},
        [1, 2],
    ],
)
def test_a_plant_is_not_believed(fabric: LocalFabric, said: object) -> None:
    """It parses the bytes of hostile networks; what speaks through it must not write scores."""
    world_ = world(host("a", 11), field_systems=(FieldSystem(name="x", type="x"),))
    live = fabric.deploy(world_, name="plant")
    live.command("x.value", 7, actor="white")
    with contextlib.suppress(PlatformError):  # it may be ended before it answers
        live.command("x.say", json.dumps(said), actor="white")
    ignored = isinstance(said, dict) and "id" in said
    if not ignored:
        until(lambda: "plant" in _faults(live))
    until(lambda: _value(live) == 7)
    kinds = {one.kind for one in live.events()}
    assert not kinds & {"task.answered", "host.failed"}
    live.destroy()


def _faults(live: LocalSandbox) -> list[str]:
    return [one.subject for one in live.events() if one.kind == "platform.fault"]


def _value(live: LocalSandbox) -> object:
    try:
        return live.points().get("x.value")
    except Exception:
        return None


def test_ending_what_has_died_says_so(fabric: LocalFabric) -> None:
    """Also when nothing of its agent is left, which a busy machine may take a while for."""
    live = fabric.deploy(world(host("a", 11)), name="brief")
    agent = live.status().agent_pid
    os.kill(agent, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{agent}").exists())
    with pytest.raises(SandboxGoneError):
        live.destroy()
    fabric.forget("brief")


def test_a_long_journal_is_followed_to_its_end_though_nothing_is_new(fabric: LocalFabric) -> None:
    live = fabric.deploy(world(host("a", 11)), name="long")
    entries = [Entry(actor="white", kind="message.sent", subject=str(n)) for n in range(3000)]
    with contextlib.closing(live.follower(live.events()[-1].sequence)) as follower:
        for _ in range(4):
            follower.record(entries)
            until(lambda: follower.read().outcomes)
    live.record(actor="white", kind="message.sent", subject="last")
    heard = threading.Event()
    wants = (one for one in live.follow() if one.subject == "last")
    listener = threading.Thread(target=lambda: heard.set() if next(wants, None) else None)
    listener.start()
    told = heard.wait(20)
    live.destroy()
    listener.join()
    assert told


def test_ending_one_leaves_the_next_of_that_name_alone(fabric: LocalFabric) -> None:
    first, plan = fabric.deploy(world(host("a", 11)), name="one"), world(host("b", 11))

    def next_one(agent: int, *, within_s: float) -> bool:
        done = ended(agent, within_s=within_s)
        fabric.deploy(plan, name="one")
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bachang.fabric._client.ended", next_one)
        first.destroy()
    second = fabric.attach("one")
    assert second.exec("b", ["echo", "here"]).stdout == b"here\n"
    second.destroy()


def test_one_whose_agent_does_not_answer_is_ended_all_the_same(
    fabric: LocalFabric, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = fabric.deploy(world(host("a", 11)), name="one")
    monkeypatch.setattr("bachang.fabric._client._REPLY_S", 0.5)
    os.kill(live.status().agent_pid, signal.SIGSTOP)
    live.destroy()
    assert fabric.sandboxes() == fabric.abandoned() == []
