"""What a check of the machine is, and how a probe is made."""

from __future__ import annotations

import enum
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROBE_S = 10

Text = dict[str, str]


class Need(enum.StrEnum):
    """How bad it is if a capability is missing."""

    REQUIRED = "required"
    """No sandbox without it."""
    DEGRADED = "degraded"
    """Sandboxes come up, and something named is missing."""
    OPTIONAL = "optional"
    """Nothing is missing without it; said for who plans more with this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one probe."""

    present: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One capability, and what it is worth."""

    capability: str
    need: Need
    title: Text
    cost: Text
    remedy: Text


def table_holds(family: str, entries: int) -> Outcome:
    """Does the machine's neighbour table of ``ipv4`` or ``ipv6`` hold so many entries?"""
    path = Path(f"/proc/sys/net/{family}/neigh/default/gc_thresh3")
    allowed = int(path.read_text())
    return Outcome(present=allowed >= entries, detail=f"gc_thresh3 = {allowed}")


def try_script(*script: str) -> Outcome:
    """Run a shell script as root of throw-away namespaces."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return Outcome(present=False, detail="no program `unshare` (package util-linux)")
    return run([unshare, "-Urnmpif", "--mount-proc", "sh", "-ec", "\n".join(script)])


def run(command: list[str]) -> Outcome:
    """Run a program; its last words are the detail."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_PROBE_S, stdin=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(present=False, detail=f"no answer within {_PROBE_S} s")
    return Outcome(
        present=done.returncode == 0, detail=done.stderr.decode(errors="replace").strip()
    )
