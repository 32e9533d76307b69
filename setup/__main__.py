"""Set-up from the command line: ``/usr/bin/python3 -m setup [--dev]``."""

from __future__ import annotations

import argparse
import os
import sys

from setup._commands import SetUpError, run_as_root
from setup._environment import PYTHON, make_environment
from setup._groups import group_steps
from setup._machine import (
    DEV_PACKAGES,
    RUN_PACKAGES,
    account_name,
    account_steps,
    apparmor_steps,
    neighbour_steps,
    package_steps,
)
from setup._tools import declared_tools
from setup._web import build_web


def main() -> int:
    """Set everything up; the exit status."""
    parser = argparse.ArgumentParser(prog="setup", description="Set Bachang up on this machine.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument(
        "--groups", metavar="FOLDER", help="nothing but control groups of that name"
    )
    options = parser.parse_args()
    os.umask(0o022)
    try:
        if options.groups is not None:
            run_as_root(group_steps(account_name(), options.groups))
        else:
            _set_up(dev=options.dev)
    except (SetUpError, OSError) as error:
        print(f"set-up stopped: {error}", file=sys.stderr)
        return 3
    return 0


def _set_up(*, dev: bool) -> None:
    wanted = RUN_PACKAGES | (DEV_PACKAGES if dev else {})
    run_as_root(package_steps([*wanted], "packages"))
    run_as_root([*account_steps(account_name()), *apparmor_steps(), *neighbour_steps()])
    make_environment(dev=dev)
    build_web()
    run_as_root(package_steps(declared_tools(PYTHON), "tools that packs declare"))
    print(f"Set up. The command is {PYTHON.parent / 'bachang'}")


sys.exit(main())
