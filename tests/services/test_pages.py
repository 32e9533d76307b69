"""The page server finds pages by language and nothing outside its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.services.pages import find, language_of


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "pages"
    (root / "docs").mkdir(parents=True)
    for name in ("index.en.html", "index.zh.html", "only.html", "docs/a.txt"):
        (root / name).write_text(name)
    (tmp_path / "secret").write_text("outside")
    (root / "link").symlink_to(tmp_path / "secret")
    return root


@pytest.mark.parametrize(
    ("path", "language", "name"),
    [
        ("/", "zh", "index.zh.html"),
        ("/index", "en", "index.en.html"),
        ("/only", "zh", "only.html"),
        ("/docs/a.txt", "en", "docs/a.txt"),
        ("/docs/", "en", "docs"),
    ],
)
def test_finds(root: Path, path: str, language: str, name: str) -> None:
    assert find(root, path, language) == root / name


@pytest.mark.parametrize(
    "path", ["/../secret", "/%2e%2e/secret", "/docs/../../secret", "/link", "//etc/passwd", "/none"]
)
def test_nothing_outside(root: Path, path: str) -> None:
    assert find(root, path, "en") is None


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "zh-CN,zh;q=0.9", "zh"),
        ("", "en-GB", "en"),
        ("", "", "en"),
        ("lang=zh", "en", "zh"),
        ("lang=en", "zh", "en"),
    ],
)
def test_language(query: str, accepted: str, language: str) -> None:
    assert language_of(query, accepted) == language
