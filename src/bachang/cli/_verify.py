"""The command that proves a pack."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from bachang.catalogue import both
from bachang.cli._arguments import Json, Language, Pack, Tongue, spoken
from bachang.cli._console import busy, say
from bachang.verify import Check, VerifyReport, content_digest, keep_proof, to_html
from bachang.verify import verify as verify_pack

app = typer.Typer()


@app.command()
def verify(
    pack: Pack,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    proof: Annotated[
        Path | None,
        typer.Option(help="Write what the portal takes as proof: PACK.proof.json beside PACK."),
    ] = None,
    json: Json = False,
    language: Language = Tongue.EN,
) -> None:
    """Prove that a pack works: weaknesses, fixes, tasks, physics, containment, replay."""
    content = content_digest(pack)
    with busy("verifying …") as line:

        def show(check: Check) -> None:
            line.update(f"verified {check.name} …")
            if not json:
                say(_line(check, language))

        report = verify_pack(pack, progress=show)
    if json:
        print(report.to_json().decode())
    else:
        say(_summary(report))
    if html:
        html.write_text(to_html(report, language=language, told=both), encoding="utf-8")
    if proof and report.ok:
        keep_proof(proof, pack, report, content=content, at_s=time.time())
    raise typer.Exit(0 if report.ok else 1)


def _line(check: Check, language: str) -> str:
    mark = "[green]✓[/]" if check.ok else "[bold red]✗[/]"
    reason = "" if check.ok else f"\n    [red]{escape(spoken(both(check.reason), language))}[/]"
    title = escape(spoken(check.title, language))
    return f"{mark} {check.name} [dim]{check.duration_s:.1f} s[/]  {title}{reason}"


def _summary(report: VerifyReport) -> str:
    held = sum(check.ok for check in report.checks)
    word = "[bold green]verified[/]" if report.ok else "[bold red]not verified[/]"
    return f"{word} {held} of {len(report.checks)} checks hold, {report.duration_s:.1f} s"
