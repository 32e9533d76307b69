"""Packs that the tests of this room make from the small one."""

from __future__ import annotations

import shutil
from pathlib import Path

from bachang.plan import resolve
from bachang.scenario import Problem, ScenarioError, load

SMALL = Path(__file__).parent / "packs" / "small"
HEAD = "bachang: 1\nname: test\ntitle: {en: Test, zh: 测试}\n"


def changed(folder: Path, *pairs: tuple[str, str]) -> Path:
    """A copy of the small pack, changed; each old text must be there exactly once."""
    pack = folder / "pack"
    shutil.copytree(SMALL, pack)
    text = (pack / "scenario.yaml").read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (pack / "scenario.yaml").write_text(text, encoding="utf-8")
    return pack


def written(folder: Path, text: str) -> Path:
    """A pack of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(HEAD + text, encoding="utf-8")
    return folder


def mistakes(pack: Path) -> tuple[Problem, ...]:
    """What resolving a pack finds; nothing if it resolves."""
    try:
        resolve(load(pack), 0)
    except ScenarioError as error:
        return error.problems
    return ()
