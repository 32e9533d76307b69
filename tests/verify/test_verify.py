"""The whole proof of small broken packs: every failure is a check with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bachang.fabric import Fabric, LocalFabric, Sandbox, WorldError
from bachang.plan import World
from bachang.verify import Check, VerifyReport, to_html, verify

EMPTY = """
bachang: 1
name: small
title: {en: Small, zh: 小}
description: {en: Nothing in it., zh: 空的。}
networks: {lan: {cidr: 10.9.0.0/24}}
hosts:
  desk: {networks: [lan], users: {trainee: {}}}
"""


def pack(folder: Path, text: str) -> Path:
    (folder / "scenario.yaml").write_text(text)
    folder.chmod(0o755)
    return folder


class NoFabric(Fabric):
    """A machine on which nothing comes up."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def deploy(self, world: World, *, name: str, ends_with_client: bool = False) -> Sandbox:
        self.asked.append(name)
        raise WorldError("host desk: no memory left; free some")

    def attach(self, name: str) -> Sandbox:
        raise NotImplementedError

    def sandboxes(self) -> list[str]:
        return []


def test_a_pack_that_cannot_be_read_is_a_report(tmp_path: Path) -> None:
    fabric = NoFabric()
    report = verify(pack(tmp_path, EMPTY.replace("hosts:", "hots:")), fabric=fabric)
    assert not report.ok
    assert [check.name for check in report.checks] == ["load/scenario"]
    assert "did you mean `hosts`" in report.checks[0].reason
    assert fabric.asked == []


def test_what_a_strict_reader_finds_is_a_failure(tmp_path: Path) -> None:
    text = EMPTY.replace(", zh: 小", "") + "variables: {unused: {type: digits}}\n"
    report = verify(pack(tmp_path, text), fabric=NoFabric())
    lint = next(check for check in report.checks if check.name == "load/lint")
    assert not lint.ok
    assert "zh" in lint.reason
    assert "unused" in lint.reason


def test_a_world_that_does_not_come_up_fails_every_check_of_it(tmp_path: Path) -> None:
    seen: list[Check] = []
    fabric = NoFabric()
    report = verify(pack(tmp_path, EMPTY), fabric=fabric, progress=seen.append)
    assert [check.name for check in report.checks] == [
        "load/scenario",
        "load/lint",
        "task/idle",
        "quiet",
        "containment",
        "replay/journal",
        "replay/snapshot",
    ]
    failures = {check.name: check.reason for check in report.failures}
    assert set(failures) == {check.name for check in report.checks[2:]}
    assert all("no memory left; free some" in reason for reason in failures.values())
    assert {check.name for check in seen} == {check.name for check in report.checks}
    assert len(set(fabric.asked)) == len(fabric.asked) == 3


def test_a_service_that_never_answers_is_named(tmp_path: Path, home: Path) -> None:
    text = EMPTY.replace(
        "{trainee: {}}}", "{trainee: {}}, services: {web: {program: [sleep, inf], port: 80}}}"
    )
    report = verify(pack(tmp_path, text), fabric=LocalFabric(ready_timeout_s=0.5))
    reasons = {check.reason for check in report.failures}
    assert len(report.failures) == 5
    assert all("desk/web" in reason for reason in reasons), reasons


def test_a_small_pack_holds(tmp_path: Path, home: Path) -> None:
    report = verify(pack(tmp_path, EMPTY))
    assert report.ok, report.failures
    assert [check.name for check in report.checks] == [
        "load/scenario",
        "load/lint",
        "task/idle",
        "quiet",
        "containment",
    ]


REPORT = VerifyReport(
    pack="packs/<small>",
    title={"en": "Small & <b>bold</b>", "zh": "小"},
    plan="0123",
    checks=(
        Check(name="quiet", title={"en": "Quiet", "zh": "平静"}, ok=True, evidence="30 minutes"),
        Check(name="task/one", title={"en": "One", "zh": "一"}, ok=False, reason="<script> & why"),
    ),
    duration_s=1.25,
)


def test_report_as_json() -> None:
    told = json.loads(REPORT.to_json())
    assert told["ok"] is False
    assert told["checks"][1]["reason"] == "<script> & why"
    assert [check.name for check in REPORT.failures] == ["task/one"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_report_as_page(language: str) -> None:
    page = to_html(REPORT, language=language, told=lambda said: {"en": said, "zh": f"译：{said}"})
    assert "译：30 minutes" in page
    assert "译：&lt;script&gt; &amp; why" in page
    assert f'<html lang="{language}">' in page
    assert "1 of 2 checks hold" in page
    assert "2 项检查中 1 项成立" in page
    assert "&lt;script&gt; &amp; why" in page
    assert "<b>bold</b>" not in page
    assert "://" not in page, "nothing is loaded from elsewhere"


def test_nothing_checked_is_not_verified() -> None:
    empty = VerifyReport(pack="p", title={"en": "P"}, plan="", checks=(), duration_s=0.0)
    assert not empty.ok
