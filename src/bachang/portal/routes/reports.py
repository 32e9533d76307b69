"""The after-action report of a run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from bachang.portal._runs import PAGE_POLICY
from bachang.portal.models import Identity
from bachang.portal.routes._dependencies import Asking, PortalPart

router = APIRouter(prefix="/api/runs", tags=["runs"])
Language = Annotated[
    Literal["en", "zh"], Query(description="Shown first; the page has both languages.")
]
_HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


@router.get("/{run}/report.html", response_class=Response, responses=_HTML)
def get_report_page(
    run: Identity, portal: PortalPart, person: Asking, language: Language = "en"
) -> Response:
    """Its after-action report, one page that needs nothing else; for learners after its end."""
    page = portal.reports.page(run, person, language)
    headers = {"Content-Security-Policy": PAGE_POLICY, **_named(f"report-{run}.html")}
    return Response(page, media_type="text/html", headers=headers)


@router.get("/{run}/report.pdf", response_class=Response, responses=_PDF)
def get_report_paper(
    run: Identity, portal: PortalPart, person: Asking, language: Language = "en"
) -> Response:
    """The same on paper (A4), in one language."""
    paper = portal.reports.paper(run, person, language)
    return Response(paper, media_type="application/pdf", headers=_named(f"report-{run}.pdf"))


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{file}"'}
