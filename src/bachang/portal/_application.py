"""The API as one FastAPI application: routes, rules, errors."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from pydantic.json_schema import models_json_schema
from starlette.requests import Request

from bachang import __version__
from bachang.portal._problem import MEDIA_TYPE
from bachang.portal.models import LiveMessage, Problem, TerminalMessage
from bachang.portal.routes import ROUTERS

_DESCRIPTION = """The portal of Bachang, a cyber range.

Every writing request carries the header `X-Bachang` (any value) and may carry an
`Idempotency-Key`: the same key with the same request gets the same answer, and nothing is
done twice. Errors are problems as RFC 9457 has them, with a `remedy`. Lists are
`{items, next}`; `next` is the `after` of the following page. Live views: WebSocket
`/api/live?topic=run:ID|exercise:ID|board:ID|machine&revision=N`.
"""
_PROBLEM: dict[str, Any] = {
    "description": "A problem",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _authorise(request: Request) -> None:
    route = f"{request.method} {request.scope['route'].path}"
    request.app.state.portal.access.check(route, request.state.person, request.path_params)


def application() -> FastAPI:
    """The API without its parts (``app.state.portal``)."""
    app = FastAPI(
        title="Bachang",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(_authorise)],
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": Problem, **_PROBLEM}},
    )
    for router in ROUTERS:
        app.include_router(router)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI document of the API, with the messages of its WebSockets."""
    whole = application().openapi()
    messages = [(LiveMessage, "validation"), (TerminalMessage, "validation")]
    _, schemas = models_json_schema(messages, ref_template="#/components/schemas/{model}")
    whole["components"]["schemas"].update(schemas["$defs"])
    return whole
