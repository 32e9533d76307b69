"""The library."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Response

from bachang.portal.models import Name, Pack, Page, Topology
from bachang.portal.routes._dependencies import After, Asking, Limit, PortalPart

router = APIRouter(prefix="/api/packs", tags=["packs"])


@router.get("")
def list_packs(portal: PortalPart, after: After = None, limit: Limit = 50) -> Page[Pack]:
    """All packs, by name."""
    return portal.library.packs(after=after, limit=limit)


@router.put("/{pack}", status_code=201)
def upload_pack(
    pack: Name,
    archive: Annotated[bytes, Body(media_type="application/zip")],
    portal: PortalPart,
    person: Asking,
) -> Pack:
    """Bring a pack as a ZIP archive of its folder; nothing in it is run. One's own is replaced."""
    return portal.library.upload(pack, archive, by=person)


@router.get("/{pack}")
def get_pack(pack: Name, portal: PortalPart) -> Pack:
    """One pack."""
    return portal.library.pack(pack)


@router.delete("/{pack}", status_code=204)
def delete_pack(pack: Name, portal: PortalPart, person: Asking) -> None:
    """Delete an uploaded pack; running exercises go on."""
    portal.library.delete(pack, by=person)


@router.get("/{pack}/topology")
def get_pack_topology(pack: Name, portal: PortalPart, person: Asking) -> Topology:
    """How its world looks, as a trainee would see it."""
    return portal.library.topology(pack, person)


@router.get("/{pack}/picture", response_class=Response)
def get_pack_picture(pack: Name, portal: PortalPart) -> Response:
    """Its picture: PNG, JPEG or WebP."""
    content, media_type = portal.library.picture(pack)
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=300"})
