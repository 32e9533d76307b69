"""`bachang verify`: what it writes for readers of either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import bachang

SCENARIO = (
    "bachang: 1\nname: small\ntitle: {en: Small, zh: 小}\ndescription: {en: S, zh: 小}\nhots: {}\n"
)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "unknown key `hots`; did you mean `hosts`?"),
        ("zh", "未知的键 `hots`；是否指 `hosts`？"),
    ],
)
def test_why_something_does_not_hold(language: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    page = tmp_path / "report.html"
    ended = bachang("verify", str(tmp_path), "--html", str(page), "--language", language)
    assert ended.status == 1, ended.err
    assert told in " ".join(ended.out.split())
    written = page.read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in written
    for name, text in (("en", "did you mean `hosts`?"), ("zh", "是否指 `hosts`？")):
        assert f"{text}</span>" in written.partition(f'<span class="{name}">{tmp_path}')[2]
