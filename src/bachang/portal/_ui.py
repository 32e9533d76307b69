"""The web UI's files, as `make web` built them. A path that is no file is a view of it.

The start page carries a nonce, new with each answer: its style elements are let in by the
content security policy, and nobody else's are. The other files never change under their names;
those that shrink lie there compressed, too (``.gz``). What was asked for once stays in memory:
a page begins with a dozen of them, and each would cost some ways to another thread.
"""

from __future__ import annotations

import mimetypes
import secrets
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bachang.portal._headers import content_policy
from bachang.portal._settings import Settings

_NEVER_CHANGES = "public, max-age=31536000, immutable"
_START_PAGE = "index.html"
_NONCE = "__CSP_NONCE__"
"""What the build left for the nonce."""
_MISSING = """Bachang runs, but its web UI was not built: run `make web` and start it again.
The API is at /api; its document is web/openapi.json.
"""


class WebUi(StaticFiles):
    """Serves the files, and the start page for every view.

    Args:
        folder: Where the build is; it has an ``index.html``.
        settings: Of the portal.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__(directory=folder)
        self._folder = folder
        self._settings = settings
        self._kept: dict[tuple[str, bool], Response] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the start page where there is none (but not for the API)."""
        if path in (".", _START_PAGE):
            return self._start_page()
        try:
            return await self._file(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(("api/", "assets/")):
                raise
            return self._start_page()

    def _start_page(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = (self._folder / _START_PAGE).read_text().replace(_NONCE, nonce)
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": content_policy(self._settings, nonce),
        }
        return HTMLResponse(page, headers=headers)

    async def _file(self, path: str, scope: Scope) -> Response:
        if not path.startswith("assets/"):
            response = await super().get_response(path, scope)
            response.headers["Cache-Control"] = "no-cache"
            return response
        packed = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        kept = self._kept.get((path, packed))
        if kept is not None and scope["method"] == "GET":
            return kept
        response = await self._asset(path, scope, packed=packed)
        if isinstance(response, FileResponse) and scope["method"] == "GET":
            content = await run_in_threadpool(Path(response.path).read_bytes)
            response = Response(content, headers=dict(response.headers))
            self._kept[path, packed] = response
        return response

    async def _asset(self, path: str, scope: Scope, *, packed: bool) -> Response:
        if packed and (self._folder / f"{path}.gz").is_file():
            response = await super().get_response(f"{path}.gz", scope)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = mimetypes.guess_type(path)[0] or "text/plain"
        else:
            response = await super().get_response(path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = _NEVER_CHANGES
        return response


async def without_ui(_request: object) -> Response:
    """What is shown where the UI was not built."""
    return PlainTextResponse(_MISSING, status_code=404)
