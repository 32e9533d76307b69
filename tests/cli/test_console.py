"""Lines of the command hold what hosts and participants wrote: no terminal obeys it."""

from __future__ import annotations

import pytest
from rich.markup import escape
from rich.table import Table

from bachang.cli._console import console, explain, say

HOSTILE = "\x1b]0;owned\x07 \x1b[2J\x9b31m \x08\x08 \u202egnp.exe 中文\u3000ok"


def _harmless(shown: str) -> None:
    assert "owned" in shown
    assert "中文\u3000ok" in shown
    assert not set(shown) & set("\x1b\x07\x9b\x08\u202e")


def test_a_line_obeys_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"[bold]{escape(HOSTILE)}[/]")
    _harmless(capsys.readouterr().out)


def test_a_table_obeys_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("host", HOSTILE)
    table.add_row("a", escape(HOSTILE))
    console.print(table)
    _harmless(capsys.readouterr().out)


def test_an_error_obeys_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    explain("error", escape(HOSTILE), escape(HOSTILE))
    _harmless(capsys.readouterr().err)
