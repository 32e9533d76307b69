"""Errors as a person reads them: who is at fault, what happened, what to do."""

from __future__ import annotations

import errno
import sys
import traceback

from rich.markup import escape

from bachang.cli._console import errors, explain
from bachang.fabric import (
    FabricError,
    MachineError,
    PlatformError,
    SandboxError,
    SandboxGoneError,
    WorldError,
)
from bachang.scenario import Problem, ScenarioError

OWN_FAULT = 70
"""Exit status of a fault of Bachang itself (sysexits.h: EX_SOFTWARE)."""

_WHO: tuple[tuple[type[Exception], str, int, str], ...] = (
    (SandboxGoneError, "error", 1, "`bachang ps` lists what runs"),
    (MachineError, "error in this machine", 3, "`bachang doctor` looks at the machine"),
    (WorldError, "error in the scenario", 1, "mend the pack; `bachang lint PACK` may say more"),
    (SandboxError, "error", 1, ""),
    (PlatformError, "error in Bachang itself", OWN_FAULT, ""),
)

_ELSEWHERE = "choose another place, or let this account use it: `ls -ld` shows whose it is"
_ROOM = "make room there: `df -h` and `df -i` show which disk is full"
_REMEDIES = {
    errno.EACCES: _ELSEWHERE,
    errno.EPERM: _ELSEWHERE,
    errno.EROFS: "choose another place: nothing can be written there",
    errno.ENOENT: "name a place that exists",
    errno.ENOTDIR: "name a folder that exists",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
}
"""What to do about a file or folder that the machine refuses."""


def report(error: Exception) -> int:
    """Print an error for the person at the terminal; the exit status that belongs to it."""
    if isinstance(error, ScenarioError):
        print_problems(error.problems)
        return 1
    if isinstance(error, FabricError):
        _, head, status, remedy = next(one for one in _WHO if isinstance(error, one[0]))
        explain(head, escape(str(error)), remedy)
        return status
    if isinstance(error, OSError) and error.strerror and error.filename:
        cause = f"{error.filename}: {error.strerror}"
        explain("error", escape(cause), _REMEDIES.get(error.errno or 0, ""))
        return 1
    if type(error).__module__.startswith("bachang.") or isinstance(error, OSError):
        explain("error", escape(str(error)))
        return 1
    traceback.print_exception(error, file=sys.stderr)
    explain("error in Bachang itself", "please report the lines above")
    return OWN_FAULT


def print_problems(problems: tuple[Problem, ...]) -> None:
    """One problem after the other, each with its place and its remedy."""
    for problem in problems:
        place = f"{problem.path}:{problem.line}:{problem.column}"
        errors.print(
            f"[bold]{escape(place)}[/] [cyan]{escape(problem.where)}[/]\n"
            f"  {escape(problem.message)}",
            soft_wrap=True,
        )
        if problem.remedy:
            errors.print(f"  [green]→[/] {escape(problem.remedy)}", soft_wrap=True)
    count = len(problems)
    errors.print(f"[bold red]{count} {'problem' if count == 1 else 'problems'}[/]")
