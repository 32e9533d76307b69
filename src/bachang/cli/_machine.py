"""The command that looks at the machine: what is missing, what that costs, how to get it."""

from __future__ import annotations

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from bachang.cli._arguments import Json, Language, Tongue, spoken
from bachang.cli._console import busy, console, say
from bachang.fabric.doctor import Finding, Need, missing, probe

app = typer.Typer()

_WORDS = {
    "ready": {"en": "this machine is ready", "zh": "本机可以使用"},
    "partly": {"en": "this machine is ready, with limits", "zh": "本机可以使用，但有限制"},
    "not": {"en": "no sandbox can live here yet", "zh": "本机还不能运行沙箱"},
    "cost": {"en": "cost", "zh": "影响"},
    "remedy": {"en": "remedy", "zh": "办法"},
}


@app.command()
def doctor(language: Language = Tongue.EN, json: Json = False) -> None:
    """Look at this machine: what is missing, what that costs, how to get it."""
    with busy("looking at this machine …"):
        findings = probe()
    lacking = missing(findings)
    if json:
        print(msgspec.json.encode(findings).decode())
    else:
        console.print(_table(findings, language))
        say(_verdict(findings, lacking, language))
    raise typer.Exit(3 if lacking else 0)


def _table(findings: list[Finding], language: str) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(_mark(finding), _words(finding, language))
    return table


def _mark(finding: Finding) -> str:
    if finding.present:
        return "[green]✓[/]"
    if finding.need is Need.OPTIONAL:
        return "[dim]·[/]"
    return "[bold red]✗[/]" if finding.need is Need.REQUIRED else "[yellow]![/]"


def _words(finding: Finding, language: str) -> str:
    title = escape(spoken(finding.title, language))
    detail = f"  [dim]{escape(finding.detail)}[/]" if finding.detail else ""
    if finding.present:
        return title + detail
    cost, remedy = (escape(spoken(text, language)) for text in (finding.cost, finding.remedy))
    return (
        f"[bold]{title}[/]{detail}\n"
        f"  {spoken(_WORDS['cost'], language)}: {cost}\n"
        f"  [green]{spoken(_WORDS['remedy'], language)}: {remedy}[/]"
    )


def _verdict(findings: list[Finding], lacking: list[Finding], language: str) -> str:
    if lacking:
        return f"[bold red]{spoken(_WORDS['not'], language)}[/]"
    limited = any(not one.present and one.need is Need.DEGRADED for one in findings)
    key = "partly" if limited else "ready"
    return f"[bold green]{spoken(_WORDS[key], language)}[/]"
