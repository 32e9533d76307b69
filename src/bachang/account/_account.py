"""Started as root, Bachang goes on as an ordinary account.

Running needs no root, so nothing of Bachang runs with it. The account is the one that called
``sudo``, else the one that set-up made. The installation is bound at a neutral place
(`bachang.account._neutral`), the process becomes the account with a clean environment, and the
same command line (`bachang.account._words`) is executed again there.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from bachang.account._groups import FOLDER, enter_group
from bachang.account._neutral import INSTALLATION, make_place, show
from bachang.account._words import at_place, reachable, translate, wait_and_copy

ACCOUNT = "bachang"
"""The account that set-up makes where root owns the installation."""
MACHINE_FAULT = 3
"""Exit status: this machine lacks something."""

_KEPT = (
    *("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"),
    *("COMP_WORDS", "COMP_CWORD", "_TYPER_COMPLETE_ARGS", "_BACHANG_COMPLETE"),
    *("LANG", "LANGUAGE", "TZ", "CI", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
)
_KEPT_PREFIXES = ("LC_", "BACHANG_", "PYTEST_")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def leave_root(group: str = FOLDER) -> None:
    """Become an ordinary account if this is root; returns at once for everybody else.

    Does not return to root: the command line of this process is executed again.

    Args:
        group: The operator's control group for the account, entered where there is one.
    """
    if os.geteuid() != 0:
        return
    account, root = _account(), _installation()
    try:
        make_place()
        show(root, INSTALLATION)
        words, outputs = translate(root, account)
        program, module = (at_place(root, path) for path in (sys.executable, __file__))
        directory = _directory(root)
    except OSError as error:
        _refuse_root(account, error)
    if outputs:
        wait_and_copy(outputs)
    enter_group(group)
    try:
        _become(account, directory)
    except OSError as error:
        _refuse_root(account, error)
    _check_readable(program, module, root, account)
    arguments = [program, *reachable(words[1:])]
    os.execve(program, arguments, _environment(account, os.environ))  # noqa: S606


def _account() -> pwd.struct_passwd:
    name = os.environ.get("SUDO_USER", "root")
    try:
        return pwd.getpwnam(ACCOUNT if name == "root" else name)
    except KeyError:
        _refuse(
            "Bachang does not run as root, and the account that it would become is missing",
            "run `make setup` as root once: it makes the account; or log in as a user",
        )


def _installation() -> Path:
    """The clone; for an installed wheel the environment that holds it."""
    package, environment = Path(__file__).resolve().parents[1], Path(sys.prefix).resolve()
    return environment if package.is_relative_to(environment) else package.parents[1]


def _directory(root: Path) -> Path:
    """Where the command goes on: the same folder if it is of the installation."""
    here = Path.cwd()
    return INSTALLATION / here.relative_to(root) if here.is_relative_to(root) else here


def _become(account: pwd.struct_passwd, directory: Path) -> None:
    os.initgroups(account.pw_name, account.pw_gid)
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    try:
        os.chdir(directory)
    except OSError:
        os.chdir("/")


def _check_readable(program: str, module: str, root: Path, account: pwd.struct_passwd) -> None:
    if not os.access(program, os.X_OK):
        _refuse(
            f"account {account.pw_name!r} may not run {os.path.realpath(program)}",
            "run `make setup`: it makes .venv from the system's own Python",
        )
    if not os.access(module, os.R_OK):
        _refuse(
            f"account {account.pw_name!r} may not read the files of the installation",
            f"run: chmod -R go+rX {root}",
        )


def _environment(account: pwd.struct_passwd, given: Mapping[str, str]) -> dict[str, str]:
    """What a log-in would set, and of root's environment only what is plainly harmless."""
    kept = {
        name: value
        for name, value in given.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    return kept | {
        "HOME": account.pw_dir,
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "SHELL": account.pw_shell,
        "PATH": _PATH,
    }


def _refuse_root(account: pwd.struct_passwd, error: OSError) -> NoReturn:
    _refuse(
        f"root cannot go on as account {account.pw_name!r}: {error}",
        f"log in as an ordinary user, or run: runuser -u {account.pw_name} -- COMMAND",
    )


def _refuse(cause: str, remedy: str) -> NoReturn:
    print(f"error in this machine: {cause}\n  → {remedy}", file=sys.stderr)
    sys.exit(MACHINE_FAULT)
