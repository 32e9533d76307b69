"""The author's view: files of a pack, reading a draft, verifying."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from bachang.portal.models import (
    Draft,
    FileContent,
    FilePath,
    Name,
    NewPack,
    Pack,
    PackFile,
    Reading,
    SaveFile,
    Verification,
)
from bachang.portal.routes._dependencies import Asking, PortalPart
from bachang.scenario import schema

router = APIRouter(prefix="/api", tags=["authoring"])
Path = Annotated[FilePath, Query(description="The file's path inside the pack.")]


@router.get("/schema")
def get_schema() -> dict[str, Any]:
    """The JSON Schema of ``scenario.yaml``, for completion in editors."""
    return schema()


@router.post("/packs", status_code=201)
def create_pack(new: NewPack, portal: PortalPart, person: Asking) -> Pack:
    """Make a pack of one's own: new, or a copy of another one."""
    return portal.drafts.create(new, by=person)


@router.get("/packs/{pack}/files")
def list_files(pack: Name, portal: PortalPart) -> list[PackFile]:
    """Its files, the scenario first."""
    return portal.drafts.files(pack)


@router.get("/packs/{pack}/file")
def get_file(pack: Name, path: Path, portal: PortalPart) -> FileContent:
    """One of its text files."""
    return portal.drafts.file(pack, path)


@router.put("/packs/{pack}/file")
def save_file(
    pack: Name, path: Path, new: SaveFile, portal: PortalPart, person: Asking
) -> FileContent:
    """Save a text file, unless somebody else has meanwhile."""
    return portal.drafts.save(pack, path, new, by=person)


@router.delete("/packs/{pack}/file", status_code=204)
def delete_file(pack: Name, path: Path, portal: PortalPart, person: Asking) -> None:
    """Delete one of its files."""
    portal.drafts.remove(pack, path, by=person)


@router.post("/packs/{pack}/lint")
def read_draft(pack: Name, draft: Draft, portal: PortalPart) -> Reading:
    """Read the pack with what an editor holds: findings, topology, what changed. Runs nothing."""
    return portal.reader.read(pack, draft)


@router.get("/packs/{pack}/verification")
def get_verification(pack: Name, portal: PortalPart) -> Verification:
    """Its latest verification; live as the topic ``pack:NAME``."""
    return portal.verifier.describe(pack)


@router.post("/packs/{pack}/verification", status_code=202)
def start_verification(pack: Name, portal: PortalPart, person: Asking) -> Verification:
    """Begin to verify it as it is saved: everything it promises, in living sandboxes."""
    return portal.verifier.start(pack, by=person)


@router.delete("/packs/{pack}/verification")
def cancel_verification(pack: Name, portal: PortalPart, person: Asking) -> Verification:
    """End its verification."""
    return portal.verifier.cancel(pack, by=person)
