"""What verifying found: one check per thing that must hold, and the report of all of them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bachang.plan import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold."""

    name: str
    """Part and subject, unique in a report: ``weakness/no-authentication/fixed``."""
    title: Text
    """What must hold, for people."""
    ok: bool
    reason: str = ""
    """Why it does not hold: what, where, and what was seen instead. Empty if it holds."""
    evidence: str = ""
    """What was measured or seen, in one line."""
    duration_s: float = 0.0

    @property
    def part(self) -> str:
        """The part of the verification: ``weakness``, ``task``, ``quiet``, …"""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """Everything that was checked of one pack, in the pack's order."""

    pack: str
    title: Text
    plan: str
    """Digest of the plan that was verified."""
    checks: tuple[Check, ...]
    duration_s: float
    """Wall time, seconds."""

    @property
    def ok(self) -> bool:
        """Whether something was checked and all of it holds."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.ok)

    def to_json(self) -> bytes:
        """The report with its verdict as one JSON object."""
        return msgspec.json.encode({"ok": self.ok, **msgspec.to_builtins(self)})
