"""What this machine can give: probed, never assumed.

Each finding names a capability, says whether it is there, what its absence costs, and how
to get it. A probe does the thing itself in a throw-away namespace where it can.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bachang.fabric._checks import Check, Need, Outcome, Text
from bachang.fabric._probes import PROBES

_CAPABILITIES = Path(__file__).with_name("capabilities.toml")

__all__ = ["Finding", "Need", "Outcome", "missing", "probe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One capability of the machine."""

    capability: str
    need: Need
    present: bool
    title: Text
    cost: Text
    """What its absence costs."""
    remedy: Text
    detail: str = ""
    """What the machine itself said."""


def probe(replaced: dict[str, Callable[[], Outcome]] | None = None) -> list[Finding]:
    """Look at everything that sandboxes need or profit from, required things first,
    optional ones last.

    Args:
        replaced: Probes by capability that are to be used instead: for tests.
    """
    probes = {**PROBES, **(replaced or {})}
    return [_finding(check, probes[check.capability]) for check in _checks()]


def missing(findings: list[Finding]) -> list[Finding]:
    """Those without which there is no sandbox here."""
    return [one for one in findings if one.need is Need.REQUIRED and not one.present]


def _checks() -> list[Check]:
    listed = tomllib.loads(_CAPABILITIES.read_text(encoding="utf-8"))
    return [
        Check(
            capability=name,
            need=Need(told["need"]),
            title=told["title"],
            cost=told["cost"],
            remedy=told["remedy"],
        )
        for name, told in listed.items()
    ]


def _finding(check: Check, look: Callable[[], Outcome]) -> Finding:
    try:
        outcome = look()
    except OSError as error:
        outcome = Outcome(present=False, detail=str(error))
    return Finding(
        capability=check.capability,
        need=check.need,
        present=outcome.present,
        title=check.title,
        cost=check.cost,
        remedy=check.remedy,
        detail=outcome.detail,
    )
