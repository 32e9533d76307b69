"""Commands that bring sandboxes up and down and go into their hosts."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import termios
import time
import tty
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bachang.cli._arguments import Json, Name, Pack
from bachang.engine import LocalEngine, load_plan
from bachang.fabric import HostStatus, SandboxGoneError, SandboxStatus, Terminal
from bachang.plan import Actor

app = typer.Typer()
console = Console(highlight=False)


@app.command()
def up(
    pack: Pack,
    name: Annotated[str | None, typer.Option(help="Name; else the scenario's.")] = None,
    seed: Annotated[
        str | None, typer.Option(help="Fixed seed, for authors; else secret to this machine.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring a pack to life as a sandbox; returns when every service answers."""
    started = time.monotonic()
    engine = LocalEngine()
    with console.status("resolving the plan …") as progress:
        plan = load_plan(pack, seed=seed or engine.seed_for(name or pack.name))
        progress.update(f"bringing up {len(plan.world.hosts)} hosts …")
        live = engine.up(plan, name=name)
    status = live.sandbox.status()
    if json:
        print(msgspec.json.encode(status).decode())
        return
    took = time.monotonic() - started
    console.print(
        f"[bold green]up[/] {status.name}: {len(status.hosts)} hosts, every service answers, "
        f"{took:.2f} s"
    )
    for line in status.degraded:
        console.print(f"[yellow]without[/] {line}")
    console.print(f"  bachang ps {status.name}        its hosts")
    console.print(f"  bachang tasks {status.name}     what to solve")
    if door := _door(plan.exercise.actors):
        console.print(f"  bachang shell {status.name} {door}     a terminal in it")


def _door(actors: tuple[Actor, ...]) -> str:
    """Arguments of ``shell`` for the first person who is granted a host."""
    granted = [actor for actor in actors if actor.host and not actor.actions]
    return f"{granted[0].host} --user {granted[0].user}" if granted else ""


@app.command()
def ps(
    name: Annotated[str | None, typer.Argument(help="One sandbox; else all.")] = None,
    json: Json = False,
) -> None:
    """Show the running sandboxes, or the hosts of one."""
    engine = LocalEngine()
    names = [name] if name else engine.fabric.sandboxes()
    statuses = [engine.fabric.attach(one).status() for one in names]
    if json:
        print(msgspec.json.encode(statuses).decode())
    elif name:
        console.print(_hosts_table(statuses[0]))
    elif statuses:
        console.print(_sandboxes_table(statuses))
    else:
        console.print("no sandbox runs; `bachang up packs/blackout` starts one")


def _sandboxes_table(statuses: list[SandboxStatus]) -> Table:
    table = Table("name", "state", "hosts", "sandbox time", "up since", "epoch", box=None)
    for status in statuses:
        table.add_row(
            status.name,
            status.state,
            str(len(status.hosts)),
            f"{status.sandbox_time_s:.1f} s",
            f"{status.uptime_s:.0f} s",
            str(status.epoch),
        )
    return table


def _hosts_table(status: SandboxStatus) -> Table:
    table = Table("host", "address", "services", "processes", "memory", "reset", box=None)
    for host in status.hosts:
        table.add_row(
            host.name,
            host.address,
            _services(host),
            str(host.processes),
            f"{host.memory_kib / 1024:.1f} MiB",
            f"{host.generation}×" if host.generation else "",
        )
    return table


def _services(host: HostStatus) -> str:
    colours = {"up": "green", "starting": "yellow"}
    return "  ".join(
        f"[{colours.get(state, 'red')}]●[/] {service}{'' if state == 'up' else f' ({state})'}"
        for service, state in sorted(host.services.items())
    )


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def exec(  # noqa: A001 - the command's name
    name: Name,
    host: Annotated[str, typer.Argument(help="Host in the sandbox.")],
    argv: Annotated[list[str], typer.Argument(help="Program and arguments.")],
    user: Annotated[str, typer.Option(help="Account in the host.")] = "root",
    timeout: Annotated[float, typer.Option(help="Seconds until it is ended.")] = 30.0,
) -> None:
    """Run a program in a host; its output and exit status are passed on."""
    stdin = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    sandbox = LocalEngine().fabric.attach(name)
    result = sandbox.exec(host, argv, user=user, stdin=stdin, timeout_s=timeout)
    sys.stdout.buffer.write(result.stdout)
    sys.stderr.buffer.write(result.stderr)
    if result.truncated:
        print("bachang: more was written; the rest was left out", file=sys.stderr)
    if result.timed_out:
        print(f"bachang: ended after {timeout:g} s", file=sys.stderr)
        raise typer.Exit(124)
    raise typer.Exit(result.status if result.status >= 0 else 128 - result.status)


@app.command()
def shell(
    name: Name,
    host: Annotated[str, typer.Argument(help="Host in the sandbox.")],
    user: Annotated[str, typer.Option(help="Account in the host.")] = "root",
) -> None:
    """Open a terminal in a host."""
    if not sys.stdin.isatty():
        console.print("[red]error[/]: shell needs a terminal; use `bachang exec` in scripts")
        raise typer.Exit(2)
    size = shutil.get_terminal_size()
    sandbox = LocalEngine().fabric.attach(name)
    terminal = sandbox.open_terminal(host, user=user, rows=size.lines, columns=size.columns)
    _converse(terminal)


def _converse(terminal: Terminal) -> None:
    """Join this terminal with one in a host until the latter ends."""
    before = termios.tcgetattr(0)
    previous = signal.signal(signal.SIGWINCH, lambda *_: _follow_size(terminal))
    tty.setraw(0)
    try:
        while True:
            ready, _, _ = select.select([0, terminal.master], [], [])
            if 0 in ready:
                os.write(terminal.master, os.read(0, 4096))
            if terminal.master in ready:
                os.write(1, os.read(terminal.master, 65536))
    except OSError:
        # The other side of a pseudo terminal closed: read fails with EIO.
        pass
    finally:
        termios.tcsetattr(0, termios.TCSAFLUSH, before)
        signal.signal(signal.SIGWINCH, previous)
        os.close(terminal.master)


def _follow_size(terminal: Terminal) -> None:
    size = shutil.get_terminal_size()
    termios.tcsetwinsize(terminal.master, (size.lines, size.columns))


@app.command()
def reset(
    name: Name,
    host: Annotated[str | None, typer.Argument(help="One host; else the whole sandbox.")] = None,
) -> None:
    """Make a host (or the whole sandbox) anew; files and settings go back to the start."""
    started = time.monotonic()
    LocalEngine().fabric.attach(name).reset(host)
    what = host or f"{name}, a new epoch begins"
    console.print(f"[bold green]reset[/] {what}: {(time.monotonic() - started) * 1000:.0f} ms")


@app.command()
def down(
    names: Annotated[list[str] | None, typer.Argument(help="Sandboxes; none with --all.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every running sandbox.")] = False,
) -> None:
    """End sandboxes; their journals are kept."""
    engine = LocalEngine()
    for name in engine.fabric.sandboxes() if all_ else names or []:
        try:
            engine.down(name)
        except SandboxGoneError as gone:
            console.print(f"[yellow]{gone}[/]")
            raise typer.Exit(1) from gone
        console.print(f"[bold green]down[/] {name}")
