"""What can be asked of a living sandbox, and what comes of asking badly."""

from __future__ import annotations

import json
import os
import pty
import random
import resource
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.engine import Live, LocalEngine
from bachang.exercise import Outcome, score, submit
from tests.cli.calling import BLACKOUT, COMMAND, bachang, completed, within

NAME = "hall"
READ_MODE = "000100000006010100000008"
"""Modbus TCP: read eight coils of unit 1."""


@pytest.fixture(scope="module")
def hall(homes: Path) -> Iterator[str]:
    """The name of one living `blackout`. Tests leave it running."""
    up = bachang("up", str(BLACKOUT), "--name", NAME)
    assert up.status == 0, up.err
    assert up.out.startswith("up hall: 12 hosts, every service answers")
    yield NAME
    assert bachang("down", NAME).status == 0


@pytest.fixture
def live(hall: str) -> Live:
    """The same as a client in this process sees it."""
    return LocalEngine().attach(hall)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["exec", "hall", "dask", "id"], "no host 'dask'; there are ats-ctl, board, desk"),
        (["exec", "hall", "desk", "-u", "ann", "id"], "host desk has no user 'ann'"),
        (["exec", "hall", "desk", "nosuch"], "nosuch: No such file or directory"),
        (["exec", "hal", "desk", "id"], "did you mean 'hall'?"),
        (["reset", "hall", "dask"], "no host 'dask'"),
        (["points", "hall", "gen.set"], "field systems: grid, genset, ats, feeder"),
        (["points", "hall", "--set", "grid.availble=1"], "did you mean 'grid.available'?"),
        (["points", "hall", "--set", "genset.speed_rpm=1"], "genset.speed_rpm cannot be set"),
        (["points", "hall", "--set", "grid.available=maybe"], "give true or false"),
        (["points", "hall", "--set", "feeder.pump_demand_kw=x"], "give a number"),
        (["points", "hall", "--set", "feeder.pump_demand_kw=-1"], "give 0 to 1000 kW"),
        (["points", "hall", "--set", "grid.available"], "write POINT=VALUE"),
        (["tasks", "hall", "nosuch"], "its tasks: way-in, frequency"),
        (["hint", "hall", "nosuch"], "its tasks: way-in, frequency"),
        (["submit", "hall", "nosuch", "x"], "its tasks: way-in, frequency"),
        (["advance", "hall", "0"], "its clock runs forward only"),
        (["resume", "hall"], "is not paused"),
        (["play", "hall", "--story", "nosuch"], "its stories: night, demo"),
        (["play", "hall", "--actors", "ann"], "those who act by themselves: shift-leader"),
        (["up", str(BLACKOUT), "--name", "hall"], "end it with `bachang down hall`"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_a_bad_request_says_what_would_be_good(hall: str, words: list[str], cause: str) -> None:
    answer = within(*words)
    assert answer.status in (1, 2)
    assert answer.out == ""
    assert cause in " ".join(answer.err.split())


def test_json_for_programs(hall: str) -> None:
    (status,) = json.loads(bachang("ps", "--json").out)
    assert {"id", "name", "epoch", "state", "sandbox_time_s", "hosts", "ready_s"} <= set(status)
    assert {"name", "address", "services", "processes", "memory_kib"} <= set(status["hosts"][0])
    assert json.loads(bachang("points", hall, "grid.", "--json").out)["grid.available"] is True
    assert set(json.loads(bachang("score", hall, "--json").out)) == {
        "points", "max_points", "tasks", "metrics", "evaluations", "objectives", "goals",
        "consequences", "faults",
    }  # fmt: skip


def test_points_pause_and_time(hall: str) -> None:
    assert "= True at tick" in bachang("points", hall, "--set", "grid.available=true").out
    assert bachang("pause", hall).status == 0
    first, second = (json.loads(bachang("ps", hall, "--json").out)[0] for _ in range(2))
    assert first["state"] == "paused"
    assert first["sandbox_time_s"] == second["sandbox_time_s"]
    assert bachang("resume", hall).status == 0
    until = f"{first['sandbox_time_s'] + 60:.0f}"
    assert f"→ {until}.00 s" in bachang("advance", hall, until).out
    assert bachang("reset", hall, "desk").out.startswith("reset desk: ")


def test_a_flood_of_output_is_cut_and_timed_out(hall: str) -> None:
    answer = bachang("exec", hall, "desk", "--timeout", "1", "--", "sh", "-c", "yes | head -c 9M")
    assert "more was written; the rest was left out" in answer.err
    endless = bachang("exec", hall, "desk", "--timeout", "0.5", "yes")
    assert endless.status == 124
    assert "--timeout gives it longer" in endless.err
    assert bachang("exec", hall, "desk", "echo", "well").out == "well\n"


def test_bash_completes_hosts_and_tasks(hall: str, tmp_path: Path) -> None:
    assert completed(tmp_path, "bachang ps") == {hall}
    assert {"desk", "gate", "edge"} <= completed(tmp_path, "bachang exec hall")
    assert {"way-in", "frequency"} <= completed(tmp_path, "bachang submit hall")


def test_a_shell_in_a_terminal(hall: str) -> None:
    ours, theirs = pty.openpty()
    try:
        call = [*COMMAND, "shell", hall, "desk", "--user", "trainee"]
        with subprocess.Popen(call, stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.write(ours, b"echo I am $(id -un) at $(hostname); exit\n")
            seen = _read_until_end(ours, process)
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == 0
    assert b"I am trainee at desk" in seen


def _read_until_end(terminal: int, process: subprocess.Popen[bytes]) -> bytes:
    """All that is shown until the command has ended; a command that does not is killed."""
    seen, deadline = b"", time.monotonic() + 15
    while process.poll() is None:
        if select.select([terminal], [], [], 0.05)[0]:
            seen += os.read(terminal, 4096)
        if time.monotonic() > deadline:
            process.kill()
    while select.select([terminal], [], [], 0)[0]:
        seen += os.read(terminal, 4096)
    return seen


@pytest.mark.parametrize(
    ("task", "right", "points", "times"),
    [
        ("how-long", "28.3", 0, 100),
        pytest.param("way-in", "10.20.30.12", 50, 1000, marks=pytest.mark.slow),
    ],
)
def test_a_wrong_answer_again_and_again(
    live: Live, task: str, right: str, points: int, times: int
) -> None:
    """Each costs something in one task, and nothing in the other."""
    engine = LocalEngine()
    with engine.store() as store:
        verdicts = [
            submit(live.sandbox, store, live.plan, task, f"{number}", actor="blue/trainee")
            for number in range(times)
        ]
        last = submit(live.sandbox, store, live.plan, task, right, actor="blue/trainee")
    assert {verdict.outcome for verdict in verdicts} == {Outcome.WRONG}
    assert last.outcome is Outcome.SOLVED
    scored = {one.name: one for one in score(live.plan, engine.record_of("hall").events).tasks}
    assert (scored[task].points, scored[task].standing.attempts) == (points, times + 1)


def test_malformed_frames_hurt_nobody(live: Live) -> None:
    chance = random.Random(7)  # noqa: S311 - frames, not secrets
    before = live.sandbox.points()["ats.position"]
    for length in [*range(1, 40), 260, 4000]:
        frame = bytes(chance.randrange(256) for _ in range(length))
        with live.sandbox.open_tcp("eng", "10.20.30.22", 502) as line:
            line.sendall(frame)
    with live.sandbox.open_tcp("eng", "10.20.30.22", 502) as line:
        line.settimeout(5)
        line.sendall(bytes.fromhex(READ_MODE))
        assert line.recv(64)[:2] == bytes.fromhex(READ_MODE)[:2]
    assert live.sandbox.points()["ats.position"] == before
    assert not [one for one in live.sandbox.events() if one.kind == "platform.fault"]


def test_a_full_disk_is_told_and_nothing_is_acknowledged(live: Live) -> None:
    pid, limit = live.sandbox.status().agent_pid, resource.RLIMIT_FSIZE
    _, most = resource.prlimit(pid, limit)
    resource.prlimit(pid, limit, (1, most))
    try:
        refused = bachang("submit", "hall", "frequency", "49")
    finally:
        resource.prlimit(pid, limit, (most, most))
    assert refused.status == 3
    assert "make room on its disk" in refused.err
    assert bachang("submit", "hall", "frequency", "50").out == "solved: right\n"
