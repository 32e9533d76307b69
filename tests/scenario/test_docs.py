"""The examples in the documentation are the language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bachang.scenario import load

DOCS = Path(__file__).parents[2] / "docs"
HEAD = "bachang: 1\nname: example\ntitle: {en: Example, zh: 示例}\n"


@pytest.mark.parametrize("page", ["developer/architecture.md", "author/scenario.md"])
def test_examples_load(tmp_path, page):
    text = (DOCS / page).read_text(encoding="utf-8")
    example = "".join(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    example = example.replace("{…}", "{en: a, zh: b}").replace("…", "a")
    if not example.startswith("bachang: 1\n"):
        example = HEAD + example
    (tmp_path / "scenario.yaml").write_text(example, encoding="utf-8")
    assert load(tmp_path).raw.tasks
