"""What is asked for most, answered in front of the API: boards that are polled, and answers.

Who may is decided by the rules of the API's routes, and what they get is made by the same code;
but nothing of the API's machinery is paid for, which for an answer takes more than all the rest.
Whatever is not plainly at hand or plainly right goes on to the API, which says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from bachang.portal._access import Access
from bachang.portal._bodies import given
from bachang.portal._exercises import Boards, Exercises
from bachang.portal._runs import Answers
from bachang.portal.models import NewAnswer

_BOARD = re.compile(r"/api/exercises/(?P<exercise>[a-z0-9]{8,32})/board")
_BOARD_ROUTE = "GET /api/exercises/{exercise}/board"
_ANSWER = re.compile(r"/api/runs/(?P<run>[a-z0-9]{8,32})/answers")
_ANSWER_ROUTE = "POST /api/runs/{run}/answers"
_JSON = (b"content-type", b"application/json")


class Warm:
    """An ASGI application in front of the API; the guard is in front of it.

    Args:
        app: The API and the web UI.
        access: Who may do what.
        exercises: Which exercises and runs are at hand.
        boards: Their boards.
        answers: Takes answers in.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        exercises: Exercises,
        boards: Boards,
        answers: Answers,
    ) -> None:
        self._app = app
        self._access = access
        self._exercises = exercises
        self._boards = boards
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, see ASGI.

        Raises:
            ProblemError: whoever asks may not see the board, or not answer.
            ExerciseError, FabricError, JournalError: as `Answers.give`.
        """
        if scope["type"] == "http":
            if scope["method"] == "GET" and (found := _BOARD.fullmatch(scope["path"])):
                await self._board(found.groupdict(), scope, receive, send)
                return
            if scope["method"] == "POST" and (found := _ANSWER.fullmatch(scope["path"])):
                await self._answer(found.groupdict(), scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _board(
        self, path: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        exercise = path["exercise"]
        content = self._boards.at_hand(exercise)
        if content is None or not self._exercises.at_hand("exercise", exercise):
            await self._app(scope, receive, send)
            return
        self._access.check(_BOARD_ROUTE, scope["state"]["person"], path)
        await _say(content, send)

    async def _answer(
        self, path: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        content: bytes = (await receive())["body"]  # the guard has all of it
        answer = _new_answer(content) if _JSON in scope["headers"] else None
        if answer is None or not self._exercises.at_hand("run", path["run"]):
            await self._app(scope, given(content, receive), send)
            return
        state = scope["state"]
        person, key = state["person"], state.get("idempotency_key")
        self._access.check(_ANSWER_ROUTE, person, path)
        verdict = await self._answers.give(path["run"], answer, by=person, key=key)
        await _say(verdict.model_dump_json().encode(), send)


def _new_answer(content: bytes) -> NewAnswer | None:
    try:
        return NewAnswer.model_validate_json(content)
    except ValidationError:
        return None


async def _say(content: bytes, send: Send) -> None:
    headers = [_JSON, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
