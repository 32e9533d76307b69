"""What is shown where a page cannot be."""

from __future__ import annotations

import html

from starlette.responses import HTMLResponse


def apology(status: int, en: str, zh: str) -> HTMLResponse:
    """What is shown where a page cannot be."""
    page = (
        "<!doctype html><meta charset=utf-8><title>Bachang</title>"
        "<body style='font:16px/1.6 system-ui;margin:3rem;color:#555'>"
        f"<p>{html.escape(en)}</p><p lang=zh>{html.escape(zh)}</p>"
    )
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(page, status, headers=headers)
