"""What programs in hosts wrote, safe to show to people."""

from __future__ import annotations


def printable(raw: bytes | str) -> str:
    """The text without escape sequences and control characters; lines stay lines.

    A terminal obeys such characters: it can be made to lie, to answer, to write files. What
    turns the direction of writing is left out as well.
    """
    text = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
    return "".join(one if one.isprintable() or one == "\n" else "·" for one in text.strip())
