"""The command as tests call it."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bachang.cli._main import run

COMMAND = (sys.executable, str(Path(sys.prefix) / "bin" / "bachang"))
BLACKOUT = Path(__file__).resolve().parents[2] / "packs" / "blackout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a call ended."""

    status: int
    out: str
    err: str


def bachang(*words: str, stdin: str = "", **more: str) -> Answer:
    """Call the command in a process of its own; ``more`` is environment."""
    done = subprocess.run(
        [*COMMAND, *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | more,
        check=False,
    )
    return Answer(status=done.returncode, out=done.stdout, err=done.stderr)


def within(*words: str) -> Answer:
    """Call the command in this process: the same, but for the start of Python and all it loads."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["bachang", *words]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO())),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        run()
    code = ended.value.code
    return Answer(
        status=code if isinstance(code, int) else 0, out=out.getvalue(), err=err.getvalue()
    )


def start(*words: str, **more: Any) -> subprocess.Popen[str]:
    """Begin a call; the caller ends it."""
    return subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        **more,
    )


def completed(folder: Path, line: str) -> set[str]:
    """What bash offers after a line, by the script that the command itself gives it.

    Args:
        folder: An empty one, for a ``bachang`` on the search path.
        line: The words so far, ``bachang`` first.
    """
    program = folder / "bachang"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(bachang --show-completion)"\n'
        f"COMP_WORDS=({line} '')\n"
        f"COMP_CWORD={len(line.split())}\n"
        '_bachang_completion bachang\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    search = f"{folder}:{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": search},
        check=False,
    )
    assert not done.stderr
    return set(done.stdout.split())
