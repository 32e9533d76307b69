"""The machine."""

from __future__ import annotations

from fastapi import APIRouter

from bachang.portal.models import Cleanup, Machine
from bachang.portal.routes._dependencies import Asking, PortalPart

router = APIRouter(prefix="/api/machine", tags=["machine"])


@router.get("")
def get_machine(portal: PortalPart) -> Machine:
    """Findings of the doctor, memory, sandboxes, capacity."""
    return portal.machine.describe()


@router.post("/cleanup")
def clean_up(portal: PortalPart, person: Asking) -> Cleanup:
    """Remove what sandboxes that ended badly left behind."""
    return portal.machine.clean_up(by=person)
