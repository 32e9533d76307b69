"""Errors as a person reads them: who is at fault, what happened, what to do."""

from __future__ import annotations

import sys
import traceback

from rich.console import Console
from rich.markup import escape

from bachang.fabric import FabricError, MachineError, PlatformError, SandboxError, WorldError
from bachang.scenario import Problem, ScenarioError

_console = Console(stderr=True, highlight=False)

_WHO: tuple[tuple[type[Exception], str, int], ...] = (
    (MachineError, "this machine", 3),
    (WorldError, "the scenario", 1),
    (SandboxError, "the request", 1),
    (PlatformError, "Bachang itself", 70),
)


def explain(error: Exception) -> int:
    """Print an error for the person at the terminal; the exit status that belongs to it."""
    if isinstance(error, ScenarioError):
        print_problems(error.problems)
        return 1
    if isinstance(error, FabricError):
        who, status = next((who, status) for kind, who, status in _WHO if isinstance(error, kind))
        _console.print(f"[bold red]error[/] in {who}: {escape(str(error))}")
        return status
    if type(error).__module__.startswith("bachang.") or isinstance(error, OSError):
        _console.print(f"[bold red]error[/]: {escape(str(error))}")
        return 1
    traceback.print_exception(error, file=sys.stderr)
    _console.print("[bold red]error[/] in Bachang itself: please report the lines above")
    return 70


def print_problems(problems: tuple[Problem, ...]) -> None:
    """One problem after the other, each with its place and its remedy."""
    for problem in problems:
        place = f"{problem.path}:{problem.line}:{problem.column}"
        _console.print(f"[bold]{escape(place)}[/] [cyan]{escape(problem.where)}[/]")
        _console.print(f"  {escape(problem.message)}")
        if problem.remedy:
            _console.print(f"  [green]→[/] {escape(problem.remedy)}")
    count = len(problems)
    _console.print(f"[bold red]{count} {'problem' if count == 1 else 'problems'}[/]")
