"""Arguments and options that several commands share, and what the Tab key offers for them."""

from __future__ import annotations

import contextlib
import enum
from pathlib import Path
from typing import Annotated

import typer

from bachang.engine import LocalEngine
from bachang.fabric import FabricError
from bachang.plan import Plan


class Tongue(enum.StrEnum):
    """A language of texts for people."""

    EN = "en"
    ZH = "zh"


def spoken(text: dict[str, str], language: str) -> str:
    """A text in a language, else in English."""
    return text.get(language) or text.get("en", "")


def _names(incomplete: str) -> list[str]:
    """Running sandboxes."""
    return [name for name in LocalEngine().fabric.sandboxes() if name.startswith(incomplete)]


def _plan(ctx: typer.Context) -> Plan | None:
    """The plan of the sandbox that is named before on the command line."""
    with contextlib.suppress(FabricError, OSError, KeyError):
        return LocalEngine().attach(ctx.params["name"]).plan
    return None


def _hosts(ctx: typer.Context, incomplete: str) -> list[str]:
    plan = _plan(ctx)
    names = [host.name for host in plan.world.hosts] if plan else []
    return [name for name in names if name.startswith(incomplete)]


def _users(ctx: typer.Context, incomplete: str) -> list[str]:
    plan = _plan(ctx)
    hosts = plan.world.hosts if plan else ()
    here = [host for host in hosts if host.name == ctx.params.get("host")]
    names = ["root", *(user.name for host in here for user in host.users)]
    return [name for name in names if name.startswith(incomplete)]


def _tasks(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    plan = _plan(ctx)
    tasks = plan.exercise.tasks if plan else ()
    return [(one.name, spoken(one.title, "en")) for one in tasks if one.name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of the sandbox.", autocompletion=_names)]
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Names of sandboxes; none with --all.", autocompletion=_names),
]
OptionalName = Annotated[
    str | None, typer.Argument(help="One sandbox; else all.", autocompletion=_names)
]
Host = Annotated[str, typer.Argument(help="Host in the sandbox.", autocompletion=_hosts)]
OptionalHost = Annotated[
    str | None,
    typer.Argument(help="One host; else the whole sandbox.", autocompletion=_hosts),
]
User = Annotated[
    str, typer.Option("--user", "-u", help="Account in the host.", autocompletion=_users)
]
TaskName = Annotated[str, typer.Argument(help="Name of the task.", autocompletion=_tasks)]
OptionalTask = Annotated[
    str | None,
    typer.Argument(help="One task, with its text; else all.", autocompletion=_tasks),
]
Pack = Annotated[
    Path,
    typer.Argument(help="Folder of the pack.", exists=True, file_okay=False, resolve_path=True),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Language = Annotated[
    Tongue, typer.Option("--language", "-l", help="Language of texts.", envvar="BACHANG_LANGUAGE")
]
