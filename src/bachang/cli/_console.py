"""Where the command writes: results to standard output, all about them to standard error.

A terminal gets colours and a moving line while it waits. What is piped gets neither, and is as
wide as it needs to be, so that no program has to put broken lines together again. What comes
from hosts and participants stands in many of the lines: escape sequences never get through.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from bachang.fabric import printable

WIDE = 200
"""Columns of what is piped."""


def _width(descriptor: int) -> int | None:
    """``None``: that of the terminal, or what COLUMNS says."""
    return None if os.isatty(descriptor) or "COLUMNS" in os.environ else WIDE


class _Console(Console):
    """Every text of a line, a table or an error passes through `render_str`."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Markup to text, without what a terminal would obey."""
        return super().render_str(printable(text.replace("\t", "    ")), **how)


console = _Console(highlight=False, width=_width(1))
errors = _Console(highlight=False, width=_width(2), stderr=True)


def say(line: str) -> None:
    """Print a line with markup; a terminal breaks it where it must, and it is copied whole."""
    console.print(line, soft_wrap=True)


def busy(words: str) -> Status:
    """A moving line on the terminal while something takes its time; a context manager."""
    return errors.status(words)


def refuse(cause: str, remedy: str = "", *, status: int = 1) -> NoReturn:
    """Say why a request cannot be done and what would help, and end the command.

    Args:
        cause: What is wrong, with markup.
        remedy: What to do, with markup.
        status: Exit status; 2 for wrong usage.
    """
    explain("error", cause, remedy)
    raise typer.Exit(status)


def explain(head: str, cause: str, remedy: str = "") -> None:
    """Print an error: who is at fault, what happened, what to do."""
    errors.print(f"[bold red]{head}[/]: {cause}", soft_wrap=True)
    if remedy:
        errors.print(f"  [green]→[/] {remedy}", soft_wrap=True)
    sys.stderr.flush()
