"""The author's view: packs made and copied, files saved, drafts read, a pack proven live."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ruamel.yaml import YAML
from starlette.testclient import TestClient

from bachang.portal import Assembly
from bachang.portal._drafts._title import retitled
from bachang.portal._problem import ProblemError
from bachang.portal.models import Role
from tests.portal.people import PACKS, People
from tests.portal.test_library import archive, upload
from tests.portal.test_live import connect

FILE = "/api/packs/mine/file?path="
HALL = (PACKS / "hall" / "scenario.yaml").read_text()


@pytest.fixture
def ada(people: People) -> TestClient:
    """An author with a pack of her own, a copy of one that ships."""
    ada = people("ada", Role.AUTHOR)
    made = ada.post("/api/packs", json={"name": "mine", "copy_of": "hall"})
    assert made.status_code == 201, made.text
    return ada


def read(client: TestClient, scenario: str) -> dict[str, Any]:
    draft = {"files": {"scenario.yaml": scenario}}
    answer = client.post("/api/packs/mine/lint", json=draft)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_new_pack_is_clean(people: People) -> None:
    ada = people("ada", Role.AUTHOR)
    made = ada.post("/api/packs", json={"name": "mine", "title": 'A "quoted" world'}).json()
    assert (made["problems"], made["uploaded_by"], made["hosts"]) == ([], "ada", 2)
    assert made["title"]["en"] == "A 'quoted' world"
    reading = ada.post("/api/packs/mine/lint", json={}).json()
    assert reading["findings"] == []
    assert reading["since_saved"] == []
    assert reading["since_verified"] is None
    assert ada.post("/api/packs", json={"name": "mine"}).status_code == 409
    assert ada.post("/api/packs", json={"name": "hall"}).status_code == 409


@pytest.mark.parametrize("title", ['Night "shift" \\', "夜班: {en: x}", "# 1"])
def test_a_copy_has_the_title_that_was_asked_for(ada: TestClient, title: str) -> None:
    made = ada.post("/api/packs", json={"name": "named", "copy_of": "hall", "title": title})
    assert made.json()["title"] == {"en": title, "zh": title}
    original, copy = (
        ada.get(f"/api/packs/{pack}/file?path=scenario.yaml").json()["text"].splitlines()
        for pack in ("mine", "named")
    )
    assert len([line for line in original if line not in copy]) == 1


def test_a_file_that_is_no_scenario_gets_no_title() -> None:
    for content in (b"- a", b"{", b"\xff", b"[" * 2000):
        with pytest.raises(ProblemError, match="does not load"):
            retitled(content, "x")
    for before in ("title:\n  en: é\n  zh: |\n    1\n    2\n\n# note\nb: 1\n", "b: 1 # note"):
        after = retitled(before.encode(), "x").decode()
        assert "title:" in after
        assert YAML(typ="safe").load(after) == {"title": {"en": "x", "zh": "x"}, "b": 1}
        assert "# note" in after


def test_a_copy_is_ones_own_and_the_original_stays(ada: TestClient, people: People) -> None:
    listed = ada.get("/api/packs/mine/files").json()
    assert [one["path"] for one in listed] == [
        "scenario.yaml", "solutions/find.sh", "solutions/read.sh",
    ]  # fmt: skip
    file = ada.get(f"{FILE}scenario.yaml").json()
    assert file["text"] == HALL
    text = HALL.replace("A small hall", "My hall")
    body = {"text": text, "base": file["digest"]}
    assert ada.put(f"{FILE}scenario.yaml", json=body).status_code == 200
    assert ada.get("/api/packs/mine").json()["title"]["en"] == "My hall"
    assert (PACKS / "hall" / "scenario.yaml").read_text() == HALL
    assert (
        people("eve", Role.AUTHOR)
        .post("/api/packs", json={"name": "other", "copy_of": "mine"})
        .status_code
        == 403
    )
    shipped = "/api/packs/hall/file?path=scenario.yaml"
    organiser = people("olga", Role.ORGANISER)
    assert organiser.get(shipped).status_code == 200
    assert organiser.put(shipped, json=body).status_code == 409


def test_two_who_edit_do_not_overwrite_each_other(ada: TestClient) -> None:
    base = ada.get(f"{FILE}scenario.yaml").json()["digest"]
    first = {"text": HALL + "\n# one", "base": base}
    assert ada.put(f"{FILE}scenario.yaml", json=first).status_code == 200
    late = ada.put(f"{FILE}scenario.yaml", json={"text": HALL + "\n# two", "base": base})
    assert (late.status_code, late.json()["type"]) == (409, "conflict")
    assert ada.put(f"{FILE}solutions/find.sh", json={"text": "true"}).status_code == 409
    assert ada.put(f"{FILE}texts/new.md", json={"text": "# Hi"}).status_code == 200
    assert ada.delete(f"{FILE}texts/new.md").status_code == 204
    assert ada.get(f"{FILE}texts/new.md").status_code == 404
    assert ada.delete(f"{FILE}scenario.yaml").status_code == 409


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", ".hidden", "a//b", "a/.git/config", "", "a\\b", "a%00b"],
)
def test_paths_that_lead_elsewhere(ada: TestClient, path: str) -> None:
    assert ada.put(FILE + path, json={"text": "x"}).status_code == 422
    assert ada.get(FILE + path).status_code == 422


def test_a_file_in_the_way_of_a_folder(ada: TestClient) -> None:
    assert ada.put(f"{FILE}solutions", json={"text": "x"}).status_code == 409
    assert ada.put(f"{FILE}solutions/find.sh/x", json={"text": "x"}).status_code == 409


def test_findings_stand_where_they_are(ada: TestClient) -> None:
    wrong = HALL.replace("networks: {lan: 10.44.0.21}", "networks: {lam: 10.44.0.21}")
    reading = read(ada, wrong)
    (finding,) = reading["findings"]
    line = wrong.splitlines().index("    networks: {lam: 10.44.0.21}") + 1
    assert (finding["path"], finding["line"], finding["severity"]) == (
        "scenario.yaml", line, "error",
    )  # fmt: skip
    assert wrong.splitlines()[line - 1][finding["column"] - 1 :].startswith(("lam", "10.44"))
    assert finding["remedy"]["zh"] == "是否指 `lan`？"
    assert (reading["topology"], reading["since_saved"]) == (None, None)


def test_doubts_do_not_take_the_plan_away(ada: TestClient) -> None:
    reading = read(ada, HALL.replace("{en: Find the server, zh: 找到服务器}", "Find it"))
    assert {one["severity"] for one in reading["findings"]} == {"warning"}
    assert len(reading["topology"]["hosts"]) == 2


def test_a_plan_is_compared_by_names(ada: TestClient) -> None:
    edited = HALL.replace("10.44.0.21", "10.44.0.22").replace("  read:\n", "  look:\n")
    changed = {
        (one["part"], one["kind"], one["name"]): (one["before"], one["after"])
        for one in read(ada, edited)["since_saved"]
    }
    assert changed["addresses", "changed", "server:lan"] == ("10.44.0.21/24", "10.44.0.22/24")
    assert ("tasks", "added", "look") in changed
    assert ("tasks", "removed", "read") in changed
    assert ("hosts", "changed", "server") not in changed


@pytest.mark.parametrize("text", ["[" * 5000, "!!python/object/apply:os.system [id]", "a: *b"])
def test_hostile_drafts_are_only_wrong(ada: TestClient, text: str) -> None:
    assert read(ada, text)["findings"][0]["severity"] == "error"


def test_an_archive_brings_no_proof_of_its_own(people: People) -> None:
    proof = b'{"date": "2026-11-01T00:00:00Z", "ok": true}'
    files = {"scenario.yaml": HALL.encode(), "verified.json": proof} | {
        f"solutions/{one.name}": one.read_bytes() for one in (PACKS / "hall/solutions").iterdir()
    }
    assert upload(people, archive(files))[0] == 201
    assert people("ann").get("/api/packs/mine").json()["verified"] is None
    assert people("ann").post("/api/exercises", json={"pack": "mine"}).status_code == 403


def wait(client: TestClient, *states: str) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        shown = client.get("/api/packs/mine/verification").json()
        if shown["state"] in states:
            return dict(shown)
        time.sleep(0.1)
    raise AssertionError(shown)


def test_a_pack_is_proven_and_loses_its_proof_by_a_change(people: People) -> None:
    ada, ann = people("ada", Role.AUTHOR), people("ann")
    ada.post("/api/packs", json={"name": "mine"})
    address = "/api/packs/mine/verification"
    assert ada.get(address).json()["state"] == "none"
    assert ada.delete(address).status_code == 409
    assert ann.post("/api/exercises", json={"pack": "mine"}).status_code == 403
    with connect(ada, "/api/live?topic=pack:mine") as live:
        assert live.receive_json()["snapshot"]["state"] == "none"
        assert ada.post(address).status_code == 202
        assert ada.post(address).status_code == 409
        states: list[str] = []
        while not {"passed", "failed", "broken"} & set(states):
            changes = live.receive_json()["event"]["changes"]
            states.append(changes.get("state", ""))
    done = wait(ada, "passed", "failed", "broken")
    assert done["state"] == "passed", done
    assert [one["name"] for one in done["checks"] if not one["ok"]] == []
    assert sorted(one["name"] for one in done["checks"]) == sorted(done["expected"])
    assert ann.get("/api/packs/mine").json()["verified"]["ok"] is True
    text = ada.get(f"{FILE}scenario.yaml").json()
    body = {"text": text["text"].replace("10.20.10.21", "10.20.10.22"), "base": text["digest"]}
    assert ada.put(f"{FILE}scenario.yaml", json=body).status_code == 200
    assert ann.get("/api/packs/mine").json()["verified"] is None
    assert ada.get(address).json()["current"] is False
    since = ada.post("/api/packs/mine/lint", json={}).json()["since_verified"]
    assert [(one["part"], one["name"]) for one in since] == [("addresses", "server:office")]


def test_a_verification_is_cancelled(ada: TestClient, assembly: Assembly) -> None:
    address = "/api/packs/mine/verification"
    assert ada.post(address).status_code == 202
    wait(ada, "running")
    assert ada.delete(address).status_code == 200
    assert wait(ada, "cancelled")["current"] is True
    assert assembly.stage.engine.fabric.sandboxes() == []
    assert ada.get("/api/packs/mine").json()["verified"] is None


def test_who_may_not_watch(people: People, ada: TestClient) -> None:
    with connect(people("eve", Role.AUTHOR), "/api/live?topic=pack:mine") as live:
        assert live.receive()["code"] == 1008
