"""WebSockets: live views and terminals."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from bachang.catalogue import language_of
from bachang.portal._access import Person
from bachang.portal._faults import problem_of
from bachang.portal._live import GONE, SLOW, Viewer
from bachang.portal._portal import Portal
from bachang.portal._problem import ProblemError

router = APIRouter()
_SLOW_CODE = 4008
_REFUSED_CODE = 1008
_MOST_DIGITS = 16


@router.websocket("/api/live")
async def watch(websocket: WebSocket) -> None:
    """A live topic: see `LiveMessage`."""
    portal: Portal = websocket.app.state.portal
    person: Person = websocket.state.person
    topic = websocket.query_params.get("topic", "")
    revision = _number(websocket.query_params.get("revision"))
    try:
        await asyncio.to_thread(portal.access.check_topic, topic, person)
        private = await asyncio.to_thread(_sees_private, portal, topic, person)
    except ProblemError as problem:
        await _refuse(websocket, problem)
        return
    viewer = Viewer(sees_private=private, loop=asyncio.get_running_loop())
    channel = portal.live.channel(topic)
    first = await asyncio.to_thread(channel.join, viewer, revision)
    await websocket.accept()
    gone = asyncio.create_task(_until_gone(websocket, viewer))
    try:
        for text in first:
            await websocket.send_text(text)
        await _pass_on(websocket, viewer)
    except (WebSocketDisconnect, RuntimeError):
        pass  # the viewer has gone in the middle of a message
    finally:
        channel.leave(viewer)
        gone.cancel()


def _sees_private(portal: Portal, topic: str, person: Person) -> bool:
    kind, _, identity = topic.partition(":")
    return kind != "run" or portal.runs.sees_everything(identity, person)


async def _pass_on(websocket: WebSocket, viewer: Viewer) -> None:
    while (text := await viewer.messages.get()) is not GONE:
        if text is SLOW:
            await websocket.close(_SLOW_CODE, "too slow: come back with your revision")
            return
        await websocket.send_text(text)


async def _until_gone(websocket: WebSocket, viewer: Viewer) -> None:
    """Nothing is expected from a viewer but its end."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass
    viewer.messages.put_nowait(GONE)


@router.websocket("/api/runs/{run}/terminals/{session}")
async def join_terminal(websocket: WebSocket, run: str, session: str) -> None:
    """A terminal: see `TerminalMessage`."""
    portal: Portal = websocket.app.state.portal
    person: Person = websocket.state.person
    route = "WS /api/runs/{run}/terminals/{session}"
    try:
        await asyncio.to_thread(portal.access.check, route, person, websocket.path_params)
        await portal.terminals.serve(websocket, run, session)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        await _refuse(websocket, problem)


async def _refuse(websocket: WebSocket, problem: ProblemError) -> None:
    """Tell why, as a close code can be told to scripts only after an accept."""
    language = language_of(websocket.headers.get("accept-language", ""))
    with contextlib.suppress(RuntimeError):
        await websocket.accept()
        await websocket.close(_REFUSED_CODE, problem.reason(language))


def _number(text: str | None) -> int | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        return None
    return int(text)
