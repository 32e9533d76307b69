"""The least that could answer: uvicorn alone, and for an answer one commit of one row.

``python -m bench._bare PORT FILE``: GETs get the same bytes, POSTs are rows in SQLite,
each on the disk before it is answered.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

import uvicorn

BODY = b'{"exercise": "bare", "rows": []' + b" " * 700 + b"}"


def main(port: int, file: str) -> None:
    """Serve until SIGTERM."""
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute("CREATE TABLE answer (content BLOB)")

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            message = await receive()
            store.execute("BEGIN IMMEDIATE")
            store.execute("INSERT INTO answer VALUES (?)", (message["body"],))
            store.execute("COMMIT")
        headers = [(b"content-length", str(len(BODY)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})

    uvicorn.run(app, port=port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
