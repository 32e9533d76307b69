"""The wall clock and the system's randomness: the portal takes both from here only."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _identity() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What cannot be computed; tests give their own."""

    now: Callable[[], float] = time.time
    """Unix seconds."""
    elapsed: Callable[[], float] = time.monotonic
    """Seconds that never go back."""
    identity: Callable[[], str] = _identity
    """A new id: 16 letters and digits, 80 random bits."""
    token: Callable[[], str] = secrets.token_urlsafe
    """A new secret: 43 characters, 256 random bits."""


def moment(unix_s: float) -> datetime:
    """A Unix time as documents have it."""
    return datetime.fromtimestamp(unix_s, UTC)


def moment_or_none(unix_s: float | None) -> datetime | None:
    """The same for a time that may be missing."""
    return None if unix_s is None else moment(unix_s)
