"""Commands for authors: lint, plan, schema, verify."""

from __future__ import annotations

import json as json_library
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from bachang.cli._arguments import Json, Language, Pack
from bachang.cli._faults import print_problems
from bachang.engine import load_plan
from bachang.plan import Plan, digest, dumps, topology_svg
from bachang.plan import lint as lint_scenario
from bachang.scenario import load
from bachang.scenario import schema as scenario_schema
from bachang.twins import TYPES, system_faults
from bachang.verify import Check, VerifyReport, to_html
from bachang.verify import verify as verify_pack

app = typer.Typer()
console = Console(highlight=False)


@app.command()
def lint(pack: Pack) -> None:
    """Read a pack as a strict reader would and list what is wrong or doubtful."""
    scenario = load(pack)
    load_plan(pack)
    points = {key: [point.name for point in kind.points] for key, kind in TYPES.items()}
    problems = lint_scenario(scenario, points=points, faults=system_faults)
    if problems:
        print_problems(problems)
        raise typer.Exit(1)
    console.print(f"[bold green]clean[/] {scenario.name}")


@app.command()
def plan(
    pack: Pack,
    seed: Annotated[str, typer.Option(help="Fixed seed.")] = "0",
    svg: Annotated[Path | None, typer.Option(help="Draw the topology into this file.")] = None,
    language: Language = "en",
    json: Json = False,
) -> None:
    """Resolve a pack and show what would be deployed."""
    resolved = load_plan(pack, seed=seed)
    if svg:
        svg.write_text(topology_svg(resolved, language=language), encoding="utf-8")
    if json:
        print(dumps(resolved).decode())
        return
    console.print(plan_tree(resolved, language))
    console.print(f"digest [cyan]{digest(resolved)}[/]  seed {resolved.seed}")


def plan_tree(plan: Plan, language: str) -> Tree:
    """Networks with the hosts in them, then field systems and tasks."""
    tree = Tree(f"[bold]{plan.scenario}[/] {_in(plan.title, language)}")
    for network in plan.world.networks:
        branch = tree.add(f"[cyan]{network.name}[/] {network.cidr}")
        for host in plan.world.hosts:
            for interface in host.interfaces:
                if interface.network == network.name:
                    services = "  ".join(service.name for service in host.services)
                    branch.add(
                        f"{host.name} [dim]{host.kind}[/] {interface.address} [green]{services}[/]"
                    )
    systems = tree.add("field systems")
    for system in plan.world.field_systems:
        ports = ", ".join(f"{one.host}:{one.port} {one.purpose}" for one in system.listeners)
        systems.add(f"{system.name} [dim]{system.type}[/] {ports}")
    tasks = tree.add("tasks")
    for task in plan.exercise.tasks:
        tasks.add(f"{task.level}. {_in(task.title, language)} [dim]{task.points} points[/]")
    return tree


def _in(text: dict[str, str], language: str) -> str:
    return text.get(language) or text.get("en", "")


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    print(json_library.dumps(scenario_schema(), indent=2, ensure_ascii=False))


@app.command()
def verify(
    pack: Pack,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    json: Json = False,
) -> None:
    """Prove that a pack works: weaknesses, fixes, tasks, physics, containment, replay."""
    if json:
        report = verify_pack(pack)
        print(report.to_json().decode())
    else:
        with console.status("verifying …") as progress:

            def show(check: Check) -> None:
                progress.update(f"verified {check.name}")
                console.print(_line(check))

            report = verify_pack(pack, progress=show)
        console.print(_summary(report))
    if html:
        html.write_text(to_html(report), encoding="utf-8")
    raise typer.Exit(0 if report.ok else 1)


def _line(check: Check) -> str:
    mark = "[green]✓[/]" if check.ok else "[bold red]✗[/]"
    reason = "" if check.ok else f"\n    [red]{check.reason}[/]"
    return f"{mark} {check.name} [dim]{check.duration_s:.1f} s[/]{reason}"


def _summary(report: VerifyReport) -> Table:
    table = Table(box=None, show_header=False)
    held = sum(check.ok for check in report.checks)
    colour = "green" if report.ok else "red"
    table.add_row(
        f"[bold {colour}]{'verified' if report.ok else 'not verified'}[/]",
        f"{held} of {len(report.checks)} checks hold",
        f"{report.duration_s:.1f} s",
    )
    return table
