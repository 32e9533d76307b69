"""Programs of the platform: forked from the agent, prepared, then exec'd."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass

from bachang.fabric import _kernel as kernel
from bachang.fabric._procfs import be_expendable

_HIGH = 16
"""Above every number that a program is given a descriptor as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of the platform to exec as a child of the agent."""

    argv: list[str]
    environment: dict[str, str]
    """All of it."""
    descriptors: dict[int, int]
    """Number in the child to descriptor here; all others are closed, 0 to 2 are kept."""
    prepare: Callable[[], None] = lambda: None
    """Run in the child before the exec."""
    file: int | None = None
    """A descriptor of the program, where its path is not visible any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A program that is being prepared, beside what its parent does."""

    name: str
    pid: int
    problems: int
    """A pipe that says what went wrong; it ends in silence with the exec."""


def begin(program: Program) -> Beginning:
    """Fork; the child prepares itself and execs."""
    ours, theirs = os.pipe()
    try:
        pid = os.fork()
        if pid == 0:
            _become(program, theirs)
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return Beginning(name=program.argv[0], pid=pid, problems=ours)


def _become(program: Program, problems: int) -> None:
    """In the child: never returns."""
    try:
        be_expendable()
        problems = _lift(problems)
        keep = _place(program, problems)
        program.prepare()
        # Also what Python ignores, and what the client was started with (``nohup``, or ``&``): a
        # host's programs would inherit it, and Ctrl-C and a closed window would end nothing there.
        # Not before: a file that gets too long is an error until then, and no sudden death.
        kernel.mind_all_signals()
        target = program.argv[0] if program.file is None else keep
        os.execve(target, program.argv, program.environment)  # noqa: S606
    except OSError as error:
        os.write(problems, f"{error.filename or 'exec'}: {error.strerror}".encode())
    except BaseException as error:
        os.write(problems, repr(error).encode())
    finally:  # whatever fails, even the telling: never a second agent
        os._exit(127)


def _place(program: Program, problems: int) -> int:
    """Put descriptors where the program expects them; returns that of the program itself."""
    high = {number: _lift(descriptor) for number, descriptor in program.descriptors.items()}
    file = _lift(program.file) if program.file is not None else -1
    for number, descriptor in high.items():
        os.dup2(descriptor, number, inheritable=True)
    last = max([2, *program.descriptors])
    keep = sorted({file, problems} - {-1})
    start = last + 1
    for descriptor in keep:
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))
    return file


def _lift(descriptor: int) -> int:
    """A copy with a high number, out of the way of the numbers to be given."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH)
