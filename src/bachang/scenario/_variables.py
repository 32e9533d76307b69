"""Variants of a scenario: values drawn from a seed, ``${name}`` and ``${flag:NAME}``.

Everything random comes from the seed by HMAC-SHA256, one stream per purpose, so that
adding a variable changes no other value.
"""

from __future__ import annotations

import hmac
import re
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bachang.scenario._document import Document, Plain, Where
from bachang.scenario._problem import Problem
from bachang.scenario._reading import did_you_mean
from bachang.scenario.models import Variable

_REFERENCE = re.compile(r"\$?\$\{([^{}\n]*)\}")
_ALPHABETS = {
    "digits": string.digits,
    "letters": string.ascii_lowercase,
    "hex": "0123456789abcdef",
    # Without letters that look alike: people type these.
    "password": "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
}
_GIVEN_NAMES = ("chen", "fang", "guo", "hu", "jiang", "lin", "liu", "sun", "tang", "wang", "zhou")


class Seed:
    """The source of everything that differs between two sandboxes of one scenario."""

    def __init__(self, text: str, scenario: str) -> None:
        self.text = text
        self._scenario = scenario

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        message = f"bachang\0{self._scenario}\0{purpose}"
        return hmac.new(self.text.encode(), message.encode(), "sha256").digest()

    def numbers(self, purpose: str) -> Iterator[int]:
        """An endless stream of 64-bit numbers for one purpose."""
        block = 0
        while True:
            chunk = self.derive(f"{purpose}\0{block}")
            yield from (int.from_bytes(chunk[at : at + 8], "big") for at in range(0, 32, 8))
            block += 1

    def text_of(self, alphabet: str, length: int, purpose: str) -> str:
        """A text of independent characters (bias below 2^-57)."""
        numbers = self.numbers(purpose)
        return "".join(alphabet[next(numbers) % len(alphabet)] for _ in range(length))

    def flag(self, name: str) -> str:
        """The flag of that name: 100 bits."""
        return f"flag{{{self.text_of('abcdefghijkmnpqrstuvwxyz23456789', 20, f'flag:{name}')}}}"

    def variable(self, name: str, variable: Variable) -> str:
        """The value of a variable."""
        purpose = f"variable:{name}"
        first = next(self.numbers(purpose))
        if variable.type == "choice":
            return variable.choices[first % len(variable.choices)]
        if variable.type == "integer":
            return str(variable.min + first % (variable.max - variable.min + 1))
        if variable.type == "username":
            return f"{_GIVEN_NAMES[first % len(_GIVEN_NAMES)]}{first // 97 % 90 + 10}"
        return self.text_of(_ALPHABETS[variable.type], variable.length, purpose)


class Expansion:
    """Puts values in the place of references and remembers which were used."""

    def __init__(self, values: Mapping[str, str], flag: Callable[[str], str]) -> None:
        self._values = values
        self._flag = flag
        self.used: set[str] = set()
        self.flags: set[str] = set()

    def strict(self, text: str) -> tuple[str, list[str]]:
        """A text of the scenario itself: also the references that name nothing."""
        unknown: list[str] = []
        return _REFERENCE.sub(lambda match: self._value(match, unknown), text), unknown

    def lenient(self, text: str) -> str:
        """A file of the pack: what names nothing stays, as shells have their own ``${…}``."""
        return _REFERENCE.sub(
            lambda match: match[0] if match[0][1] == "$" else self._value(match, []), text
        )

    def _value(self, match: re.Match[str], unknown: list[str]) -> str:
        if match[0].startswith("$$"):
            return match[0][1:]
        name = match[1]
        if name.startswith("flag:") and re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name[5:]):
            self.flags.add(name[5:])
            return self._flag(name[5:])
        if name in self._values:
            self.used.add(name)
            return self._values[name]
        unknown.append(name)
        return match[0]


def expand(document: Document, data: Any, expansion: Expansion) -> tuple[Any, list[Problem]]:
    """A copy of a scenario's data with all references replaced (``variables`` itself apart)."""
    problems: list[Problem] = []

    def copy(value: Any, where: Where) -> Any:
        if where == ("variables",):
            return value
        if isinstance(value, dict):
            return {key: copy(item, (*where, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [copy(item, (*where, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        text, unknown = expansion.strict(value)
        for name in unknown:
            problems.append(_unknown(document, where, name, data))
        return Plain(text) if isinstance(value, Plain) else text

    return copy(data, ()), problems


def _unknown(document: Document, where: Where, name: str, data: Any) -> Problem:
    if name.startswith("flag:"):
        message, remedy = f"`{name}` is not a flag", "name it with small letters, digits and '-'"
    else:
        message = f"no variable `{name}`"
        known = data.get("variables") or {}
        remedy = did_you_mean(name, known) + f" (a literal one is written `$${{{name}}}`)"
    return document.problem(where, message, remedy)
