"""Commands for authors: lint, plan, schema."""

from __future__ import annotations

import json as json_library
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from bachang.cli._arguments import Json, Language, Pack, Tongue, spoken
from bachang.cli._console import busy, console, say
from bachang.cli._faults import print_problems
from bachang.engine import load_plan
from bachang.plan import Interface, Plan, digest, dumps, resolve, topology_svg
from bachang.plan import lint as lint_scenario
from bachang.scenario import load
from bachang.scenario import schema as scenario_schema
from bachang.twins import TYPES, system_faults

app = typer.Typer()

_HEADS = {
    "systems": {"en": "field systems", "zh": "现场系统"},
    "isolation": {"en": "demanded isolation", "zh": "要求的隔离"},
    "tasks": {"en": "tasks", "zh": "任务"},
    "points": {"en": "{} points", "zh": "{} 分"},
}


@app.command()
def lint(pack: Pack) -> None:
    """Read a pack as a strict reader would and list what is wrong or doubtful."""
    with busy("reading the pack …"):
        scenario = load(pack)
        resolve(scenario, "0")
        points = {key: [point.name for point in kind.points] for key, kind in TYPES.items()}
        problems = lint_scenario(scenario, points=points, faults=system_faults)
    if problems:
        print_problems(problems)
        raise typer.Exit(1)
    say(f"[bold green]clean[/] {scenario.name}")


@app.command()
def plan(
    pack: Pack,
    seed: Annotated[str, typer.Option(help="Fixed seed.")] = "0",
    svg: Annotated[Path | None, typer.Option(help="Draw the topology into this file.")] = None,
    language: Language = Tongue.EN,
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
    say(f"digest [cyan]{digest(resolved)}[/]  seed {escape(resolved.seed)}")
    if svg:
        say(f"drawn  {escape(str(svg))}")


def plan_tree(plan: Plan, language: str) -> Tree:
    """Networks with the hosts in them, then field systems and tasks."""
    tree = Tree(f"[bold]{plan.scenario}[/] {escape(spoken(plan.title, language))}")
    if plan.world.isolation:
        tree.add(f"[cyan]{_HEADS['isolation'][language]}[/] {', '.join(plan.world.isolation)}")
    for network in plan.world.networks:
        title = escape(spoken(network.title, language))
        branch = tree.add(f"[cyan]{network.name}[/] {network.cidr} {title}".rstrip())
        for line in _hosts_in(plan, network.name, language):
            branch.add(line)
    if plan.world.field_systems:
        systems = tree.add(f"[cyan]{_HEADS['systems'][language]}[/]")
        for system in plan.world.field_systems:
            ports = ", ".join(f"{one.purpose} at {one.host}:{one.port}" for one in system.listeners)
            title = escape(spoken(system.title, language))
            systems.add(f"{system.name} {title} [dim]{ports}[/]")
    if plan.exercise.tasks:
        tasks = tree.add(f"[cyan]{_HEADS['tasks'][language]}[/]")
        for task in plan.exercise.tasks:
            worth = _HEADS["points"][language].format(task.points)
            tasks.add(f"{task.level}. {escape(spoken(task.title, language))} [dim]{worth}[/]")
    return tree


def _hosts_in(plan: Plan, network: str, language: str) -> list[str]:
    return [
        f"{host.name} {_addresses(interface)} "
        f"{escape(spoken(host.title, language))}"
        + "".join(f" [green]●[/] {service.name}" for service in host.services)
        for host in plan.world.hosts
        for interface in host.interfaces
        if interface.network == network
    ]


def _addresses(interface: Interface) -> str:
    given = (interface.address, interface.address6)
    return " ".join(address.partition("/")[0] for address in given if address)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    print(json_library.dumps(scenario_schema(), indent=2, ensure_ascii=False))
