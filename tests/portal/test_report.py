"""The after-action report from the portal: for whom, when, and as what."""

from __future__ import annotations

import pytest

from bachang.portal.models import Role
from tests.portal.people import People
from tests.portal.test_run import running


def test_a_report_of_a_class(people: People) -> None:
    teacher, ann, ben = people("tom", Role.INSTRUCTOR), people("ann"), people("ben")
    group = teacher.post("/api/groups", json={"title": "G"}).json()["id"]
    teacher.put(f"/api/groups/{group}/members/{people.ids['ann']}")
    new = {"pack": "hall", "kind": "class", "group": group}
    exercise = teacher.post("/api/exercises", json=new).json()
    run = exercise["runs"][0]["id"]
    running(ann, run)
    page, paper = f"/api/runs/{run}/report.html", f"/api/runs/{run}/report.pdf"

    assert ann.get(page).status_code == 409  # it would tell what is ahead
    during = teacher.get(page)
    assert during.status_code == 200
    assert ben.get(page).status_code == 403

    assert teacher.post(f"/api/exercises/{exercise['id']}/end").is_success
    after = ann.get(page, params={"language": "zh"})
    assert after.headers["content-type"] == "text/html; charset=utf-8"
    assert after.headers["content-disposition"] == f'inline; filename="report-{run}.html"'
    policy = after.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "default-src 'none'" in policy
    assert 'lang="zh"' in after.text
    assert "复盘报告" in after.text

    printed = ann.get(paper)
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert ben.get(paper).status_code == 403


def test_no_report_of_what_never_lived(people: People) -> None:
    ann = people("ann")
    people.assembly.stage.starts.close()  # nothing starts any more
    run = ann.post("/api/exercises", json={"pack": "hall"}).json()["runs"][0]["id"]
    refused = ann.get(f"/api/runs/{run}/report.html")
    assert (refused.status_code, refused.json()["detail"]) == (409, "this run never lived")


def test_a_machine_without_a_printer(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = people("tom", Role.INSTRUCTOR)
    run = teacher.post("/api/exercises", json={"pack": "hall"}).json()["runs"][0]["id"]
    running(teacher, run)
    assert teacher.get(f"/api/runs/{run}/report.pdf").status_code == 409  # a learner in it
    assert teacher.post(f"/api/runs/{run}/end").is_success
    monkeypatch.setenv("PATH", "/nonexistent")
    refused = teacher.get(f"/api/runs/{run}/report.pdf")
    assert (refused.status_code, refused.json()["type"]) == (503, "machine")
    assert "chromium" in refused.json()["detail"]
