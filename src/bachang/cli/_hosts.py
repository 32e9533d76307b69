"""Commands that go into hosts: shell, exec, reset."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import termios
import time
import tty
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand

from bachang.cli._arguments import Host, Name, OptionalHost, User
from bachang.cli._console import busy, errors, refuse, say
from bachang.engine import LocalEngine
from bachang.fabric import Terminal

app = typer.Typer()

TIME_IS_UP = 124
"""Exit status as that of timeout(1)."""
_TYPED_BYTES = 4096
_SHOWN_BYTES = 65536


class HostCommand(TyperCommand):
    """A command whose words from the program on belong to the program.

    Options are understood before, between and after sandbox and host, ``--`` may be left out.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``--`` in front of the program."""
        return super().parse_args(ctx, _mark_program(args, self._valued()))

    def _valued(self) -> set[str]:
        """Options that take the next word as their value."""
        options = [one for one in self.params if one.param_type_name == "option"]
        return {name for one in options if not getattr(one, "is_flag", False) for name in one.opts}


def _mark_program(words: list[str], valued: set[str]) -> list[str]:
    places, index = 0, 0
    while index < len(words) and words[index] != "--":
        if words[index] in valued:
            index += 1
        elif not words[index].startswith("-"):
            places += 1
            if places > 2:
                return [*words[:index], "--", *words[index:]]
        index += 1
    return words


@app.command(cls=HostCommand)
def exec(  # noqa: A001 - the command's name
    name: Name,
    host: Host,
    argv: Annotated[list[str], typer.Argument(help="Program and its arguments.")],
    user: User = "root",
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, help="Seconds until it is ended.")
    ] = 30.0,
) -> None:
    """Run a program in a host; input, output and exit status are passed on."""
    sandbox = LocalEngine().sandbox(name)
    stdin = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    with busy(f"{host}: {escape(argv[0])} …"):
        result = sandbox.exec(host, argv, user=user, stdin=stdin, timeout_s=timeout)
    sys.stdout.buffer.write(result.stdout)
    sys.stdout.flush()
    sys.stderr.buffer.write(result.stderr)
    if result.truncated:
        errors.print("[yellow]bachang[/]: more was written; the rest was left out")
    if result.timed_out:
        errors.print(f"[yellow]bachang[/]: ended after {timeout:g} s; --timeout gives it longer")
        raise typer.Exit(TIME_IS_UP)
    raise typer.Exit(result.status if result.status >= 0 else 128 - result.status)


@app.command()
def shell(name: Name, host: Host, user: User = "root") -> None:
    """Open a terminal in a host; Ctrl-D or `exit` leaves it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        refuse(
            "a shell needs a terminal, and this is none",
            f"in scripts: bachang exec {name} {host} -- PROGRAM",
            status=2,
        )
    size = shutil.get_terminal_size()
    sandbox = LocalEngine().sandbox(name)
    terminal = sandbox.open_terminal(host, user=user, rows=size.lines, columns=size.columns)
    _converse(terminal)


def _converse(terminal: Terminal) -> None:
    """Join this terminal with one in a host until the latter ends."""
    before = termios.tcgetattr(0)
    previous = signal.signal(signal.SIGWINCH, lambda *_: _follow_size(terminal))
    tty.setraw(0, termios.TCSADRAIN)  # what was typed ahead is kept
    try:
        while _pass_on(terminal.master):
            pass
    finally:
        termios.tcsetattr(0, termios.TCSAFLUSH, before)
        signal.signal(signal.SIGWINCH, previous)
        os.close(terminal.master)


def _pass_on(master: int) -> bool:
    """What was typed to the host, what it shows to here; false once one side has closed."""
    ready, _, _ = select.select([0, master], [], [])
    try:
        if 0 in ready:
            typed = os.read(0, _TYPED_BYTES)
            os.write(master, typed)
            return bool(typed)
        shown = os.read(master, _SHOWN_BYTES)
    except OSError:
        return False  # EIO: nothing has the other side of the pseudo terminal open any more
    os.write(1, shown)
    return bool(shown)


def _follow_size(terminal: Terminal) -> None:
    size = shutil.get_terminal_size()
    termios.tcsetwinsize(terminal.master, (size.lines, size.columns))


@app.command()
def reset(name: Name, host: OptionalHost = None) -> None:
    """Make a host (or the whole sandbox) anew; files and settings go back to the start."""
    started = time.monotonic()
    with busy(f"making {host or 'everything'} anew …"):
        LocalEngine().sandbox(name).reset(host)
    what = host or f"{name}, a new epoch begins"
    say(f"[bold green]reset[/] {what}: {(time.monotonic() - started) * 1000:.0f} ms")
