"""The ``bachang`` command.

Each module of this package holds the commands of one concern and is imported when one of
them is called: a command pays only for what it uses.
"""

from bachang.account import leave_root

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process; never returns."""
    leave_root()
    # Not before: root executes this command line again, and would import everything twice.
    from bachang.cli._main import run

    run()
