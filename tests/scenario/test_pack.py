"""Files of a pack: nothing outside of it is ever read."""

from __future__ import annotations

import os

import pytest

from bachang.scenario import PackFiles, _pack
from bachang.scenario._pack import read_pack


@pytest.fixture
def top(tmp_path):
    (tmp_path / "secret").write_text("outside")
    top = tmp_path / "pack"
    (top / "sub").mkdir(parents=True)
    (top / "sub" / "a.txt").write_text("inside")
    return top


def reason(files: PackFiles, path: str) -> str:
    missing = files.missing(path)
    assert missing is not None
    return missing[0]


def test_files_are_read_by_their_paths(top):
    (top / ".git").mkdir()
    (top / ".git" / "config").write_text("x")
    files = read_pack(top)
    assert files.content == {"sub/a.txt": b"inside"}
    assert files.folder("sub") == {"a.txt": b"inside"}
    assert files.missing("sub/a.txt") is None


def test_links_that_lead_out_are_refused(top):
    (top / "link").symlink_to("../secret")
    (top / "etc").symlink_to("/etc")
    (top / "gone").symlink_to("nowhere")
    (top / "loop").symlink_to("loop")
    files = read_pack(top)
    assert set(files.content) == {"sub/a.txt"}
    assert "link out of the pack" in reason(files, "link")
    assert "link out of the pack" in reason(files, "etc/passwd")
    assert "link to nothing" in reason(files, "gone")
    assert "link to nothing" in reason(files, "loop")


def test_links_inside_are_followed(top):
    (top / "b.txt").symlink_to("sub/a.txt")
    assert read_pack(top).content["b.txt"] == b"inside"


def test_special_files_are_not_opened(top):
    os.mkfifo(top / "pipe")
    assert "is not a file" in reason(read_pack(top), "pipe")


def test_sizes_are_bounded(top, monkeypatch):
    monkeypatch.setattr(_pack, "MAX_FILE_BYTES", 10)
    (top / "large").write_bytes(b"x" * 11)
    assert "too large" in reason(read_pack(top), "large")
    monkeypatch.setattr(_pack, "MAX_FILES", 0)
    assert "too large" in reason(read_pack(top), "sub/a.txt")


def test_what_is_missing_says_what_is_near(top):
    files = read_pack(top)
    assert files.missing("sub/b.txt") == (
        "no file `sub/b.txt` in the pack",
        "did you mean `sub/a.txt`?",
    )
    assert files.missing("sub") == ("`sub` is a folder", "name a file")
