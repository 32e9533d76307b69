"""The session's cookie: opaque, unreadable for scripts, never sent from other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Response

from bachang.portal._headers import cookie_name

if TYPE_CHECKING:
    from bachang.portal._sessions import OpenedSession
    from bachang.portal._settings import Settings


def set_cookie(response: Response, opened: OpenedSession, settings: Settings) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(settings),
        opened.token,
        max_age=settings.session_days * 86400,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="strict",
    )


def clear_cookie(response: Response, settings: Settings) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.secure, httponly=True, samesite="strict"
    )
