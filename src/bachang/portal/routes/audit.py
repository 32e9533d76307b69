"""What people did in the portal."""

from __future__ import annotations

from fastapi import APIRouter

from bachang.portal.models import AuditCheck, AuditEntry, Page
from bachang.portal.routes._dependencies import After, Limit, PortalPart

router = APIRouter(prefix="/api/audit", tags=["audit"])


@router.get("")
def list_audit(portal: PortalPart, after: After = None, limit: Limit = 50) -> Page[AuditEntry]:
    """The audit log, latest first."""
    return portal.audit.entries(after=after, limit=limit)


@router.get("/check")
def check_audit(portal: PortalPart) -> AuditCheck:
    """Compute the whole chain of hashes again."""
    return portal.audit.check()
