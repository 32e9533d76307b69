"""Commands over running sandboxes: ps, down."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from bachang.cli._arguments import Json, Names, OptionalName
from bachang.cli._capture import figures
from bachang.cli._console import busy, console, errors, refuse, say
from bachang.engine import LocalEngine
from bachang.fabric import HostStatus, SandboxStatus

app = typer.Typer()


@app.command()
def ps(name: OptionalName = None, json: Json = False) -> None:
    """Show the running sandboxes, or the hosts of one."""
    engine = LocalEngine()
    names = [name] if name else engine.fabric.sandboxes()
    statuses = [engine.sandbox(one).status() for one in names]
    if json:
        print(msgspec.json.encode(statuses).decode())
    elif name:
        console.print(_hosts_table(statuses[0]))
        for one in statuses[0].captures:
            say(f"capture {one.name or 'by a client'}: {figures(one)}")
        for limit in statuses[0].degraded:
            errors.print(f"[yellow]limited[/] {escape(limit)}", soft_wrap=True)
    elif statuses:
        console.print(_sandboxes_table(statuses))
    else:
        say("no sandbox runs; `bachang up PACK` starts one")
    if not json:
        _tell_dead(engine)


def _tell_dead(engine: LocalEngine) -> None:
    for dead in engine.abandoned():
        errors.print(
            f"[yellow]ended[/] {dead}: its agent died; `bachang down {dead}` keeps its journal "
            "and clears the rest",
            soft_wrap=True,
        )


def _sandboxes_table(statuses: list[SandboxStatus]) -> Table:
    table = Table("name", "state", box=None, pad_edge=False)
    for heading in ("hosts", "sandbox time", "up for", "epoch"):
        table.add_column(heading, justify="right")
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
    table = Table("host", "address", box=None, pad_edge=False)
    table.add_column("services", overflow="fold")
    for heading in ("processes", "memory", "resets"):
        table.add_column(heading, justify="right")
    for host in status.hosts:
        table.add_row(
            host.name,
            host.address,
            _services(host),
            str(host.processes),
            f"{host.memory_kib / 1024:.1f} MiB",
            str(host.generation or ""),
        )
    return table


def _services(host: HostStatus) -> str:
    """Each service with its state; what is up needs no word."""
    shown = []
    for service, state in sorted(host.services.items()):
        colour = {"up": "green", "starting": "yellow"}.get(state, "red")
        shown.append(f"[{colour}]●[/] {service}" + ("" if state == "up" else f" ({state})"))
    return "  ".join(shown)


@app.command()
def down(
    names: Names = None,
    all_: Annotated[bool, typer.Option("--all", help="Every sandbox of this account.")] = False,
) -> None:
    """End sandboxes; their journals are kept."""
    engine = LocalEngine()
    if all_ == bool(names):
        refuse("name the sandboxes to end, or give --all", "`bachang ps` lists them", status=2)
    chosen = names or sorted({*engine.fabric.sandboxes(), *engine.abandoned()})
    for name in chosen:
        with busy(f"ending {name} …"):
            ran = engine.down(name)
        if ran:
            say(f"[bold green]down[/] {name}; `bachang score {name}` still answers")
        else:
            say(f"[yellow]cleared[/] {name}: its agent had died; its journal is kept")
    swept = engine.sweep()
    if swept:
        say(f"[yellow]cleared[/] control groups of dead sandboxes: {', '.join(swept)}")
    if not chosen and not swept:
        say("no sandbox runs")
