"""The ``bachang`` command.

Each module of this package holds the commands of one concern and is imported when one of
them is called: a command pays only for what it uses.
"""

from bachang.cli._main import main

__all__ = ["main"]
