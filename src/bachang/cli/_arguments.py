"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bachang.engine import LocalEngine


def _names(incomplete: str) -> list[str]:
    """Running sandboxes, for shell completion."""
    return [name for name in LocalEngine().fabric.sandboxes() if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of the sandbox.", autocompletion=_names)]
Pack = Annotated[
    Path,
    typer.Argument(help="Folder of the pack.", exists=True, file_okay=False, resolve_path=True),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Language = Annotated[
    str, typer.Option("--language", "-l", help="en or zh.", envvar="BACHANG_LANGUAGE")
]
