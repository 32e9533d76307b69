"""Commands of exercise control over a sandbox's clock and points."""

from __future__ import annotations

import difflib
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from bachang.cli._arguments import Json, Language, Name, Tongue, spoken
from bachang.cli._console import busy, console, refuse, say
from bachang.engine import Live, LocalEngine
from bachang.twins import TYPES, Access, Point, PointValue

app = typer.Typer()


@app.command()
def points(
    name: Name,
    prefix: Annotated[str, typer.Argument(help="Only points that begin so.")] = "",
    write: Annotated[
        list[str] | None, typer.Option("--set", help="POINT=VALUE, as exercise control.")
    ] = None,
    json: Json = False,
    language: Language = Tongue.EN,
) -> None:
    """Show the points of the field systems, or write some as exercise control."""
    live = LocalEngine().attach(name)
    if write:
        _write(live, write)
        return
    everything = live.sandbox.points()
    values = {key: value for key, value in sorted(everything.items()) if key.startswith(prefix)}
    if not values:
        known = ", ".join(system.name for system in live.plan.world.field_systems) or "none"
        remedy = f"field systems: {known}"
        if "=" in prefix:
            remedy = f"to write one: bachang points {name} --set {escape(prefix)}"
        refuse(f"no point begins with {escape(prefix)!r}", remedy)
    if json:
        print(msgspec.json.encode(values).decode())
        return
    console.print(_table(values, _described(live), language))


def _described(live: Live) -> dict[str, Point]:
    """All points of a sandbox by their full names."""
    return {
        f"{system.name}.{point.name}": point
        for system in live.plan.world.field_systems
        if system.type in TYPES
        for point in TYPES[system.type].points
    }


def _table(values: dict[str, PointValue], known: dict[str, Point], language: str) -> Table:
    table = Table("point", box=None, pad_edge=False)
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("meaning", overflow="fold")
    for name, value in values.items():
        point = known.get(name)
        meaning = escape(spoken(point.title, language)) if point else ""
        if point and Access.WHITE in point.writable_by:
            meaning += " [dim]--set[/]"
        table.add_row(name, _shown(value), escape(point.unit) if point else "", meaning)
    return table


def _shown(value: PointValue) -> str:
    """A point's value as a person reads it."""
    if isinstance(value, bool):
        return "[green]true[/]" if value else "[dim]false[/]"
    return f"{value:.2f}" if isinstance(value, float) else escape(str(value))


def _write(live: Live, assignments: list[str]) -> None:
    """All assignments are looked at before the first is carried out."""
    known = _described(live)
    pairs = [_assignment(text, known) for text in assignments]
    for point, value in pairs:
        tick = live.sandbox.command(point, value, actor="white")
        say(f"{point} = {escape(str(value))} at tick {tick}")


def _assignment(text: str, known: dict[str, Point]) -> tuple[str, PointValue]:
    name, sign, value = text.partition("=")
    if not sign:
        refuse(f"{escape(text)!r} is no assignment", "write POINT=VALUE", status=2)
    point = known.get(name)
    if point is None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`bachang points NAME` lists them"
        refuse(f"there is no point {escape(name)!r}", hint)
    if Access.WHITE not in point.writable_by:
        refuse(f"{name} cannot be set", "those that can say --set in `bachang points NAME`")
    return name, _typed(name, point, value)


def _typed(name: str, point: Point, text: str) -> PointValue:
    """A value of the point's type, within its limits."""
    try:
        if point.type is bool:
            return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
        if point.choices and text not in point.choices:
            raise ValueError
        value: PointValue = point.type(text)
    except (KeyError, ValueError):
        kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        wanted = ", ".join(point.choices) or kinds[point.type]
        refuse(f"{escape(text)!r} is no value of {name}", f"give {wanted}")
    if isinstance(value, int | float) and not _within(point, value):
        refuse(f"{name} cannot be {text}", f"give {point.low:g} to {point.high:g} {point.unit}")
    return value


def _within(point: Point, value: float) -> bool:
    low = point.low is None or value >= point.low
    return low and (point.high is None or value <= point.high)


@app.command()
def advance(
    name: Name,
    until: Annotated[float, typer.Argument(help="Sandbox time to reach, seconds.", min=0)],
    limit: Annotated[float, typer.Option(help="Wall seconds to take at most.", min=0.1)] = 60.0,
) -> None:
    """Step the field systems at full speed to a sandbox time; hosts wait."""
    sandbox = LocalEngine().sandbox(name)
    now_s = sandbox.status().sandbox_time_s
    if until < now_s:
        refuse(
            f"{name} is at {now_s:.1f} s already: its clock runs forward only",
            f"give a later time; `bachang reset {name}` begins at 0 again",
        )
    with busy(f"advancing from {now_s:.1f} s to {until:g} s …"):
        reached = sandbox.advance(until, limit_s=limit)
    say(f"[bold green]advanced[/] {name}: {now_s:.1f} s → {reached:.2f} s")


@app.command()
def pause(name: Name) -> None:
    """Stop the sandbox's clock and freeze its hosts."""
    LocalEngine().sandbox(name).pause()
    say(f"[bold green]paused[/] {name}; `bachang resume {name}` goes on")


@app.command()
def resume(name: Name) -> None:
    """Undo pause."""
    LocalEngine().sandbox(name).resume()
    say(f"[bold green]resumed[/] {name}")
