"""HTTP as values: what a screen gets and gives, whoever carries it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A whole request."""

    method: str
    path: str
    """Without the query."""
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; of a repeated header the last."""
    body: bytes = b""
    source: str = ""
    """``address:port`` of the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What to answer."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
