"""A web server for a folder of pages or documents, as an intranet has one.

``NAME`` is answered by ``NAME``, ``NAME.html`` or, by the reader's language,
``NAME.zh.html``; a folder by its ``index`` or, with ``LISTING=on``, by a list of its files.
Read-only, and nothing outside the folder can be named.
"""

from __future__ import annotations

import functools
import html
import mimetypes
import os
import urllib.parse
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bachang.services._families import BothFamilies

_LIST = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.6 sans-serif;margin:2rem auto;max-width:44rem}}</style>
<h1>{title}</h1><ul>{items}</ul></html>"""


def language_of(query: str, accepted: str) -> str:
    """``zh`` or ``en``: what the address asks for (``?lang=zh``), else what the browser prefers."""
    asked = urllib.parse.parse_qs(query).get("lang", [""])[0]
    return "zh" if (asked or accepted).lower().startswith("zh") else "en"


def find(root: Path, path: str, language: str) -> Path | None:
    """The file or folder that answers a path, or ``None``; never one outside ``root``."""
    root = root.resolve()
    wanted = (root / urllib.parse.unquote(path).lstrip("/")).resolve()
    if wanted != root and root not in wanted.parents:
        return None
    base = wanted / "index" if wanted.is_dir() else wanted
    names = (f"{base.name}.{language}.html", f"{base.name}.html")
    for candidate in (base, *(base.parent / name for name in names)):
        if candidate.is_file():
            return candidate
    return wanted if wanted.is_dir() else None


class _Request(BaseHTTPRequestHandler):
    server_version = "pages"
    sys_version = ""
    timeout = 10

    def __init__(self, root: Path, listing: bool, *arguments: object) -> None:
        self._root = root
        self._listing = listing
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        language = language_of(parts.query, self.headers.get("Accept-Language", ""))
        found = find(self._root, parts.path, language)
        if found is not None and found.is_file():
            kind = mimetypes.guess_type(found.name)[0] or "text/plain"
            self._send(found.read_bytes(), kind)
        elif found is not None and self._listing:
            self._send(self._list(found, language).encode(), "text/html")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815

    def _list(self, folder: Path, language: str) -> str:
        title = os.environ.get(f"TITLE_{language.upper()}", "Files")
        here = "/" + "".join(f"{part}/" for part in folder.relative_to(self._root.resolve()).parts)
        names = sorted(
            f"{entry.name}/" if entry.is_dir() else entry.name for entry in folder.iterdir()
        )
        items = "".join(
            f'<li><a href="{urllib.parse.quote(here + name)}">{html.escape(name)}</a></li>'
            for name in names
        )
        return _LIST.format(language=language, title=html.escape(title), items=items)

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        text = kind.startswith("text/")
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        print(self.address_string(), format % args, flush=True)

    def address_string(self) -> str:
        return self.client_address[0]


class _Server(BothFamilies, ThreadingHTTPServer):
    pass


def main() -> None:
    """Serve; environment: PORT, PAGES (folder), LISTING=on, TITLE_EN and TITLE_ZH for lists."""
    root = Path(os.environ.get("PAGES", "/var/www/pages"))
    request = functools.partial(_Request, root, os.environ.get("LISTING") == "on")
    _Server(int(os.environ.get("PORT", "8080")), request).serve_forever()
