"""The command's entry: finds the module of a command, and turns errors into messages.

Exit status: 0 done; 1 the caller's or the author's mistake, or a check that does not hold;
2 wrong usage; 3 the machine lacks something; 70 a fault of Bachang itself; 124 a program was
ended at its time limit; 130 Ctrl-C; 141 nobody reads the output any more.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

INTERRUPTED = 130
READER_GONE = 141

_MODULES = {
    "demo": "_demo",
    "doctor": "_machine",
    "lint": "_author",
    "plan": "_author",
    "schema": "_author",
    "verify": "_verify",
    "up": "_up",
    "ps": "_sandbox",
    "shell": "_hosts",
    "exec": "_hosts",
    "capture": "_capture",
    "reset": "_hosts",
    "pause": "_clock",
    "resume": "_clock",
    "advance": "_clock",
    "points": "_clock",
    "tasks": "_exercise",
    "hint": "_exercise",
    "submit": "_exercise",
    "score": "_score",
    "play": "_play",
    "report": "_score",
    "serve": "_serve",
    "down": "_sandbox",
}
"""Each command and the module of this package that holds it, in the order of use."""


class LazyCommands(TyperGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of use."""
        return list(_MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or ``None``."""
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"bachang.cli.{_MODULES[cmd_name]}")
        found: Any = typer.main.get_command(module.app)
        # A module with one command is that command.
        return found.commands[cmd_name] if isinstance(found, TyperGroup) else found


app = typer.Typer(
    name="bachang",
    cls=LazyCommands,
    help="Bachang (靶场), a cyber range: a scenario becomes a living, isolated world.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options() -> None:
    """Bachang (靶场), a cyber range: a scenario becomes a living, isolated world."""


def run() -> None:
    """Run the command line of this process; never returns."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered goes nowhere
        sys.exit(READER_GONE)
    except Exception as error:
        from bachang.cli._faults import report  # costs a tenth of a second

        sys.exit(report(error))
