"""Every problem that the portal tells has a Chinese sentence, and no sentence is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticKnownError

import bachang
from bachang.portal._access import RULES
from bachang.portal._faults import _KINDS
from bachang.portal._language import CATALOGUE, Language, say, sentence
from bachang.portal.models import Kind, Role, RunState

SOURCE = Path(bachang.__file__).parent
PORTAL = sorted((SOURCE / "portal").rglob("*.py"))
TEXTS = {
    "ProblemError": (2, 3),
    "conflict": (0, 1),
    "invalid": (0, 1),
    "forbidden": (0, 1),
    "_refused": (0,),
    "NotRecordedError": (0,),
    "SandboxGoneError": (0,),
    "StoreError": (0,),
}
"""Who makes a problem, and which arguments are told to people."""
NAMES = {"not_found": 0, "one": 2, "Limit": 0}
"""Who takes a word that fills a hole, and as which argument."""
PASSED_ON = {"detail", "remedy", "said", "words"}
"""Arguments that got their text elsewhere."""
HOLE = re.compile(r"\{\w*(!r)?\}")
LIBRARY: dict[str, dict[str, Any]] = {
    "missing": {},
    "string_type": {},
    "int_type": {},
    "bool_type": {},
    "extra_forbidden": {},
    "string_too_short": {"min_length": 12},
    "string_too_long": {"max_length": 200},
    "string_pattern_mismatch": {"pattern": "^[a-z]$"},
    "greater_than_equal": {"ge": 1},
    "less_than_equal": {"le": 9},
}
"""What Pydantic says of a field that cannot be as it was sent."""


def shape(text: str) -> str:
    """A sentence without the names of its holes."""
    return HOLE.sub(lambda hole: f"{{{hole[1] or ''}}}", text)


def text_of(node: ast.expr) -> str | None:
    """The shape of a text in the source; ``None`` where it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(
        str(part.value)
        if isinstance(part, ast.Constant)
        else ("{!r}" if isinstance(part, ast.FormattedValue) and part.conversion == 114 else "{}")
        for part in node.values
    )


def either(node: ast.expr) -> list[str]:
    """The shapes of a text, or of both where one of two is chosen."""
    parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return [text for text in map(text_of, parts) if text is not None]


def told(path: Path) -> Iterator[tuple[str, str]]:
    """Place and shape of every text of a file that may be told as a problem."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(tree):
        texts: list[ast.expr] = []
        if isinstance(node, ast.FunctionDef) and node.name in TEXTS:
            texts = list(node.args.defaults)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = ast.unparse(node.func).rpartition(".")[2]
            texts = [node.args[at] for at in TEXTS.get(name, ()) if at < len(node.args)]
            texts += [word.value for word in node.keywords if word.arg in ("detail", "remedy")]
            texts = texts if name in TEXTS else []
        for one in texts:
            place = f"{path.relative_to(SOURCE)}:{one.lineno}"
            choices = named.get(one.id, []) if isinstance(one, ast.Name) else [one]
            found = [text for choice in choices for text in either(choice)]
            passed_on = isinstance(one, ast.Name) and one.id in PASSED_ON
            assert found or passed_on, f"{place}: what this says cannot be read: {ast.unparse(one)}"
            yield from ((place, text) for text in found if text)


def words_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            at = NAMES.get(ast.unparse(node.func), 99)
            word = node.args[at] if at < len(node.args) else None
            if isinstance(word, ast.Constant):
                yield str(word.value)


def everything_told() -> dict[str, str]:
    """Shape to place."""
    places = {text: place for path in PORTAL for place, text in told(path)}
    return places | {remedy: "portal/_faults.py" for _, _, remedy in _KINDS.values()}


def test_every_problem_is_told_in_chinese():
    known = {shape(english) for english in CATALOGUE["portal"]}
    missing = [f"{place}: {text}" for text, place in everything_told().items() if text not in known]
    assert not missing, "add them to portal/problems.zh.toml:\n" + "\n".join(missing)


def test_no_sentence_is_left_over():
    places = everything_told()
    left = [english for english in CATALOGUE["portal"] if shape(english) not in places]
    assert not left, "nobody says this any more: " + "\n".join(left)


def test_sentences_of_lower_rooms_are_said_there():
    """A sentence of the catalogue may fill some holes of the one in the source."""
    said = {
        text
        for path in SOURCE.rglob("*.py")
        if path not in PORTAL
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr) and (text := text_of(node))
    }
    known = [
        re.compile(".*".join(map(re.escape, HOLE.split(text)[::2])))
        for text in said
        if len(HOLE.sub("", text)) > 12
    ]
    left = [one for one in CATALOGUE["below"] if not any(said.fullmatch(one) for said in known)]
    assert not left, "nobody says this any more: " + "\n".join(left)


@pytest.mark.parametrize("kind", LIBRARY)
def test_sentences_of_the_library_are_its_own(kind):
    message = PydanticKnownError(kind, LIBRARY[kind]).message()
    assert say(message, Language.CHINESE) != message


def test_titles_and_words_are_complete():
    statuses = {status for status, _, _ in _KINDS.values()} | {400, 404, 405, 500}
    for path in PORTAL:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ProblemError":
                status = node.args[0]
                if isinstance(status, ast.Constant) and isinstance(status.value, int):
                    statuses.add(status.value)
    assert set(CATALOGUE["title"]) == {str(status) for status in statuses}
    words = {word for path in PORTAL for word in words_of(path)}
    words |= {str(word) for kind in (Kind, Role, RunState) for word in kind}
    words |= {rule.of for rule in RULES.values() if rule.of}
    assert set(CATALOGUE["word"]) == words


def test_each_sentence_is_found_again_whatever_stands_in_its_holes():
    """Also where what stands there looks like another sentence, a hole, or the end of a text."""
    hostile = "x' is taken: it {name} \\ \" 您\n; there is no pack 'y'"
    for part in ("portal", "below"):
        for english, chinese in CATALOGUE[part].items():
            names = dict(re.findall(r"\{(\w+)(!r)?\}", english))
            assert set(names) == set(re.findall(r"\{(\w+)\}", chinese)), english
            values = {name: repr(hostile) if r else "7" for name, r in names.items()}
            if "what" in values:
                values["what"] = "run"
            said = sentence(english, chinese).say(english.replace("!r}", "}").format(**values))
            assert said is not None
            assert said == say(english.replace("!r}", "}").format(**values), Language.CHINESE)
            assert all(repr(hostile)[1:-1] in said for r in names.values() if r)
