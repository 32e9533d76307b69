"""Verifying in a process of its own: ``python -m bachang.verify.worker PACK``.

Writes one JSON object a line: ``{"check": …}`` for each check as it is done, and ``{"report":
…}`` at the end. It goes on as long as its standard input is open: whoever started it closes
that to have it end, and so does the death of whoever did. All its sandboxes end with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import Any

import msgspec

from bachang.verify._report import Check
from bachang.verify._verify import verify


def main(pack: str) -> None:
    """Verify a pack and tell everything on standard output."""
    # Whoever was started with `&` in a script ignores it, and so would what that starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with_input, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        report = verify(pack, progress=_tell_check)
        _tell({"report": {"ok": report.ok, "duration_s": report.duration_s}})


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGINT)


def _tell_check(check: Check) -> None:
    _tell({"check": check})


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
