"""What people are told, in the language of whoever reads it.

What goes wrong is said in English, like everything in the code, and kept and logged so. The
catalogue (`problems.zh.toml`, `scenarios.zh.toml`, `sandboxes.zh.toml`) has each such sentence in
Chinese, with holes for what changes: a sentence is found by its English text, and what stood in a
hole is put into the Chinese one as it is, or in Chinese where it is a sentence itself. What the
catalogue does not know stays English. `tests/house/test_problems.py` keeps it whole.

Problems are told in the language of the request (`say`); what lives longer than a request, and
goes to many, is told in both (`both`).
"""

from __future__ import annotations

import enum
import errno
import functools
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path


def _catalogue() -> dict[str, dict[str, str]]:
    parts: dict[str, dict[str, str]] = {}
    for name in ("problems", "scenarios", "sandboxes"):
        text = Path(__file__).with_name(f"{name}.zh.toml").read_text(encoding="utf-8")
        for part, lines in tomllib.loads(text).items():
            parts.setdefault(part, {}).update(lines)
    return parts


CATALOGUE = _catalogue()
"""English to Chinese: ``word`` are words that fill the hole ``{what}``, one or several with commas;
``title`` has the titles by status and ``system`` the system's words by the names of its errors;
all others are sentences: of the ``portal``, of lower rooms (``below``, ``scenario``, ``sandbox``,
``check``), and of a ``library``."""

SAID = frozenset({"said", "error", "reason", "problem", "rest", "more", "when", "blame", "message"})
"""Holes that are filled with other sentences; ``said`` with one that the catalogue knows, the
others with any text. A ``list`` has members joined by *and* or *or*."""

_HOLE = re.compile(r"\{(\w+)(!r)?\}")
_QUOTED = r"""(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""
"""What ``repr`` makes of a text. It ends where it ends, whatever stands in it."""
_RANGE = re.compile(r"\s*([a-z]+|\*)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", re.I)
_PLACE = re.compile(r"(\S+:\d+:\d+: )(?:([^\s:`']+): )?(.*)")
"""A line of a `ScenarioError`."""
_JOINT = re.compile(r" (?:and|or) ")
_DEPTH = 5
"""Sentences in sentences."""
_MOST_JOINTS = 6


class Language(enum.StrEnum):
    """A language that problems are told in."""

    ENGLISH = "en"
    CHINESE = "zh-CN"


_KNOWN = {"en": Language.ENGLISH, "zh": Language.CHINESE}


def language_of(accepted: str) -> Language:
    """The language that an ``Accept-Language`` header likes best; English if it says nothing."""
    best, liked = Language.ENGLISH, 0.0
    for one in accepted.split(","):
        found = _RANGE.fullmatch(one)
        language = _KNOWN.get(found[1].lower()) if found else None
        if found and language and float(found[2] or 1) > liked:
            best, liked = language, float(found[2] or 1)
    return best


def say(text: str, language: Language) -> str:
    """An English sentence in a language; as it is where the catalogue does not know it."""
    return text if language is Language.ENGLISH else _chinese(text)


def both(text: str | Mapping[str, str]) -> dict[str, str]:
    """An English sentence as a text for readers of either language; one that is one, made anew."""
    english = text if isinstance(text, str) else text.get("en", "")
    chinese = _chinese(english)
    return {"en": english} if chinese == english else {"en": english, "zh": chinese}


@functools.lru_cache(2048)
def _chinese(text: str) -> str:
    lines = [_PLACE.fullmatch(line) for line in text.split("\n")]
    if all(lines):
        return "\n".join(_placed(line) for line in lines if line)
    said = _known(text, _DEPTH)
    return text if said is None else said


def _placed(line: re.Match[str]) -> str:
    """What a scenario has wrong at a place: a sentence, or that and its remedy."""
    place, where, told = line[1], f"{line[2]}: " if line[2] else "", line[3]
    joints = [joint.start() for joint in re.finditer("; ", told)][:_MOST_JOINTS]
    for at in (*joints, len(told)):
        message, remedy = _known(told[:at], _DEPTH), _known(told[at + 2 :], _DEPTH)
        if message is not None and (remedy is not None or at == len(told)):
            return place + where + message + (f"；{remedy}" if remedy else "")
    return line[0]


def _known(text: str, depth: int) -> str | None:
    """A sentence in Chinese; ``None``: the catalogue does not know it."""
    if text in _FIXED:
        return _FIXED[text]
    if depth:
        for each in _WITH_HOLES:
            if (said := each.say(text, depth - 1)) is not None:
                return said
    return None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with holes, in English and Chinese."""

    english: re.Pattern[str]
    chinese: str
    quoted: frozenset[str]

    def say(self, text: str, depth: int = _DEPTH) -> str | None:
        """A text in Chinese; ``None``: it is another sentence."""
        found = self.english.fullmatch(text)
        if found is None:
            return None
        filled = {k: self._filled(k, v, depth) for k, v in found.groupdict().items()}
        return None if None in filled.values() else self.chinese.format(**filled)

    def _filled(self, name: str, value: str, depth: int) -> str | None:
        if name == "what":
            return "、".join(CATALOGUE["word"][word] for word in value.split(", "))
        if name in self.quoted:
            return f"“{value[1:-1]}”"
        if name == "list":
            return _JOINT.sub("、", value)
        if name not in SAID:
            return value
        parts = [_known(part, depth) for part in value.split("; ", _MOST_JOINTS)]
        if parts[1:] and all(parts):
            return "；".join(filter(None, parts))
        said = _known(value, depth)
        return value if said is None and name != "said" else said


def sentence(english: str, chinese: str) -> Sentence:
    """A line of the catalogue, made to be looked up in linear time."""
    first, *rest = _HOLE.split(english)
    holes = list(zip(rest[::3], rest[1::3], map(re.escape, rest[2::3]), strict=True))
    pattern = re.escape(first)
    for number, (name, quoted, after) in enumerate(holes, 1):
        if quoted:
            pattern += f"(?P<{name}>{_QUOTED}){after}"
        elif name == "what":
            pattern += f"(?P<what>{_WORDS}){after}"
        elif number < len(holes):
            pattern += f"(?>(?P<{name}>.*?){after})"
        else:
            pattern += f"(?P<{name}>.*){after}"
    return Sentence(
        re.compile(pattern, re.DOTALL), chinese, frozenset(name for name, r, _ in holes if r)
    )


_WORD = "|".join(sorted(map(re.escape, CATALOGUE["word"]), key=len, reverse=True))
_WORDS = f"(?:{_WORD})(?:, (?:{_WORD}))*"
_TITLES = {HTTPStatus(int(status)).phrase: zh for status, zh in CATALOGUE["title"].items()}
_SYSTEM = {os.strerror(getattr(errno, name)): zh for name, zh in CATALOGUE["system"].items()}
_LINES = _TITLES | _SYSTEM
for _part, _lines in CATALOGUE.items():
    if _part not in ("title", "word", "system"):
        _LINES |= _lines
_FIXED = {english: chinese for english, chinese in _LINES.items() if "{" not in english}
_WITH_HOLES = [
    sentence(english, chinese)
    for english, chinese in sorted(
        _LINES.items(), key=lambda line: len(_HOLE.sub("", line[0])), reverse=True
    )
    if "{" in english
]
"""Those with more words of their own first."""
