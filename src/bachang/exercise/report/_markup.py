"""Text into HTML: everything that people wrote is escaped, in one place."""

from __future__ import annotations

import html
import unicodedata

from bachang.plan import Text

LIMIT = 400
"""Characters of one participant's text that a page shows."""


def text(content: object, *, limit: int = LIMIT) -> str:
    """A participant's or author's text as safe HTML, in element or quoted attribute.

    Control characters and those that turn the direction of writing are shown as ``�``: they
    could make a line read as something else.
    """
    shown = "".join(_visible(character) for character in str(content)[: limit + 1])
    return html.escape(shown[:limit] + "…" if len(shown) > limit else shown, quote=True)


def _visible(character: str) -> str:
    if character == "\n":
        return character
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _UNSEEN else character


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")


def both(words: Text) -> str:
    """A text in both languages; the page shows one of them."""
    en = words.get("en", "")
    zh = words.get("zh") or en
    if en == zh:
        return text(en)
    return (
        f'<span class="en" lang="en">{text(en)}</span><span class="zh" lang="zh">{text(zh)}</span>'
    )


def say(en: str, zh: str) -> str:
    """Words of the page itself, in both languages."""
    return both({"en": en, "zh": zh})


def clock(seconds: float) -> str:
    """A sandbox time as ``m:ss`` or ``h:mm:ss``."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def number(value: float) -> str:
    """A quantity with as many digits as it deserves."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
