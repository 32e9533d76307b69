"""What programs in hosts wrote, safe to show to people."""

from __future__ import annotations

import unicodedata


def printable(raw: bytes | str) -> str:
    """The text without escape sequences and control characters; lines stay lines.

    A terminal obeys such characters: it can be made to lie, to answer, to write files. What
    turns the direction of writing or is not to be seen is replaced as well.
    """
    text = raw.decode(errors="replace").strip() if isinstance(raw, bytes) else raw
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join("·" if _obeyed(one) else one for one in text)


def _obeyed(character: str) -> bool:
    kind = unicodedata.category(character)
    return character != "\n" and (kind[0] == "C" or kind in ("Zl", "Zp"))
