"""A small SVG writer: shapes with classes, and texts that fit into their place."""

from __future__ import annotations

import unicodedata
from html import escape

_NARROW_EM = 0.61
"""Mean width of a Latin character of wide interface fonts in bold, in em."""
_MONO_EM = 0.61


def width_of(text: str, size: float, *, mono: bool = False) -> float:
    """Estimated width of a text in pixels; Chinese characters are one em wide."""
    narrow = _MONO_EM if mono else _NARROW_EM
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WF" else narrow for c in text)


def fitted(text: str, size: float, width: float, *, mono: bool = False) -> str:
    """The text, cut with an ellipsis where it would be wider."""
    if width_of(text, size, mono=mono) <= width:
        return text
    while text and width_of(text + "…", size, mono=mono) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """The text in at most two lines, the second cut where it would be wider."""
    if width_of(text, size) <= width:
        return [text]
    cuts = [at for at in range(1, len(text)) if _may_break(text, at)]
    fits = [at for at in cuts if width_of(text[:at].rstrip(), size) <= width]
    if not fits:
        return [fitted(text, size, width)]
    return [text[: fits[-1]].rstrip(), fitted(text[fits[-1] :].lstrip(), size, width)]


def _may_break(text: str, at: int) -> bool:
    return text[at - 1] in " -" or unicodedata.east_asian_width(text[at - 1]) in "WF"


class Canvas:
    """Collects elements in the order of drawing."""

    def __init__(self) -> None:
        self._elements: list[str] = []

    def box(self, x: float, y: float, w: float, h: float, kind: str, *, radius: float = 8) -> None:
        """A rounded rectangle."""
        self._elements.append(
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}"'
            f' class="{kind}"/>'
        )

    def path(self, shape: str, kind: str, *, x: float = 0, y: float = 0) -> None:
        """A path, moved to a place."""
        move = f' transform="translate({x:g} {y:g})"' if x or y else ""
        self._elements.append(f'<path d="{shape}" class="{kind}"{move}/>')

    def dot(self, x: float, y: float, radius: float, kind: str) -> None:
        """A filled circle."""
        self._elements.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" class="{kind}"/>')

    def text(
        self, x: float, y: float, text: str, kind: str, *, size: float, width: float = 0
    ) -> None:
        """A line of text; with a width it is cut to fit. ``mono`` in the class counts."""
        shown = fitted(text, size, width, mono="mono" in kind) if width else text
        self._elements.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" class="{kind}">{escape(shown)}</text>'
        )

    def hover(self, text: str) -> None:
        """What a browser shows over all that is drawn until `leave`."""
        self._elements.append(f"<g><title>{escape(text)}</title>")

    def leave(self) -> None:
        """End of `hover`."""
        self._elements.append("</g>")

    def document(self, width: float, height: float, style: str, title: str) -> str:
        """The whole file."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img">\n'
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n"
            + "\n".join(self._elements)
            + "\n</svg>\n"
        )
