"""``python -m bench [NAME[:PART] …]``: measure, show a table, keep the results.

``python -m bench --compare OLD NEW`` shows two kept results beside each other.

This process keeps the files; each benchmark runs in a child of its own, which becomes an
ordinary account first where root started it, and hands its rows back.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from bachang.account import leave_root
from bench._compare import compare
from bench._growth import draw_growth
from bench._results import keep, table
from bench._row import Row

_HERE = Path(__file__).parent
_PICTURE = _HERE.parent / "docs" / "developer" / "fabric.svg"


def main() -> int:
    """Exit status: 0 if every limit is kept."""
    names = [path.stem for path in sorted(_HERE.glob("[a-z]*.py"))]
    parser = argparse.ArgumentParser(prog="bench", description="Measure, side by side with peers.")
    parser.add_argument("names", nargs="*", metavar="NAME[:PART]", help=f"of: {', '.join(names)}")
    parser.add_argument(
        "--compare", nargs=2, type=Path, metavar=("OLD", "NEW"), help="two files of results"
    )
    parser.add_argument("--rows", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := {one.partition(":")[0] for one in options.names} - set(names):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if options.compare:
        return _compare(*options.compare)
    if options.rows:
        return _print_rows(options.names[0])
    _build_limit()
    # As set-up does: whoever is measured may not be able to keep what was compiled.
    compileall.compile_dir(_HERE.parent / "src", quiet=2)
    chosen = [name for name in names if not options.names or _is_among(name, options.names)]
    chosen += [one for one in options.names if ":" in one]
    good = [_measure(name) for name in chosen]
    return 0 if all(good) else 1


def _compare(old: Path, new: Path) -> int:
    try:
        shown, warnings = compare(old, new)
    except (OSError, ValueError) as error:
        print(f"cannot compare: {error}", file=sys.stderr)
        return 2
    Console().print(shown)
    print("\n".join(warnings))
    return 0


def _is_among(name: str, wanted: list[str]) -> bool:
    """Whether a benchmark is asked for, by its name or by that of the group it is in."""
    return any(name == one or name.startswith(f"{one}_") for one in wanted)


def _print_rows(name: str) -> int:
    """In the child: rows as JSON on the standard output, which nothing else may use."""
    leave_root()
    with tempfile.TemporaryDirectory(prefix="b-") as home, contextlib.redirect_stdout(sys.stderr):
        for kind in ("STATE", "DATA", "CACHE"):
            os.environ[f"XDG_{kind}_HOME"] = f"{home}/{kind.lower()}"
        module, _, part = name.partition(":")
        run = importlib.import_module(f"bench.{module}").run
        rows: list[Row] = run(part) if part else run()
    print(json.dumps([asdict(row) for row in rows]))
    return 0


def _measure(name: str) -> bool:
    """Run one benchmark, show and keep it; whether every limit is kept."""
    print(f"measuring {name} …", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--rows", name], stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        print(f"{name} failed with status {done.returncode}")
        return False
    rows = [Row(**row) for row in json.loads(done.stdout)]
    Console().print(table(name, rows))
    kept = keep(name.replace(":", "-"), rows)
    print(f"kept in {kept.relative_to(_HERE.parent)}")
    if name == "fabric":
        draw_growth(kept, _PICTURE)
    return all(row.holds() is not False for row in rows)


def _build_limit() -> None:
    """Build the yardstick where its source is newer."""
    source, program = _HERE / "limit.c", _HERE / "limit"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["gcc", "-O2", "-o", program, source], check=True)


if __name__ == "__main__":
    sys.exit(main())
