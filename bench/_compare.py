"""Two kept results beside each other: what has changed between two versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.table import Table

_MACHINE = ("processor", "cores", "memory", "kernel", "python")


def compare(old: Path, new: Path) -> tuple[Table, list[str]]:
    """The figures that both have, and warnings.

    Raises:
        OSError, ValueError: a file cannot be read, or is no kept result.
    """
    before, after = _read(old), _read(new)
    title = f"{after['name']}: {_origin(before)} → {_origin(after)}"
    shown = Table("figure", title=title, title_justify="left", title_style="bold")
    for heading in ("before", "after", "after / before", "ratio to the peer"):
        shown.add_column(heading, justify="right")
    known = {_key(row): row for row in before["rows"]}
    for row in after["rows"]:
        if earlier := known.pop(_key(row), None):
            shown.add_row(*_cells(earlier, row))
    return shown, _warnings(before, after, list(known.values()))


def _cells(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    change = f"{after['value'] / before['value']:.2f}×" if before["value"] else ""
    ratios = [f"{one['ratio']:.2f}×" for one in (before, after) if one["ratio"] is not None]
    values = [f"{one['value']:,.4g} {one['unit']}" for one in (before, after)]
    return (_key(after), *values, change, " → ".join(ratios))


def _key(row: dict[str, Any]) -> str:
    """A row's name without what was measured: that stands in brackets, or behind a colon."""
    return str(row["name"]).partition(" (")[0].partition(": lost of")[0]


def _warnings(
    before: dict[str, Any], after: dict[str, Any], gone: list[dict[str, Any]]
) -> list[str]:
    words = [f"only in the first: {_key(row)}" for row in gone]
    for name in _MACHINE:
        one, other = before["machine"][name], after["machine"][name]
        if one != other:
            words.append(f"not the same {name}: {one}; {other}. Only ratios can be compared")
    words.append(f"load at the end: {before['machine']['load']}; {after['machine']['load']}")
    return words


def _origin(result: dict[str, Any]) -> str:
    return f"{result['commit']} ({result['date']})"


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not {"name", "machine", "rows"} <= set(found):
        raise ValueError(f"{path} is no result of a benchmark")
    return found
