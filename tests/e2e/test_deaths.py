"""Whatever dies, and when: nothing that was acknowledged is lost, and it is said what happened."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.engine import LocalEngine, UnknownSandboxError
from bachang.exercise import replay, score
from bachang.fabric import Sandbox, SandboxGoneError
from bachang.fabric.leaks import agents, family, wait_clean
from tests.cli.calling import BLACKOUT, bachang, start
from tests.waiting import until


@pytest.fixture
def engine(home: Path) -> Iterator[LocalEngine]:
    """A machine on which nothing ever ran, and on which nothing is left."""
    engine = LocalEngine()
    yield engine
    until(lambda: _cleared(engine))


def _cleared(engine: LocalEngine) -> bool:
    """End what is there; an agent that is just dying is cleared at the next look."""
    for name in [*engine.fabric.sandboxes(), *engine.abandoned()]:
        with contextlib.suppress(SandboxGoneError, UnknownSandboxError):
            engine.down(name)
    return not [*engine.fabric.sandboxes(), *engine.abandoned()]


def up() -> Sandbox:
    answer = bachang("up", str(BLACKOUT))
    assert answer.status == 0, answer.err
    return LocalEngine().sandbox("blackout")


def member(sandbox: Sandbox, name: str) -> int:
    """A process of the sandbox by its name."""
    for pid in family(sandbox.status().agent_pid):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if name in (Path(f"/proc/{pid}/comm").read_text().strip(), *words.split()):
            return pid
    raise AssertionError(name)


def test_a_killed_agent_leaves_its_journal(engine: LocalEngine) -> None:
    sandbox = up()
    assert bachang("submit", "blackout", "way-in", "10.20.30.12").status == 0
    noted = sandbox.record(actor="white", kind="message.sent", subject="everyone")
    os.kill(sandbox.status().agent_pid, signal.SIGKILL)
    until(lambda: engine.abandoned() == ["blackout"])
    assert "its agent died" in bachang("ps").err
    assert "no sandbox named blackout is running" in bachang("exec", "blackout", "desk", "id").err
    down = bachang("down", "blackout")
    assert down.out == "cleared blackout: its agent had died; its journal is kept\n"
    assert wait_clean() == []
    assert bachang("down", "blackout").status == 1
    record = engine.record_of("blackout")
    assert noted in record.events
    assert [event.sequence for event in record.events] == list(range(1, len(record.events) + 1))
    assert score(record.plan, record.events).points == 50
    assert bachang("score", "blackout").status == 0


def test_a_new_sandbox_of_the_name_loses_nothing_of_the_dead_one(engine: LocalEngine) -> None:
    first = up()
    identity = first.status().id
    noted = first.record(actor="white", kind="message.sent", subject="everyone")
    os.kill(first.status().agent_pid, signal.SIGKILL)
    until(lambda: engine.abandoned() == ["blackout"])
    second = up()
    assert second.status().id != identity
    assert noted in engine.record_of(identity).events


def test_a_killed_plant_and_zygote_come_back_and_the_journal_replays(engine: LocalEngine) -> None:
    sandbox = up()
    sandbox.advance(25.0)
    sandbox.command("grid.available", False, actor="white")
    sandbox.advance(31.0)
    os.kill(member(sandbox, "bachang.twins.plant"), signal.SIGKILL)
    os.kill(member(sandbox, "zygote"), signal.SIGKILL)
    faults = {"plant", "zygote"}
    until(
        lambda: (
            faults <= {e.subject for e in sandbox.events() if e.kind == "platform.fault"}
            and answers(sandbox)
        )
    )
    assert sandbox.points()["grid.available"] is False
    sandbox.advance(sandbox.status().sandbox_time_s + 60.0)
    assert sandbox.points()["ats.position"] == 2
    assert bachang("down", "blackout").status == 0
    record = engine.record_of("blackout")
    assert replay(record.plan, record.events).equal


def answers(sandbox: Sandbox) -> bool:
    try:
        return bool(sandbox.points())
    except Exception:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_a_story_goes_on_where_its_teller_ended(engine: LocalEngine, number: int) -> None:
    sandbox = up()
    with start("play", "blackout", "--story", "demo") as teller:
        until(lambda: any(e.kind == "inject.applied" for e in sandbox.events()))
        teller.send_signal(number)
        out, err = teller.communicate(timeout=10)
    if number == signal.SIGINT:
        assert teller.returncode == 130
        assert "blackout runs on: `bachang play blackout` goes on" in err
    assert sandbox.status().state == "running"
    end = str(sandbox.status().sandbox_time_s + 40)
    on = bachang("play", "blackout", "--story", "demo", "--fast", "--until", end)
    assert on.status == 0
    assert "The mains are gone." in out + on.out
    started = [e.subject for e in sandbox.events() if e.kind == "inject.started"]
    assert started.count("quick-safety") == 1
    assert started.count("mains-fail") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("moment_s", [0.3, 0.5])
def test_a_client_that_ends_while_it_brings_up_leaves_nothing(
    engine: LocalEngine, number: int, moment_s: float
) -> None:
    with start("up", str(BLACKOUT)) as client:
        time.sleep(moment_s)  # the very thing under test is a random moment
        client.send_signal(number)
        _, err = client.communicate(timeout=30)
    if client.returncode == 130 and err:
        assert "nothing of the sandbox is left" in err
    if not engine.fabric.sandboxes():  # else it was up before the client ended
        until(lambda: not agents())
