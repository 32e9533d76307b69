"""Who is logged in at a screen."""

from __future__ import annotations

import hmac
from collections.abc import Callable

LASTS_S = 900.0
MAX_SESSIONS = 32


class Sessions:
    """Sessions of one screen; a changed password ends all of them.

    Args:
        password: the device's password now. clock: seconds. token: makes a new secret.
    """

    def __init__(
        self,
        password: Callable[[], str],
        clock: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self._password = password
        self._clock = clock
        self._token = token
        self._until: dict[str, tuple[float, str]] = {}

    def open(self, password: str) -> str | None:
        """A new session's token, or ``None`` for a wrong password."""
        right = self._password()
        if not hmac.compare_digest(password.encode(), right.encode()):
            return None
        while len(self._until) >= MAX_SESSIONS:
            self._until.pop(next(iter(self._until)))
        token = self._token()
        self._until[token] = (self._clock() + LASTS_S, right)
        return token

    def holds(self, token: str) -> bool:
        """Is this a live session? Using it prolongs it."""
        until_s, password = self._until.get(token, (0.0, ""))
        if self._clock() >= until_s or password != self._password():
            self._until.pop(token, None)
            return False
        self._until[token] = (self._clock() + LASTS_S, password)
        return True

    def close(self, token: str) -> None:
        """Log out."""
        self._until.pop(token, None)
