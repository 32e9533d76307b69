"""The after-action report of a run, as a page and on paper."""

from __future__ import annotations

import threading

from bachang.exercise.report import POLICY, render, to_pdf
from bachang.portal._access import Person
from bachang.portal._problem import conflict
from bachang.portal._registry import Registry
from bachang.portal._runs._runs import Runs
from bachang.portal._stage import Stage

PAGE_POLICY = f"sandbox allow-scripts allow-popups; {POLICY}; frame-ancestors 'none'"
"""A report holds what others wrote, so in a browser it is nobody's page, least of all ours."""


class Reports:
    """Makes reports from plan and journal; one at a time, as each takes a processor."""

    def __init__(self, registry: Registry, stage: Stage, runs: Runs) -> None:
        self._registry = registry
        self._stage = stage
        self._runs = runs
        self._turn = threading.Lock()

    def page(self, run: str, person: Person, language: str) -> str:
        """The report as one self-contained HTML page.

        Args:
            run: Its id.
            person: Who asks: while the run goes on, learners would read what is ahead of them.
            language: ``en`` or ``zh``: what is shown first.

        Raises:
            ProblemError: 409 where there is nothing to report (yet).
        """
        row = self._registry.run(run)
        if row.sandbox is None:
            raise conflict("this run never lived", "start it first")
        if row.ended_at is None and not self._runs.sees_everything(run, person):
            raise conflict("this run goes on, and its report tells all", "end it first")
        with self._turn:
            plan = self._stage.engine.plan_of(row.sandbox)
            return render(plan, self._stage.journal.events(row.sandbox), language=language)

    def paper(self, run: str, person: Person, language: str) -> bytes:
        """The report as a PDF.

        Raises:
            ProblemError: as `page`.
            PrinterError: there is nothing on this machine that prints it.
        """
        return to_pdf(self.page(run, person, language))
