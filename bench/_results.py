"""Results as people and as programs read them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bench._row import Row

_FOLDER = Path(__file__).with_name("results")


def table(name: str, rows: list[Row]) -> Table:
    """The rows of one benchmark."""
    shown = Table("figure", title=name, title_justify="left", title_style="bold")
    for heading in ("value", "ratio", "limit", ""):
        shown.add_column(heading, justify="right")
    for row in rows:
        ratio = f"{row.ratio:.2f}× {row.peer}" if row.ratio is not None else row.peer
        shown.add_row(row.name, f"{row.value:,.4g} {row.unit}", ratio, row.limit, _mark(row))
    return shown


def _mark(row: Row) -> str:
    return {True: "[green]✓[/]", False: "[bold red]✗[/]", None: ""}[row.holds()]


def keep(name: str, rows: list[Row]) -> Path:
    """Write ``bench/results/NAME.json``: the rows, the machine and the date."""
    _FOLDER.mkdir(exist_ok=True)
    path = _FOLDER / f"{name}.json"
    result = {"name": name, **_circumstances(), "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _circumstances() -> dict[str, object]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": {
            "processor": _field("/proc/cpuinfo", "model name"),
            "cores": len(os.sched_getaffinity(0)),
            "memory": _field("/proc/meminfo", "MemTotal"),
            "kernel": platform.release(),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "python": platform.python_version(),
            "load": os.getloadavg()[0],
        },
    }


def _commit() -> str:
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
