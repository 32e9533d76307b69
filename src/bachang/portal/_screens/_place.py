"""Where a page is, as browsers see it, and what they are told about it."""

from __future__ import annotations

from dataclasses import dataclass

from bachang.portal._headers import sockets
from bachang.portal._settings import Settings

OPAQUE_PATH = "/screens/"
_POWERS = "sandbox allow-scripts allow-forms; "
"""What a page may that has no origin: no cookies, no storage, nothing of the portal's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of one page.

    Args:
        origin: Its origin; that of the portal if it has none of its own.
        prefix: What stands before its own paths.
        framed_by: Origins that may show it in a frame.
        opaque: Whether it has no origin of its own.
    """

    origin: str
    prefix: str
    framed_by: str
    opaque: bool

    @property
    def url(self) -> str:
        """The address of its start page."""
        return f"{self.origin}{self.prefix}/"

    def asks(self, origin: str | None) -> bool:
        """Whether a WebSocket or a form with this ``Origin`` is the page's own.

        Browsers say ``null`` for a document without an origin; programs say nothing.
        """
        return origin in (None, "null" if self.opaque else self.origin)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What is said to browsers with each answer."""
        own = "'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
        policy = (
            f"{_POWERS if self.opaque else ''}default-src {own}; "
            f"connect-src {own} {sockets(self.origin)}; "
            f"form-action 'self'; base-uri 'self'; frame-src 'self'; "
            f"frame-ancestors 'self' {self.framed_by}"
        )
        said = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }
        if self.opaque:
            # For a document without an origin its own files are another site's.
            said |= {
                "access-control-allow-origin": "*",
                "cross-origin-resource-policy": "cross-origin",
            }
        return [(name.encode(), value.encode()) for name, value in said.items()]


def _names(portal: str) -> list[str]:
    """The portal's origins, as far as a policy can name them: it knows no IPv6 addresses."""
    named = [portal.replace(address, "localhost") for address in ("127.0.0.1", "[::1]")]
    return sorted({one for one in (portal, *named) if "[" not in one})


def place_of(settings: Settings, identity: str) -> Place:
    """The place of a page by its random id."""
    opaque = settings.screens == "opaque"
    portal = settings.origin
    return Place(
        origin=portal if opaque else settings.screens_origin(identity),
        prefix=f"{OPAQUE_PATH}{identity}" if opaque else "",
        framed_by=" ".join(_names(portal)),
        opaque=opaque,
    )
