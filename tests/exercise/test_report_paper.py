"""The report on paper: printed by Chromium, in one language, with nothing from elsewhere."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from bachang.exercise import PrinterError
from bachang.exercise.report import render, to_pdf
from tests.exercise.recorded import PLAN, recorded

A4_POINTS = (595, 842)


def words_of(paper: bytes) -> tuple[str, list[tuple[int, ...]]]:
    """All words of a PDF, and the sizes of its pages in points."""
    with pypdfium2.PdfDocument(paper) as document:
        pages = list(document)
        said = " ".join(page.get_textpage().get_text_range() for page in pages)
        return " ".join(said.split()), [tuple(map(round, page.get_size())) for page in pages]


@pytest.mark.parametrize(
    ("language", "there", "not_there"),
    [
        ("en", ("After-action report", "Tasks solved", "Timeline"), ("复盘报告", "完成任务")),
        ("zh", ("复盘报告", "完成任务", "时间线", "发动机转速"), ("After-action", "Tasks solved")),
    ],
)
def test_in_one_language(language: str, there: tuple[str, ...], not_there: tuple[str, ...]) -> None:
    paper = to_pdf(render(PLAN, recorded(), language=language))
    words, pages = words_of(paper)
    assert len(pages) >= 2
    assert set(pages) == {A4_POINTS}
    assert [word for word in there if word not in words] == []
    assert [word for word in not_there if word in words] == []
    if kept := os.environ.get("BACHANG_PICTURES"):
        Path(kept, f"report-{language}.pdf").write_bytes(paper)


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server that must not be asked, and what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_the_browser_asks_nobody_and_runs_nothing(elsewhere: tuple[str, list[str]]) -> None:
    address, asked = elsewhere
    page = (
        f"<!doctype html><html><head><meta charset=utf-8></head><img src={address}/picture>"
        f"<link rel=stylesheet href={address}/style>"
        "<p>before<script>document.body.append('changed')</script>"
    )
    words, _ = words_of(to_pdf(page))
    assert words == "before"
    assert asked == []


def test_without_chromium_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(PrinterError, match="install Debian's packages chromium"):
        to_pdf("<p>x")


def test_a_browser_that_breaks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(PrinterError, match=r"status 3 .*\(no display\)"):
        to_pdf("<p>x")
