"""What is being proven of a pack, and what has been found so far."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bachang.engine import load_plan
from bachang.exercise import ExerciseError
from bachang.fabric import FabricError
from bachang.journal import JournalError
from bachang.plan import Plan, Text, digest, lint
from bachang.scenario import ScenarioError, load
from bachang.twins import TYPES
from bachang.verify._report import Check
from bachang.verify._stage import Clock, NotProvenError

UNPROVEN = (NotProvenError, ExerciseError, FabricError, JournalError, ScenarioError, OSError)
"""What a check may fail with; anything else is a fault of verifying itself."""

Progress = Callable[[Check], None]

LOADING = ("load/scenario", "load/lint")
"""Names of the checks that need no sandbox."""


@dataclass
class Proof:
    """The checks of one pack; safe to use from several threads."""

    pack: Path
    seed: str
    progress: Progress | None
    clock: Clock
    checks: list[Check] = field(default_factory=list)
    _order: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def announce(self, *names: str) -> None:
        """Where checks stand in the report."""
        self._order += names

    def place(self, check: Check) -> int:
        """A check's place in the report."""
        known = check.name in self._order
        return self._order.index(check.name) if known else len(self._order)

    def missing(self, names: list[str]) -> list[str]:
        """Those of the names that have not been checked yet."""
        done = {check.name for check in self.checks}
        return [name for name in names if name not in done]

    def check(self, name: str, title: Text, prove: Callable[[], str]) -> bool:
        """Do one check and keep what came of it; whether it holds."""
        started = self.clock.monotonic()
        evidence = reason = ""
        try:
            evidence = prove()
        except UNPROVEN as error:
            reason = str(error) or type(error).__name__
        check = Check(
            name=name,
            title=title,
            ok=not reason,
            reason=reason,
            evidence=evidence,
            duration_s=self.clock.monotonic() - started,
        )
        with self._lock:
            self.checks.append(check)
            if self.progress:
                self.progress(check)
        return check.ok

    def load(self) -> Plan | None:
        """Read, lint and resolve the pack."""
        self.announce(*LOADING)
        plans: list[Plan] = []

        def resolve() -> str:
            plans.append(load_plan(self.pack, seed=self.seed))
            return f"plan {digest(plans[0])[:12]}"

        if not self.check("load/scenario", text("it can be read", "可以读取"), resolve):
            return None
        self.check("load/lint", text("a strict reader finds nothing", "严格检查无异议"), self._lint)
        return plans[0]

    def _lint(self) -> str:
        points = {key: [point.name for point in kind.points] for key, kind in TYPES.items()}
        problems = lint(load(self.pack), points=points)
        if problems:
            raise NotProvenError("\n".join(str(problem) for problem in problems))
        return "clean"


def text(en: str, zh: str) -> Text:
    """A text in both languages."""
    return {"en": en, "zh": zh}


def titled(title: Text, claim: Text) -> Text:
    """``TITLE: what must hold``."""
    chinese = title.get("zh") or title.get("en", "")
    return {"en": f"{title.get('en', '')}: {claim['en']}", "zh": f"{chinese}：{claim['zh']}"}
