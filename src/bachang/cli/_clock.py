"""Commands of exercise control over a sandbox's clock and points."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bachang.cli._arguments import Json, Name
from bachang.engine import LocalEngine
from bachang.twins import PointValue

app = typer.Typer()
console = Console(highlight=False)


@app.command()
def points(
    name: Name,
    prefix: Annotated[str, typer.Argument(help="Only points that begin so.")] = "",
    write: Annotated[
        list[str] | None, typer.Option("--set", help="POINT=VALUE, as exercise control.")
    ] = None,
    json: Json = False,
) -> None:
    """Show the points of the field systems, or write some as exercise control."""
    sandbox = LocalEngine().fabric.attach(name)
    for assignment in write or []:
        point, _, text = assignment.partition("=")
        tick = sandbox.command(point, parse_value(text), actor="white")
        console.print(f"{point} = {text} at tick {tick}")
    if write:
        return
    values = {key: v for key, v in sorted(sandbox.points().items()) if key.startswith(prefix)}
    if json:
        print(msgspec.json.encode(values).decode())
        return
    table = Table("point", "value", box=None)
    for key, value in values.items():
        table.add_row(key, show_value(value))
    console.print(table)


def parse_value(text: str) -> PointValue:
    """``true``, ``false``, an integer, a decimal number, or else a text."""
    if text in ("true", "false"):
        return text == "true"
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def show_value(value: PointValue) -> str:
    """A point's value as a person reads it."""
    if isinstance(value, bool):
        return "[green]true[/]" if value else "[dim]false[/]"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@app.command()
def advance(
    name: Name,
    until: Annotated[float, typer.Argument(help="Sandbox time to reach, seconds.")],
    limit: Annotated[float, typer.Option(help="Wall seconds to take at most.")] = 60.0,
) -> None:
    """Step the field systems at full speed to a sandbox time; hosts wait."""
    with console.status(f"advancing to {until:g} s …"):
        reached = LocalEngine().fabric.attach(name).advance(until, limit_s=limit)
    console.print(f"sandbox time {reached:.2f} s")


@app.command()
def pause(name: Name) -> None:
    """Stop the sandbox's clock and freeze its hosts."""
    LocalEngine().fabric.attach(name).pause()
    console.print(f"{name} is paused; `bachang resume {name}` goes on")


@app.command()
def resume(name: Name) -> None:
    """Undo pause."""
    LocalEngine().fabric.attach(name).resume()
    console.print(f"{name} goes on")
