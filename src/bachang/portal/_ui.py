"""The web UI's files, as `make web` built them. A path that is no file is a view of it."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_NEVER_CHANGES = "public, max-age=31536000, immutable"
_MISSING = """Bachang runs, but its web UI was not built: run `make web` and start it again.
The API is at /api; its document is web/openapi.json.
"""


class WebUi(StaticFiles):
    """Serves the files, and the start page for every view."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the start page where there is none (but not for the API)."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(("api/", "assets/")):
                raise
            response = await super().get_response("index.html", scope)
        if path.startswith("assets/"):
            response.headers["Cache-Control"] = _NEVER_CHANGES
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response


async def without_ui(_request: object) -> Response:
    """What is shown where the UI was not built."""
    return PlainTextResponse(_MISSING, status_code=404)
