"""What an editor shows beside the keys of a scenario, in Chinese: nothing missing, nothing left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bachang.scenario import schema

WORDS = Path(__file__).parents[2] / "web" / "src" / "language" / "scenario.zh.json"
CHINESE: dict[str, str] = json.loads(WORDS.read_text(encoding="utf-8"))
CODE = re.compile("`[^`]+`")


def descriptions(part: Any) -> Iterator[str]:
    """Those of a schema and of all in it, on one line each, as the editor has them."""
    if isinstance(part, dict):
        if isinstance(text := part.get("description"), str):
            yield text.replace("\n", " ")
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from descriptions(each)


def test_every_description_has_a_chinese_text_and_none_is_left_over() -> None:
    told = set(descriptions(schema()))
    assert sorted(told - CHINESE.keys()) == [], f"add them to {WORDS.name}"
    assert sorted(CHINESE.keys() - told) == [], f"no description says this: delete in {WORDS.name}"


def test_what_is_to_be_typed_is_the_same_in_both() -> None:
    for english, chinese in CHINESE.items():
        assert sorted(CODE.findall(english)) == sorted(CODE.findall(chinese)), english
