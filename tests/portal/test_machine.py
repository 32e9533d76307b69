"""The machine as its operator sees it: what runs, whose it is, and what is cleared."""

from __future__ import annotations

import os
import signal

import pytest

from bachang.engine import load_plan
from bachang.portal import Assembly
from bachang.portal.models import Role, RunState
from tests.portal.people import PACKS, People
from tests.portal.test_live import connect
from tests.portal.test_run import running, start, until


def test_it_is_told_live_with_whose_sandboxes(people: People) -> None:
    ann, otto = people("ann"), people("otto", Role.OPERATOR)
    run = start(ann)
    running(ann, run)
    with connect(otto, "/api/live?topic=machine") as live:
        machine = live.receive_json()["snapshot"]
    (sandbox,) = machine["sandboxes"]
    assert (sandbox["run"], sandbox["learner"], sandbox["leftover"]) == (run, "Ann", False)
    assert (sandbox["hosts"], machine["abandoned"]) == (2, [])
    assert sandbox["memory_mib"] > 0
    assert machine["capacity"]["running"] == 1
    assert {one["capability"] for one in machine["findings"]} >= {"veth", "nft"}
    assert all({"en", "zh"} <= one["remedy"].keys() for one in machine["findings"])


@pytest.mark.alone
def test_what_accidents_left_is_cleared_and_nothing_else(
    people: People, assembly: Assembly
) -> None:
    ann, otto = people("ann"), people("otto", Role.OPERATOR)
    wanted, left = start(ann), start(people("ben"))
    running(ann, wanted)
    running(people("ben"), left)
    engine, plan = assembly.stage.engine, load_plan(PACKS / "hall")
    engine.up(plan, name="mine")
    os.kill(engine.up(plan, name="dead").sandbox.status().agent_pid, signal.SIGKILL)
    until(engine.abandoned, lambda names: names == ["dead"])
    with assembly.store.writing() as connection:
        connection.exec_driver_sql(
            f"UPDATE run SET state = '{RunState.ENDED}' WHERE id = '{left}'"  # noqa: S608
        )
    machine = otto.get("/api/machine").json()
    assert [one["name"] for one in machine["sandboxes"] if one["leftover"]] == [left]
    assert machine["abandoned"] == ["dead"]
    removed = otto.post("/api/machine/cleanup").json()["removed"]
    assert removed == [left, "dead"]
    assert engine.fabric.sandboxes() == sorted([wanted, "mine"])
    assert engine.abandoned() == []
    assert engine.record_of("dead").events
    engine.down("mine")
    assert otto.post("/api/machine/cleanup").json()["removed"] == []
