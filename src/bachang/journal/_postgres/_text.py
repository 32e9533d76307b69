r"""Texts as PostgreSQL takes them: it knows no NUL, which stands as ``\0``, and ``\`` as ``\\``."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\(.)")


def kept(text: str) -> str:
    """A text as it is kept."""
    if "\\" not in text and "\0" not in text:
        return text
    return text.replace("\\", "\\\\").replace("\0", "\\0")


def read(text: str) -> str:
    """A text as it was before it was kept."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: "\0" if found[1] == "0" else found[1], text)
