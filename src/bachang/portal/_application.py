"""The API as one FastAPI application: routes, rules, errors."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from bachang import __version__
from bachang.portal._access import RULES
from bachang.portal._faults import handle_errors
from bachang.portal._problem import MEDIA_TYPE
from bachang.portal.models import LiveMessage, Problem, TerminalMessage
from bachang.portal.routes import ROUTERS, live

_DESCRIPTION = """The portal of Bachang, a cyber range.

Every writing request carries the header `X-Bachang` (any value). Where `Idempotency-Key` is a
parameter it may carry one: for a day the same key with the same request gets the same answer,
and nothing is done twice; with another request it is refused (422), and while the first is
being done too (409). Keys are one's own. A request that was refused was not done: its key may
be tried again. Signing in and out and accepting an invitation take no key, as whoever asks is
nobody yet; a key there changes nothing. Sent again they sign in or out once more, and a token
or a name that is used up is refused. The keys of answers to tasks and of hints are kept in the
journal, for good, and apart from all others.

Errors are problems as RFC 9457 has them, with a `remedy`; in Chinese where `Accept-Language`
prefers it. Lists are `{items, next}`; `next` is
the `after` of the following page. Live views: WebSocket
`/api/live?topic=run:ID|exercise:ID|board:ID|pack:NAME|machine&revision=N`.
"""
_PROBLEM: dict[str, Any] = {
    "description": "A problem",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
    "description": "The same key with the same request: the same answer, done once.",
}


async def _authorise(connection: HTTPConnection) -> None:
    """Every HTTP route asks this first; WebSockets ask for themselves, to tell why not."""
    if connection.scope["type"] != "http":
        return
    route = f"{connection.scope['method']} {connection.scope['route'].path}"
    portal, of = connection.app.state.portal, RULES[route].of
    person, parameters = connection.state.person, connection.path_params
    if of is None or portal.exercises.at_hand(of, parameters[of]):
        portal.access.check(route, person, parameters)
    else:
        await run_in_threadpool(portal.access.check, route, person, parameters)


def application(*, lifespan: Any = None) -> FastAPI:
    """The API without its parts (``app.state.portal``)."""
    app = FastAPI(
        lifespan=lifespan,
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
    app.include_router(live.router)
    handle_errors(app)
    return app


def route_keys() -> set[str]:
    """Method and path of each route, as the rules name them; ``WS`` for WebSockets."""
    keys = set()
    for router in (*ROUTERS, live.router):
        for route in router.routes:
            if isinstance(route, APIRoute):
                keys |= {f"{method} {route.path}" for method in route.methods or ()}
            elif isinstance(route, APIWebSocketRoute):
                keys.add(f"WS {route.path}")
    return keys


def document() -> dict[str, Any]:
    """The OpenAPI document of the API, with the messages of its WebSockets."""
    whole = application().openapi()
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            if method != "get" and not RULES[f"{method.upper()} {path}"].everybody:
                operation.setdefault("parameters", []).append(_KEY)
    _, schemas = models_json_schema(
        [(LiveMessage, "validation"), (TerminalMessage, "validation")],
        ref_template="#/components/schemas/{model}",
    )
    whole["components"]["schemas"].update(schemas["$defs"])
    return whole
