"""A status board: polls devices over Modbus TCP and shows what it read as a page.

This is the legitimate function that a fix must not break: ``/status.json`` says for every
value what was read and how old it is, and ``/`` shows the same to people, by language.
What to read stands in a JSON file: a list of values, each with ``name``, ``title`` (by
language), ``device`` (``address:port``), ``coil`` or ``register``, and for registers
``scale``, ``unit`` and ``choices`` (names of an enumeration's codes). Values of one table that
are near each other are read by one request, as a control room's master does.
"""

from __future__ import annotations

import html
import json
import os
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bachang.services._families import BothFamilies
from bachang.services._modbus import Client
from bachang.services.pages import language_of

_NO_DATA = 32766
"""Raw value by which devices of this family say: no data."""

_WIDEST = 100
"""Addresses that are read in one request at most; a device gives 125 registers."""

_AGAIN_S = 0.2
"""Pause before a device that did not answer is asked again."""

_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta http-equiv="refresh" content="2"><title>{title}</title>
<style>body{{font:18px/1.6 sans-serif;margin:2rem auto;max-width:44rem;background:#10202c;
color:#e8f0f4}}td{{padding:.2rem 1rem;border-bottom:1px solid #2c4454}}td+td{{text-align:right}}
.old{{color:#ff9a76}}</style><h1>{title}</h1><table>{rows}</table></html>"""


class Board:
    """The last reading of every value."""

    def __init__(self, values: list[dict[str, Any]]) -> None:
        self.values = values
        self._clients = {value["device"]: Client(value["device"]) for value in values}
        self._blocks = {device: list(_blocks(device, values)) for device in self._clients}
        self._readings: dict[str, tuple[float, bool | float | str | None]] = {}

    def poll(self, device: str) -> bool:
        """Read all values of one device once; what cannot be read grows old. Did it answer?"""
        for block in self._blocks[device]:
            try:
                raw = _read(self._clients[device], block)
            except OSError:
                return False
            now = time.monotonic()
            for value, one in zip(block, raw, strict=True):
                self._readings[value["name"]] = (now, _meaning(value, one))
        return True

    def close(self) -> None:
        """Drop the lines to all devices."""
        for client in self._clients.values():
            client.close()

    def devices(self) -> list[str]:
        """The devices that are polled."""
        return list(self._clients)

    def status(self) -> dict[str, dict[str, Any]]:
        """By name: ``value`` (``None`` until read) and ``age_s``, seconds since it was read."""
        now = time.monotonic()
        status = {}
        for value in self.values:
            at, reading = self._readings.get(value["name"], (None, None))
            age_s = None if at is None else round(now - at, 1)
            status[value["name"]] = {"value": reading, "age_s": age_s}
        return status

    def page(self, title: str, language: str) -> str:
        """The board for people."""
        status = self.status()
        rows = "".join(_row(value, status[value["name"]], language) for value in self.values)
        return _PAGE.format(language=language, title=html.escape(title), rows=rows)


def _blocks(device: str, values: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Values of a device that one request reads: of one table, near each other, by address."""
    for table in ("coil", "register"):
        block: list[dict[str, Any]] = []
        those = (value for value in values if value["device"] == device and table in value)
        for value in sorted(those, key=lambda value: value[table]):
            if block and value[table] - block[0][table] >= _WIDEST:
                yield block
                block = []
            block.append(value)
        if block:
            yield block


def _read(client: Client, block: list[dict[str, Any]]) -> list[bool] | list[int]:
    """The raw values of a block, by one request."""
    table = "coil" if "coil" in block[0] else "register"
    addresses = [value[table] for value in block]
    first, count = addresses[0], addresses[-1] - addresses[0] + 1
    raw = client.coils(first, count) if table == "coil" else client.registers(first, count)
    return [raw[address - first] for address in addresses]


def _meaning(value: dict[str, Any], raw: bool | int) -> bool | float | str | None:
    if isinstance(raw, bool):
        return raw
    if raw == _NO_DATA:
        return None
    if choices := value.get("choices"):
        return str(choices[raw]) if raw < len(choices) else str(raw)
    return float(round(raw * value.get("scale", 1), 3))


def _row(value: dict[str, Any], status: dict[str, Any], language: str) -> str:
    title = value["title"].get(language, value["title"]["en"])
    reading = status["value"]
    if isinstance(reading, bool):
        words = {"en": ("no", "yes"), "zh": ("否", "是")}[language]
        shown = words[reading]
    else:
        shown = "—" if reading is None else f"{reading} {value.get('unit', '')}"
    fresh = status["age_s"] is not None and status["age_s"] < 5
    name, cell = html.escape(title), html.escape(shown)
    return f'<tr><td>{name}</td><td class="{"new" if fresh else "old"}">{cell}</td></tr>'


class _Request(BaseHTTPRequestHandler):
    server_version = "board"
    sys_version = ""
    timeout = 10
    board: Board

    def do_GET(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        if parts.path == "/status.json":
            self._send(json.dumps(self.board.status()), "application/json")
        elif parts.path == "/":
            language = language_of(parts.query, self.headers.get("Accept-Language", ""))
            title = os.environ.get(f"TITLE_{language.upper()}", "Status")
            self._send(self.board.page(title, language), "text/html; charset=utf-8")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _send(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """A page that reloads every two seconds would only fill the log."""


def _poll(board: Board, device: str, every_s: float) -> None:
    while True:
        time.sleep(every_s if board.poll(device) else min(every_s, _AGAIN_S))


class _Server(BothFamilies, ThreadingHTTPServer):
    pass


def main() -> None:
    """Serve; environment: PORT, VALUES (JSON file), EVERY_S, TITLE_EN, TITLE_ZH."""
    board = Board(json.loads(Path(os.environ["VALUES"]).read_text(encoding="utf-8")))
    every_s = float(os.environ.get("EVERY_S", "1"))
    for device in board.devices():
        threading.Thread(target=_poll, args=(board, device, every_s), daemon=True).start()
    request = type("Request", (_Request,), {"board": board})
    _Server(int(os.environ.get("PORT", "8080")), request).serve_forever()
