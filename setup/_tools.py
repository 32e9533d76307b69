"""The packages that the shipped packs declare for their hosts (``tools:``).

``python -m setup._tools`` prints them one a line; the environment's Python runs it, because
that one can read YAML.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from setup._commands import ROOT, run_as_owner

_SEEN = ROOT / ".venv" / "tools.txt"
"""First line: digest of the scenarios read; then the packages."""


def declared_tools(python: Path) -> list[str]:
    """Debian packages whose programs hosts of the shipped packs use."""
    scenarios = sorted(ROOT.glob("packs/*/scenario.yaml"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in scenarios)).hexdigest()
    if not _SEEN.exists() or _SEEN.read_text().split("\n", 1)[0] != digest:
        command = f'{{ echo {digest}; "$1" -m setup._tools; }} > "$2"'
        run_as_owner(["sh", "-c", command, "sh", python, _SEEN], quiet=True)
    return _SEEN.read_text().split()[1:]


def _print_tools() -> None:
    from ruamel.yaml import YAML  # only the environment has it; set-up itself must start without

    tools: set[str] = set()
    for path in ROOT.glob("packs/*/scenario.yaml"):
        scenario = YAML(typ="safe").load(path)
        for kind in ("hosts", "routers"):
            for host in (scenario.get(kind) or {}).values():
                tools.update((host or {}).get("tools") or [])
    print(*sorted(tools), sep="\n")


if __name__ == "__main__":
    _print_tools()
