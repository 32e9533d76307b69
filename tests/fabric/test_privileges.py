"""The operator's page says what the fabric does: its tables are the fabric's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.fabric import _policy, _seccomp, privileges

DOCS = Path(__file__).resolve().parents[2] / "docs" / "operator"


@pytest.mark.parametrize(("page", "language"), [("sandbox.md", "en"), ("sandbox.zh.md", "zh")])
def test_the_page_is_as_the_code(page: str, language: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for name in ("capabilities", "refused", "checked", "limits"):
        assert privileges.table(name, language) in text
    assert privileges.filled(text, language) == text
    assert f" {_seccomp.LAST_KNOWN} " in text


def test_every_line_of_the_code_is_there() -> None:
    refused = privileges.table("refused")
    assert all(f"`{call}`" in refused for call in _seccomp.REFUSED)
    assert all(f"`{call}`" in privileges.table("checked") for call in _seccomp.CHECKED)
    held = privileges.table("capabilities")
    assert held.count("\n") == len(_policy.CAPABILITIES) + 2


@pytest.mark.parametrize(
    ("place", "name", "entry"),
    [
        (_seccomp.REFUSED, "swapon_again", (999, 999)),
        (_seccomp.CHECKED, "prctl", (157, 167)),
        (_policy.CAPABILITIES, "sys_admin", 21),
    ],
)
def test_what_is_not_explained_is_an_error(
    monkeypatch: pytest.MonkeyPatch, place: dict[str, object], name: str, entry: object
) -> None:
    monkeypatch.setitem(place, name, entry)
    with pytest.raises(KeyError):
        _ = [privileges.table(each) for each in ("refused", "checked", "capabilities")]
