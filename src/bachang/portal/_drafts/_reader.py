"""What a strict reader says to a draft as a whole."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from bachang.catalogue import both
from bachang.plan import Plan, changes, digest, lint, resolve
from bachang.portal import _views as views
from bachang.portal._library import Library
from bachang.portal._proofs import Proofs
from bachang.portal.models import Draft, LintFinding, PlanChange, Reading, Severity
from bachang.scenario import FILE_NAME, Problem, Scenario, ScenarioError, load
from bachang.twins import TYPES, system_faults

_TOO_LARGE = (RecursionError, MemoryError)


class Reader:
    """Reads drafts; one at a time, as it takes a processor."""

    def __init__(self, library: Library, proofs: Proofs) -> None:
        self._library = library
        self._proofs = proofs
        self._reading = threading.Semaphore(1)
        self._points = {key: [point.name for point in kind.points] for key, kind in TYPES.items()}

    def read(self, pack: str, draft: Draft) -> Reading:
        """What is to be said to a draft."""
        folder = self._library.folder(pack)
        edits = {path: text.encode() for path, text in draft.files.items()}
        with self._reading:
            plan, findings = self._plan(folder, edits)
            saved = self._library.plan(pack) if plan else None
            verified = self._proofs.plan(pack) if plan else None
        return Reading(
            findings=findings,
            topology=views.topology(plan, {}, everything=True) if plan else None,
            plan=digest(plan) if plan else None,
            since_saved=_changes(saved, plan),
            since_verified=_changes(verified, plan),
        )

    def _plan(
        self, folder: Path, edits: Mapping[str, bytes]
    ) -> tuple[Plan | None, list[LintFinding]]:
        try:
            scenario = load(folder, edits=edits)
            plan = resolve(scenario, "0")
            return plan, _findings(folder, self._lint(scenario), Severity.WARNING)
        except ScenarioError as error:
            return None, _findings(folder, error.problems, Severity.ERROR)
        except _TOO_LARGE as error:
            problem = _problem(folder, f"it cannot be read: {type(error).__name__}")
            return None, _findings(folder, [problem], Severity.ERROR)

    def _lint(self, scenario: Scenario) -> Iterable[Problem]:
        return lint(scenario, points=self._points, faults=system_faults)


def _changes(old: Plan | None, new: Plan | None) -> list[PlanChange] | None:
    if old is None or new is None:
        return None
    return [
        PlanChange(part=one.part, name=one.name, kind=one.kind, before=one.before, after=one.after)
        for one in changes(old, new)
    ]


def _findings(folder: Path, problems: Iterable[Problem], severity: Severity) -> list[LintFinding]:
    return [
        LintFinding(
            path=one.path.removeprefix(f"{folder}/"),
            line=one.line,
            column=one.column,
            where=one.where,
            message=both(one.message),
            remedy=both(one.remedy),
            severity=severity,
        )
        for one in problems
    ]


def _problem(folder: Path, message: str) -> Problem:
    file = str(folder / FILE_NAME)
    return Problem(path=file, line=1, column=1, where="", message=message, remedy="make it smaller")
