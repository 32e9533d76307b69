"""The words of a command line, as they must be for an account that cannot go where root can.

- A path in the installation becomes the same path at the neutral place.
- A pack elsewhere is bound, read-only, beside it, for the case that the account cannot reach it.
- A file to be written (``--html FILE``) is written at the neutral place and copied by the root
  process, which waits for the end of the command.

All else stays as it is: names of sandboxes and hosts, and what is to run inside a host.
"""

from __future__ import annotations

import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bachang.account._neutral import INSTALLATION, PLACE, show

_OUTPUTS = ("--svg", "--html", "--output")
_OF_HOSTS = ("exec", "shell")
"""Commands whose arguments name things inside a host."""

Word = tuple[str, str]
"""A word as given, and as it is at the neutral place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file that the command writes at the neutral place and root copies to its target."""

    draft: Path
    target: Path


def translate(root: Path, account: pwd.struct_passwd) -> tuple[list[Word], list[Output]]:
    """The words of this process's command line, and the files that it will write."""
    words: list[Word] = []
    outputs: list[Output] = []
    given = sys.argv[1:]
    first = len(sys.orig_argv) - len(given)
    for index, word in enumerate(sys.orig_argv):
        if index < first:
            words.append((word, at_place(root, word)))
        elif given[0] in _OF_HOSTS:
            words.append((word, word))
        elif target := _target(sys.orig_argv[index - 1], word):
            output = _output(len(outputs), target, account)
            outputs.append(output)
            option = word.rpartition("=")[0]
            words.append((word, f"{option}={output.draft}" if option else str(output.draft)))
        else:
            words.append((word, _given(root, word, len(words))))
    return words, outputs


def at_place(root: Path, word: str) -> str:
    """A path of the installation at the neutral place; any other text as it is.

    Symbolic links are followed on the way to the last name, not in it: the interpreter of a
    virtual environment is a link out of it, and its place is what counts.
    """
    path = Path(word)
    # The working directory moves with the installation, so relative paths in it stay right.
    inside = not path.is_absolute() and Path.cwd().is_relative_to(root)
    if "/" not in word or inside or not os.path.lexists(path):
        return word
    for real in (path.parent.resolve() / path.name, path.resolve()):
        if real.is_relative_to(root):
            return str(INSTALLATION / real.relative_to(root))
    return word


def reachable(words: list[Word]) -> list[str]:
    """Of each pair the word to use, once this process is the account."""
    return [
        given
        if place.startswith(f"{PLACE}/given") and os.access(given, os.R_OK | os.X_OK)
        else place
        for given, place in words
    ]


def _given(root: Path, word: str, number: int) -> str:
    place = at_place(root, word)
    folder = Path(word).resolve()
    if place != word or folder.is_relative_to(root) or not (folder / "scenario.yaml").is_file():
        return place
    bound = PLACE / f"given{number}" / folder.name
    show(folder, bound)
    return str(bound)


def _target(before: str, word: str) -> Path | None:
    """The file that an output option names, ``--svg FILE`` or ``--svg=FILE``."""
    option, sign, value = word.partition("=")
    if sign and option in _OUTPUTS:
        return Path.cwd() / value
    return Path.cwd() / word if before in _OUTPUTS else None


def _output(number: int, target: Path, account: pwd.struct_passwd) -> Output:
    folder = PLACE / f"output{number}"
    folder.mkdir(mode=0o700)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return Output(draft=folder / target.name, target=target)


def wait_and_copy(outputs: list[Output]) -> None:
    """Fork: the child returns and goes on; root waits, copies what was written, and exits."""
    child = os.fork()
    if child == 0:
        return
    for one in (signal.SIGINT, signal.SIGQUIT):  # the terminal sends them to the child as well
        signal.signal(one, signal.SIG_IGN)
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, _forward(child))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for output in outputs:
        code = _copy(output) or code
    os._exit(code if code >= 0 else 128 - code)


def _forward(child: int) -> Callable[[int, object], None]:
    return lambda number, _frame: os.kill(child, number)


def _copy(output: Output) -> int:
    """Copy a regular file (root follows no link that the account made); an exit status."""
    try:
        source = os.open(output.draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return 0  # nothing was written: the command has said why
    with open(source, "rb") as draft:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            return 1
        try:
            output.target.write_bytes(draft.read())
        except OSError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print(f"root copied it to {output.target}", file=sys.stderr)
    return 0
