"""What an expression refers to, found without compiling it.

Compiling needs a library that is slow to import, so `lint` and the exercise do that;
here only names are looked at: field systems, ``services`` and ``time_s``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bachang.scenario._reading import did_you_mean

BUILT_IN = ("services", "time_s")

_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_MACRO = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*([A-Za-z_]\w*)\s*,")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?!\w*\s*\()")
_SERVICE = re.compile(r"services\s*\[\s*([\"'])(.*?)\1\s*\]")
_WORDS = {"true", "false", "null", "in"}


def condition_problems(
    expression: str, systems: Collection[str], services: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Names in an expression that mean nothing, as message and remedy."""
    bare = _STRING.sub('""', expression)
    own = {match[1] for match in _MACRO.finditer(bare)}
    for name in dict.fromkeys(match[1] for match in _NAME.finditer(bare)):
        if name not in own | _WORDS and name not in systems and name not in BUILT_IN:
            yield f"no field system `{name}`", did_you_mean(name, {*systems, *BUILT_IN})
    for match in _SERVICE.finditer(expression):
        if match[2] not in services:
            yield f"no service `{match[2]}`", did_you_mean(match[2], services)
