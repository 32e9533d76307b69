"""Packs: those that ship, and those that people bring, some of them hostile."""

from __future__ import annotations

import io
import os
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from bachang.portal._shelf import Shelf
from bachang.portal.models import Role
from tests.portal.people import PACKS, People

SCENARIO = (PACKS / "hall" / "scenario.yaml").read_bytes().replace(b"name: hall", b"name: mine")
SOLUTIONS = {
    f"solutions/{file.name}": file.read_bytes() for file in (PACKS / "hall/solutions").iterdir()
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def archive(files: dict[str, bytes], *, prefix: str = "", **types: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(prefix + name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            kind = types.get(name, stat.S_IFREG)
            entry.external_attr = (kind | 0o644) << 16
            made.writestr(entry, content)
    return buffer.getvalue()


def upload(people: People, content: bytes, name: str = "mine", by: str = "ada") -> tuple[int, str]:
    answer = people(by, Role.AUTHOR).put(
        f"/api/packs/{name}", content=content, headers={"Content-Type": "application/zip"}
    )
    return answer.status_code, answer.text


def test_a_pack_that_ships(people: People) -> None:
    (pack,) = people("ann").get("/api/packs").json()["items"]
    shown = {key: pack[key] for key in ("name", "hosts", "tasks", "points", "shipped", "problems")}
    assert shown == {
        "name": "hall", "hosts": 2, "tasks": 3, "points": 200, "shipped": True, "problems": [],
    }  # fmt: skip
    topology = people("ann").get("/api/packs/hall/topology").json()
    assert [host["name"] for host in topology["hosts"]] == ["desk", "server"]
    assert "10.44.0.21" not in str(topology)


@pytest.mark.parametrize("prefix", ["", "mine/"])
def test_a_pack_is_brought_replaced_and_deleted(people: People, prefix: str) -> None:
    files = {"scenario.yaml": SCENARIO, "picture.png": PNG, **SOLUTIONS}
    status, text = upload(people, archive(files, prefix=prefix))
    assert status == 201, text
    ada, ann = people("ada"), people("ann")
    pack = ann.get("/api/packs/mine").json()
    assert (pack["uploaded_by"], pack["verified"], pack["problems"]) == ("ada", None, [])
    picture = ann.get(pack["picture"])
    assert (picture.headers["content-type"], picture.content) == ("image/png", PNG)
    assert upload(people, archive(files), by="eve")[0] == 403
    assert ann.post("/api/exercises", json={"pack": "mine"}).status_code == 403
    assert upload(people, archive({"scenario.yaml": b"bachang: 2"}))[0] == 201
    assert ann.get("/api/packs/mine").json()["problems"][0] == {
        "en": "scenario.yaml:1:1: `name` is missing; add `name: …`",
        "zh": "scenario.yaml:1:1: 缺少 `name`；请添加 `name: …`。",
    }
    assert ada.post("/api/exercises", json={"pack": "mine"}).status_code == 422
    assert ada.delete("/api/packs/mine").status_code == 204
    assert ann.get("/api/packs/mine").status_code == 404


def test_a_copy_says_of_what_until_an_archive_replaces_it(people: People) -> None:
    ada = people("ada", Role.AUTHOR)
    assert ada.post("/api/packs", json={"name": "mine", "copy_of": "hall"}).status_code == 201
    assert ada.get("/api/packs/mine").json()["copy_of"] == "hall"
    assert ada.get("/api/packs/hall").json()["copy_of"] is None
    status, text = upload(people, archive({"scenario.yaml": SCENARIO, **SOLUTIONS}))
    assert status == 201, text
    assert ada.get("/api/packs/mine").json()["copy_of"] is None


def test_a_pack_is_read_again_when_any_of_its_files_changes(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKS / "hall", tmp_path / "hall")
    shelf, script = Shelf(), min((folder / "solutions").iterdir())
    first = shelf.load(folder)
    assert first.plan is not None
    assert shelf.load(folder) is first
    before = script.stat()
    script.write_bytes(script.read_bytes().swapcase())
    os.utime(script, ns=(before.st_atime_ns, before.st_mtime_ns))
    changed = shelf.load(folder)
    assert changed.content != first.content
    (folder / "more.txt").write_text("more")
    assert shelf.load(folder).content != changed.content
    script.unlink()
    assert shelf.load(folder).problems


def test_a_pack_that_ships_stays(people: People) -> None:
    files = {"scenario.yaml": SCENARIO}
    assert upload(people, archive(files), name="hall")[0] in (403, 409)
    assert people("ann").get("/api/packs/hall").json()["shipped"]


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/out", "a/../../out", "a\\..\\out", "C:\\out", "new\nline", "a/./../../out"],
)
def test_a_path_that_leads_elsewhere(people: People, name: str, home: Path) -> None:
    status, text = upload(people, archive({"scenario.yaml": SCENARIO, name: b"x"}))
    assert status == 422, text
    assert people("ann").get("/api/packs/mine").status_code == 404
    assert not list(home.rglob("*out*"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK])
def test_what_is_no_plain_file(people: People, kind: int) -> None:
    content = archive({"scenario.yaml": SCENARIO, "link": b"/etc/passwd"}, link=kind)
    assert upload(people, content)[0] == 422


def test_a_zip_bomb(people: People, home: Path) -> None:
    bomb = archive({"scenario.yaml": SCENARIO, "big": bytes(64 << 20)})
    assert len(bomb) < 200_000
    assert upload(people, bomb)[0] == 413
    many = archive({"scenario.yaml": SCENARIO} | {f"f{n}": bytes(3 << 20) for n in range(12)})
    assert upload(people, many)[0] == 413
    swarm = archive({f"f{n}": b"" for n in range(5000)})
    assert upload(people, swarm)[0] == 422
    assert list((home / "portal" / "packs").iterdir()) == []


def test_sizes_that_an_archive_claims_are_not_believed(people: People) -> None:
    content = bytearray(archive({"scenario.yaml": SCENARIO, "big": bytes(8 << 20)}))
    size = (8 << 20).to_bytes(4, "little")
    at = content.find(size)
    while at >= 0:
        content[at : at + 4] = (10).to_bytes(4, "little")
        at = content.find(size, at)
    assert upload(people, bytes(content))[0] in (413, 422)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\3\4" + bytes(100), b"<html>", bytes(1000)])
def test_no_archive(people: People, content: bytes) -> None:
    assert upload(people, content)[0] == 422


def test_hostile_scenarios_are_only_wrong(people: People) -> None:
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((n, n) + (n - 1,) * 9)
        for n in range(ord("b"), ord("k"))
    )
    for scenario in (bomb, b"[" * 100_000, b"!!python/object/apply:os.system [id]", b"\xff\xfe"):
        status, _ = upload(people, archive({"scenario.yaml": scenario}))
        assert status == 201
        pack = people("ann").get("/api/packs/mine").json()
        assert pack["problems"]
        assert all(told.get("zh") for told in pack["problems"]), pack["problems"]


def test_nothing_of_a_pack_is_run(people: People, tmp_path: Path) -> None:
    """Whatever is asked of it short of starting it: its code would leave a mark."""
    mark = tmp_path / "mark"
    tmp_path.chmod(0o777)
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\ndef main(): pass\n".encode()
    scenario = SCENARIO.replace(
        b"services:", b"services:\n      app: {python: 'app.py:main', port: 81}", 1
    )
    files = {"scenario.yaml": scenario, "app.py": code, "conftest.py": code, **SOLUTIONS}
    files |= {name: b"#!/bin/sh\ntouch %s\n" % bytes(mark) for name in SOLUTIONS}
    assert upload(people, archive(files))[0] == 201
    ada = people("ada")
    assert ada.get("/api/packs/mine").json()["problems"] == []
    assert ada.get("/api/packs/mine/topology").is_success
    reading = ada.post("/api/packs/mine/lint", json={}).json()
    assert reading["plan"]
    assert ada.get("/api/packs/mine/files").is_success
    assert ada.post("/api/packs", json={"name": "again", "copy_of": "mine"}).is_success
    assert not mark.exists()
    exec(code)  # noqa: S102 - the same code does leave one
    assert mark.exists()


def test_a_picture_that_is_a_script_is_not_shown(people: People) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    files = {"scenario.yaml": SCENARIO, "picture.png": svg, "picture.svg": svg, **SOLUTIONS}
    assert upload(people, archive(files))[0] == 201
    assert people("ann").get("/api/packs/mine").json()["picture"] is None
    assert people("ann").get("/api/packs/mine/picture").status_code == 404
