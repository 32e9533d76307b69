"""The command's entry: finds the module of a command, and turns errors into messages.

Exit status: 0 done; 1 the caller's or the author's mistake, or a check that does not hold;
2 wrong usage; 3 the machine lacks something; 70 a fault of Bachang itself; 130 Ctrl-C.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from bachang.account import leave_root
from bachang.cli._faults import explain

_MODULES = {
    "demo": "_demo",
    "doctor": "_machine",
    "lint": "_author",
    "plan": "_author",
    "schema": "_author",
    "verify": "_author",
    "up": "_sandbox",
    "ps": "_sandbox",
    "shell": "_sandbox",
    "exec": "_sandbox",
    "reset": "_sandbox",
    "pause": "_clock",
    "resume": "_clock",
    "advance": "_clock",
    "points": "_clock",
    "tasks": "_exercise",
    "hint": "_exercise",
    "submit": "_exercise",
    "score": "_exercise",
    "play": "_play",
    "report": "_exercise",
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


def main() -> None:
    """Run the command line of this process; never returns."""
    leave_root()
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except Exception as error:
        sys.exit(explain(error))
