"""The board that everybody polls, answered where it has not changed since it was last made.

Stands between the guard and the API: who may see a board and what is on it is decided by the
same rules and the same code, but nothing of the API's machinery is paid for. Whatever is not
plainly at hand goes on to the API.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from bachang.portal._access import Access
from bachang.portal._exercises import Boards, Exercises

_BOARD = re.compile(r"/api/exercises/([a-z0-9]{8,32})/board")
_ROUTE = "GET /api/exercises/{exercise}/board"


class Warm:
    """An ASGI application in front of the API.

    Args:
        app: The API and the web UI.
        access: Who may do what.
        exercises: Which exercises are at hand.
        boards: Their boards.
    """

    def __init__(self, app: ASGIApp, access: Access, exercises: Exercises, boards: Boards) -> None:
        self._app = app
        self._access = access
        self._exercises = exercises
        self._boards = boards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, see ASGI.

        Raises:
            ProblemError: whoever asks may not see the board.
        """
        content = self._content(scope)
        if content is None:
            await self._app(scope, receive, send)
            return
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _content(self, scope: Scope) -> bytes | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        found = _BOARD.fullmatch(scope["path"])
        if found is None or not self._exercises.at_hand("exercise", found[1]):
            return None
        content = self._boards.at_hand(found[1])
        if content is not None:
            self._access.check(_ROUTE, scope["state"]["person"], {"exercise": found[1]})
        return content
