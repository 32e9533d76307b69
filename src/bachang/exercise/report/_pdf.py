"""The report on paper: the page as Chromium prints it, in its own sandbox, without a network.

The page is written so that it prints well (see `_style`), and a browser is what sets Chinese
and English side by side best. No script runs, no name is resolved, and everything that the
browser writes is in a folder that goes with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from bachang.exercise._error import PrinterError

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LASTS_S = 60.0
_WORDS = (
    *("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions"),
    *("--disable-background-networking", "--no-first-run", "--no-default-browser-check"),
    *("--no-pdf-header-footer", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
_STILL = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)
"""On paper nothing moves: no script at all, and nothing from elsewhere."""
_turn = threading.Lock()
"""One browser at a time: each takes some 200 MB."""


def to_pdf(page: str) -> bytes:
    """A page of `render` as a PDF, A4.

    Raises:
        PrinterError: there is no Chromium, or it did not print.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise PrinterError(
            "Chromium prints the PDF, and it is not installed: install Debian's packages chromium "
            "and fonts-noto-cjk, or open the HTML report in a browser and print it there"
        )
    if os.geteuid() == 0:
        raise PrinterError(
            "Chromium refuses to print for root: use an ordinary account, or print the HTML "
            "report in a browser"
        )
    with _turn, tempfile.TemporaryDirectory(prefix="bachang-pdf-") as name:
        return _print(program, page, Path(name))


def _print(program: str, page: str, folder: Path) -> bytes:
    source, target, log = folder / "page.html", folder / "page.pdf", folder / "log"
    source.write_text(page.replace("<head>", f"<head>{_STILL}", 1), encoding="utf-8")
    own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(folder))
    words = (*_WORDS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [program, *words, source.as_uri()],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, **own},
            start_new_session=True,
        )
        try:
            status = process.wait(_LASTS_S)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end(process)
    if status != 0 or not target.is_file():
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        how = "did not end in time" if status is None else f"ended with status {status}"
        raise PrinterError(
            f"Chromium {how} and printed nothing ({' '.join(last)[:200]}): look whether it starts "
            "for this account, or print the HTML report in a browser"
        )
    return target.read_bytes()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its helpers are in its own process group; none of them outlives the printing."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
