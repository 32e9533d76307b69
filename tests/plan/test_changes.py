"""What is different between two plans: every kind of item, by names."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from bachang.plan import Change, ChangeKind, File, Plan, changes, resolve
from bachang.scenario import load

HALL = Path(__file__).parents[1] / "portal" / "packs" / "hall"


def plan(*edits: tuple[str, str]) -> Plan:
    text = (HALL / "scenario.yaml").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return resolve(load(HALL, edits={"scenario.yaml": text.encode()}), "0")


def test_equal_plans_have_no_changes() -> None:
    assert changes(plan(), plan()) == ()


def test_an_address_is_told_with_both_values() -> None:
    (address,) = (
        one for one in changes(plan(), plan(("10.44.0.11", "10.44.0.12"))) if one.part != "users"
    )
    assert address == Change(
        part="addresses",
        name="desk:lan",
        kind=ChangeKind.CHANGED,
        before="10.44.0.11/24",
        after="10.44.0.12/24",
    )


def test_isolation_that_is_asked_for_is_told() -> None:
    (asked,) = changes(plan(), plan(("bachang: 1\n", "bachang: 1\nisolation: [memory]\n")))
    assert (asked.part, asked.name, asked.kind) == ("isolation", "memory", ChangeKind.ADDED)


def test_a_task_that_is_renamed_goes_and_comes() -> None:
    found = {
        (one.part, one.kind, one.name) for one in changes(plan(), plan(("  read:", "  look:")))
    }
    assert found == {
        ("tasks", ChangeKind.REMOVED, "read"),
        ("tasks", ChangeKind.ADDED, "look"),
    }


def test_a_file_is_told_by_its_content() -> None:
    old = plan()
    host = old.world.hosts[0]
    files = (*host.files, File(path="/etc/motd", content=b"hi"))
    hosts = (dataclasses.replace(host, files=files), *old.world.hosts[1:])
    new = dataclasses.replace(old, world=dataclasses.replace(old.world, hosts=hosts))
    (change,) = changes(old, new)
    assert (change.part, change.name, change.kind) == ("files", "desk:/etc/motd", ChangeKind.ADDED)
    assert change.after.startswith("2 B, root, 0644, sha256 8f434346")
    (gone,) = changes(new, old)
    assert (gone.kind, gone.before, gone.after) == (ChangeKind.REMOVED, change.after, "")


def test_texts_conditions_and_stories_count() -> None:
    new = plan(
        ("A small hall", "A hall"), ("!grid.available", "grid.available"), ("5 min", "6 min")
    )
    assert [(one.part, one.name) for one in changes(plan(), new)] == [
        ("texts", "title"), ("conditions", "dark"), ("scripts", "day"),
    ]  # fmt: skip
