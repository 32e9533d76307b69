"""The command that runs the portal."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tomllib
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from bachang.cli._console import refuse, say
from bachang.engine import Places
from bachang.portal import AddressError, Assembly, Demo, OidcSettings, Settings
from bachang.portal import serve as serve_portal

app = typer.Typer()
_MANY = 10_000_000
_DEMO_PACK = "blackout"
_DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""One of these is set where there is a browser to open."""


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
        typer.Option(
            help="PostgreSQL for people and journals, postgresql://user@host/name; else SQLite."
        ),
    ] = None,
    packs: Annotated[Path | None, typer.Option(help="Folder of the packs that ship.")] = None,
    sandboxes: Annotated[int | None, typer.Option(min=1, help="Most at a time.")] = None,
    oidc: Annotated[
        Path | None,
        typer.Option(help="TOML file of an OpenID Connect provider.", exists=True, dir_okay=False),
    ] = None,
    unlimited: Annotated[
        bool, typer.Option(hidden=True, help="No rate limits: to measure what the portal can.")
    ] = False,
    token: Annotated[
        bool, typer.Option(help="Print an address that signs in once, with every role.")
    ] = True,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Start a training, open it in a browser, and end it with the portal."
        ),
    ] = False,
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
        local=token or demo,
        oidc=_provider(oidc) if oidc else None,
        sandboxes=sandboxes,
    )
    if unlimited:
        settings = replace(settings, requests_per_minute=_MANY, answers_per_minute=_MANY)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        if demo:
            _serve_demo(settings)
        else:
            serve_portal(settings, _ready)
    say("the portal has ended")


def _ready(assembly: Assembly) -> None:
    _say(assembly, "/", "sandboxes run on")


def _serve_demo(settings: Settings) -> None:
    demos: list[Demo] = []

    def ready(assembly: Assembly) -> None:
        demo = Demo(assembly, _DEMO_PACK)
        demos.append(demo)
        _open(_say(assembly, demo.begin(), "the sandboxes started in it end, too"))

    def leaving() -> None:
        for demo in demos:
            demo.end()

    serve_portal(settings, ready, leaving)


def _say(assembly: Assembly, path: str, ending: str) -> str:
    """Tell where the portal is; returns the address that a browser should open."""
    origin = assembly.portal.settings.origin
    address = f"{origin}{path}"
    say(f"[bold green]the portal runs[/] at {escape(origin)}")
    if token := assembly.sessions.one_time_token:
        address += f"#token={token}"
        say("open this address once, to sign in on this machine:")
        print(f"  {address}", flush=True)
    say(f"Ctrl-C ends the portal; {ending}")
    sys.stdout.flush()
    return address


def _open(address: str) -> None:
    """Open a browser where there is a desktop; without one the printed address will do."""
    if any(os.environ.get(name) for name in _DESKTOPS):
        subprocess.Popen(
            [sys.executable, "-m", "webbrowser", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _provider(path: Path) -> OidcSettings:
    """The identity provider that a file describes; ends the command if it does not."""
    known = {field.name for field in fields(OidcSettings)}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        if isinstance(roles := given.get("roles"), list):
            given["roles"] = tuple(roles)
        provider = OidcSettings(**given)
    except (AddressError, TypeError, ValueError) as error:
        cause = f"{path} describes no identity provider: {error}"
        refuse(escape(cause), escape(f"it has the keys {', '.join(sorted(known))}"))
    if path.stat().st_mode & 0o007:
        refuse(
            escape(f"every account of this machine can read the secret in {path}"),
            escape(f"chmod o= {path}"),
        )
    return provider


def _shipped_packs() -> Path | None:
    """The packs of the clone, or those that an installed wheel brought."""
    package = Path(str(files("bachang")))
    for folder in (package.parents[1] / "packs", package / "packs", Path(os.getcwd()) / "packs"):
        if folder.is_dir():
            return folder
    return None
