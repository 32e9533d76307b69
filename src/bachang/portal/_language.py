"""Problems in the language of whoever reads them.

A problem is raised in English, like everything that is said in the code. The catalogue
(`problems.zh.toml`) has each such sentence in Chinese, with holes for what changes: a sentence is
found by its English text, and what stood in a hole is put into the Chinese one as it is. What the
catalogue does not know stays English. `tests/house/test_problems.py` keeps it whole.
"""

from __future__ import annotations

import enum
import re
import tomllib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

CATALOGUE: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("problems.zh.toml").read_text(encoding="utf-8")
)
"""English to Chinese: ``portal``, ``below`` (of lower rooms) and ``library`` (of Pydantic) are
sentences, ``word`` are words that fill the hole ``{what}``, one or several with commas; ``title``
has the titles by status."""

_HOLE = re.compile(r"\{(\w+)(!r)?\}")
_QUOTED = r"""(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""
"""What ``repr`` makes of a text. It ends where it ends, whatever stands in it."""
_RANGE = re.compile(r"\s*([a-z]+|\*)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", re.I)
_REASON_BYTES = 120


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
    if language is Language.ENGLISH:
        return text
    if text in _FIXED:
        return _FIXED[text]
    for sentence in _WITH_HOLES:
        if (said := sentence.say(text)) is not None:
            return said
    return text


def reason(text: str) -> str:
    """As much of a text as the close of a WebSocket can carry."""
    return text.encode("utf-8", "replace")[:_REASON_BYTES].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with holes, in English and Chinese."""

    english: re.Pattern[str]
    chinese: str
    quoted: frozenset[str]

    def say(self, text: str) -> str | None:
        """A text in Chinese; ``None``: it is another sentence."""
        found = self.english.fullmatch(text)
        if found is None:
            return None
        return self.chinese.format(**{k: self._filled(k, v) for k, v in found.groupdict().items()})

    def _filled(self, name: str, value: str) -> str:
        if name == "what":
            return "、".join(CATALOGUE["word"][word] for word in value.split(", "))
        return f"“{value[1:-1]}”" if name in self.quoted else value


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
_LINES = _TITLES | CATALOGUE["portal"] | CATALOGUE["below"] | CATALOGUE["library"]
_FIXED = {english: chinese for english, chinese in _LINES.items() if "{" not in english}
_WITH_HOLES = [
    sentence(english, chinese)
    for english, chinese in sorted(
        _LINES.items(), key=lambda line: len(_HOLE.sub("", line[0])), reverse=True
    )
    if "{" in english
]
"""Those with more words of their own first."""
