"""The command that runs the portal."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bachang.engine import Places
from bachang.portal import Assembly, Settings
from bachang.portal import serve as serve_portal

app = typer.Typer()
console = Console(highlight=False)
_MANY = 10_000_000


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    public: Annotated[
        str | None, typer.Option(help="Address that browsers use, e.g. https://range.example.")
    ] = None,
    screens: Annotated[str | None, typer.Option(help="Wildcard domain for pages of hosts.")] = None,
    database: Annotated[
        str | None,
        typer.Option(help="PostgreSQL, e.g. postgresql+psycopg://user@/portal; else SQLite."),
    ] = None,
    packs: Annotated[Path | None, typer.Option(help="Folder of the packs that ship.")] = None,
    sandboxes: Annotated[int | None, typer.Option(min=1, help="Most at a time.")] = None,
    unlimited: Annotated[
        bool, typer.Option(hidden=True, help="No rate limits: to measure what the portal can.")
    ] = False,
    token: Annotated[
        bool, typer.Option(help="Print an address that signs in once, with every role.")
    ] = True,
) -> None:
    """Run the portal: the range in the browser."""
    settings = Settings(
        host=host,
        port=port,
        public=public,
        screens_domain=screens,
        database=database,
        data=Places.of_account().data / "portal",
        packs=packs or _shipped_packs(),
        ui=Path(str(files("bachang.portal") / "static")),
        local=token,
        sandboxes=sandboxes,
    )
    if unlimited:
        settings = replace(settings, requests_per_minute=_MANY, answers_per_minute=_MANY)
    serve_portal(settings, _say)


def _say(assembly: Assembly) -> None:
    origin = assembly.portal.settings.origin
    console.print(f"[bold green]the portal runs[/] at {origin}")
    one_time = assembly.sessions.one_time_token
    if one_time:
        console.print("open this address once, to sign in on this machine:")
        print(f"  {origin}/#token={one_time}", flush=True)
    console.print("Ctrl-C ends the portal; sandboxes run on")


def _shipped_packs() -> Path | None:
    """The packs of the clone, or those that an installed wheel brought."""
    package = Path(str(files("bachang")))
    for folder in (package.parents[1] / "packs", package / "packs", Path(os.getcwd()) / "packs"):
        if folder.is_dir():
            return folder
    return None
