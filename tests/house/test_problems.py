"""All that people are told of what goes wrong has a Chinese sentence, and none is left over.

Three kinds are looked for in the source: what the portal's problems and runs say, the errors of
lower rooms that come out of a sandbox, and every sentence of the rooms that say what is wrong with
a scenario.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticKnownError

import bachang
from bachang.catalogue import CATALOGUE, SAID, Language, say, sentence
from bachang.exercise import Outcome
from bachang.portal._access import RULES
from bachang.portal._faults import _KINDS
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
ALSO = {"both": 0, "_fail": 1, "end_exercise": 1, "end_run": 1, "give_up": 0}
"""Who is given why a run is not what it was, if that is said there."""
SENTENCES = [
    part for part in CATALOGUE if part not in ("title", "word", "portal", "library", "system")
]
"""Parts of the catalogue with what lower rooms say."""
ERRORS = {
    *("SandboxError", "SandboxGoneError", "MachineError", "WorldError", "PlatformError"),
    *("NotProvenError", "ConditionError", "StoreError", "LogError", "ConflictError"),
    *("CorruptLogError", "UnknownTaskError", "NoHintError", "RequestError"),
}
"""Errors that reach people through the portal, by what they say first."""
PROBES = [SOURCE / "fabric" / "_probes.py", SOURCE / "fabric" / "_checks.py"]
"""Files that say what the doctor saw."""
SILENT = ("conformance", "_capture.py", "_capturing.py", "_contract.py", "_demo.py")
"""Files of lower rooms whose errors no portal meets: captures are the command line's."""
TALKING = [
    *(SOURCE / "scenario").rglob("*.py"),
    *(SOURCE / "plan").rglob("*.py"),
    *(SOURCE / "verify").rglob("*.py"),
    SOURCE / "exercise" / "_condition.py",
    SOURCE / "twins" / "_catalog.py",
    SOURCE / "fabric" / "_scarcity.py",
]
"""Files in which every sentence is for people, but for those that say none."""
SAYING_NONE = {
    "_changes.py",
    "_html.py",
    "_schema.py",
    "_svg.py",
    "_topology_style.py",
    "_topology_svg.py",
}
NAMES = {
    "not_found": 0,
    "one": 2,
    "Limit": 0,
    "draft.known": 1,
    "draft.all_known": 1,
    "_named": 2,
}
"""Who takes a word that fills a hole, and as which argument."""
PASSED_ON = {"detail", "remedy", "said", "words"}
"""Arguments that got their text elsewhere."""
HOLE = re.compile(r"\{\w*(!r)?\}")
PROSE = re.compile(r"[a-z`}]{2,}.? [a-z`{]")
NO_PROSE = re.compile(
    r"\{\}/\{\}|etc home|search \{|nameserver|options |::1|\{\}\t|\{\} IN |nft flush"
    r"|\{\} (?:on|at) \{|failed to (?:map|initialize)|memory allocation"
    r"|error re(?:turn|ading)|returned |Frozen object"
    r"|(?:Generating set|Transfer switch)$|module \{|a seed is"
    r"|the pack was changed|not everything holds"
)
"""What a resolver or a shell reads, what is put together of names, what only authors' tools say."""
BEFORE = re.compile(r"^(?:\{\}(?:\.\{\})?: |\{!r\} )")
"""A place or a value before a sentence; each is told by itself."""
PUT_TOGETHER = re.compile(
    r"\(\{error\}\): \{rest\}$|^use (?:more|less) than|^use at (?:least|most)"
    r"|is too (?:small|large)|; it said: \{words\}$"
)
"""Sentences whose parts stand apart in the source."""
NO_SENTENCES = ("re.", "_log.", "text")
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
    "greater_than": {"gt": 0},
    "int_from_float": {},
    "int_parsing": {},
    "int_parsing_size": {},
    "float_type": {},
    "float_parsing": {},
    "finite_number": {},
    "bool_parsing": {},
    "bytes_type": {},
    "string_unicode": {},
    "list_type": {},
    "dict_type": {},
    "model_attributes_type": {},
    "enum": {"expected": "'a', 'b' or 'c'"},
    "too_short": {"field_type": "List", "min_length": 1, "actual_length": 0},
    "too_long": {"field_type": "Value", "max_length": 2, "actual_length": 3},
}
"""What Pydantic says of a field that cannot be as it was sent."""


def shape(text: str) -> str:
    """A sentence without the names of its holes; holes side by side are one."""
    return re.sub(r"(\{\}){2,}", "{}", HOLE.sub(lambda hole: f"{{{hole[1] or ''}}}", text))


def text_of(node: ast.expr) -> str | None:
    """The shape of a text in the source; ``None`` where it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    return shape(
        "".join(
            str(part.value)
            if isinstance(part, ast.Constant)
            else (
                "{!r}" if isinstance(part, ast.FormattedValue) and part.conversion == 114 else "{}"
            )
            for part in node.values
        )
    )


def either(node: ast.expr) -> list[str]:
    """The shapes of a text, or of both where one of two is chosen."""
    if isinstance(node, ast.IfExp):
        return either(node.body) + either(node.orelse)
    text = text_of(node)
    return [] if text is None else [text]


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


def also_told() -> Iterator[tuple[str, str]]:
    """Place and shape of the portal's own reasons for what became of a run."""
    for path in PORTAL:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                at = ALSO.get(ast.unparse(node.func).rpartition(".")[2], 99)
                if at < len(node.args):
                    place = f"{path.relative_to(SOURCE)}:{node.lineno}"
                    yield from ((place, text) for text in either(node.args[at]) if text)


def errors_of(path: Path) -> Iterator[tuple[str, str]]:
    """Place and shape of what a file's errors say."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = ast.unparse(node.func).rpartition(".")[2]
            place = f"{path.relative_to(SOURCE)}:{node.lineno}"
            if name in ERRORS:
                yield from ((place, text) for text in either(node.args[0]))


def details_of(path: Path) -> Iterator[tuple[str, str]]:
    """Place and shape of what a file's probes saw."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Outcome":
            place = f"{path.relative_to(SOURCE)}:{node.lineno}"
            details = [word.value for word in node.keywords if word.arg == "detail"]
            for text in [text for detail in details for text in either(detail)]:
                if PROSE.search(HOLE.sub("", text)):
                    yield place, text


def prose_of(path: Path) -> Iterator[tuple[str, str]]:
    """Place and shape of every sentence of a file: texts with words in them, on one line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    other: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            other.update(node.values)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            other.add(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith(NO_SENTENCES):
            other.update(ast.walk(node))
        elif isinstance(node, ast.Subscript):  # a type
            other.update(child for child in ast.walk(node.value))
    for node in ast.walk(tree):
        if node in other or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = text_of(node)
        if text and "\n" not in text and PROSE.search(text) and not NO_PROSE.match(text):
            yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


def everything_told() -> dict[str, str]:
    """Shape to place."""
    places = {text: place for path in PORTAL for place, text in told(path)}
    return places | {remedy: "portal/_faults.py" for _, _, remedy in _KINDS.values()}


def test_every_problem_is_told_in_chinese():
    known = {shape(english) for english in CATALOGUE["portal"]}
    missing = [f"{place}: {text}" for text, place in everything_told().items() if text not in known]
    assert not missing, "add them to catalogue/problems.zh.toml:\n" + "\n".join(missing)


def test_no_sentence_is_left_over():
    places = everything_told()
    left = [english for english in CATALOGUE["portal"] if shape(english) not in places]
    assert not left, "nobody says this any more: " + "\n".join(left)


def lower_rooms() -> Iterator[tuple[str, str]]:
    """Place and shape of all that comes to people out of lower rooms."""
    yield from also_told()
    for path in sorted(TALKING):
        if path.name not in SAYING_NONE:
            yield from prose_of(path)
    for path in PROBES:
        yield from details_of(path)
    for room in ("fabric", "engine", "journal", "exercise", "verify", "twins/plant"):
        for path in sorted((SOURCE / room).rglob("*.py")):
            if not any(part in SILENT for part in path.parts):
                yield from errors_of(path)


def test_what_lower_rooms_say_is_told_in_chinese():
    """A sentence of the catalogue may be a longer one, or have a wider hole, than the source's."""
    known = {shape(english) for part in (*SENTENCES, "word") for english in CATALOGUE[part]}
    whole = "\n".join(known)
    wide = [
        re.compile(".*".join(map(re.escape, HOLE.split(one)[::2])))
        for one in known
        if len(HOLE.sub("", one)) > 15
    ]

    def told_otherwise(text: str) -> bool:
        pattern = "[^\n]*".join(map(re.escape, HOLE.split(text)[::2]))
        part = len(HOLE.sub("", text)) > 3 and re.search(pattern, whole)
        return bool(part) or any(one.fullmatch(text) for one in wide)

    missing = [
        f"{place}: {text}"
        for place, text in lower_rooms()
        if HOLE.sub("", text).strip(" :;,.()")
        and not any(one in known or told_otherwise(one) for one in {text, BEFORE.sub("", text)})
    ]
    assert not missing, "add them to catalogue/*.zh.toml:\n" + "\n".join(missing)


def test_sentences_of_lower_rooms_are_said_there():
    """What stands between the holes is in the source, whatever it is put together of."""
    said = "\n".join(
        text
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr) and (text := text_of(node))
    )
    left = [
        english
        for part in SENTENCES
        for english in CATALOGUE[part]
        if not PUT_TOGETHER.search(english)
        and len(most := max(HOLE.split(english)[::2], key=len).strip(" :;(")) > 5
        and most not in said
    ]
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
    words = {word for path in (*PORTAL, *TALKING) for word in words_of(path)} | {"a name"}
    words |= {str(word) for word in Outcome}
    words |= {str(word) for kind in (Kind, Role, RunState) for word in kind}
    words |= {rule.of for rule in RULES.values() if rule.of}
    assert set(CATALOGUE["word"]) == words


def test_each_sentence_is_found_again_whatever_stands_in_its_holes():
    """Also where what stands there looks like another sentence, a hole, or the end of a text."""
    hostile = "x' is taken: it {name} \\ \" 您\n; there is no pack 'y'"
    for part in ("portal", *SENTENCES):
        for english, chinese in CATALOGUE[part].items():
            names = dict(re.findall(r"\{(\w+)(!r)?\}", english))
            assert set(names) == set(re.findall(r"\{(\w+)\}", chinese)), english
            values = {name: repr(hostile) if r else "7" for name, r in names.items()}
            values |= {"what": "run"} if "what" in values else {}
            values |= {"said": "is empty"} if "said" in values else {}
            text = re.sub(r"\{(\w+)(!r)?\}", lambda hole: values[hole[1]], english)  # noqa: B023
            said = sentence(english, chinese).say(text)
            assert said is not None
            assert all(repr(hostile)[1:-1] in said for r in names.values() if r)
            told = say(text, Language.CHINESE)
            assert said == told or SAID & set(names), text
