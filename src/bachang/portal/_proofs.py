"""What was proven of which pack: kept beside the packs, never in them.

A proof belongs to the pack's content: when a file changes, it proves nothing any more. That it
lies outside the pack means that no archive can bring a proof of its own.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
from pydantic import ValidationError

from bachang.plan import Plan, dumps, loads
from bachang.portal.models import Document, Verification, VerificationState, Verified
from bachang.scenario import read_pack

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Proof(Document):
    """A verification that came to its end, and of what."""

    content: str
    """Digest of the pack's files."""
    verification: Verification


class Proofs:
    """Keeps the latest proof of each pack, and the plan of the latest that held.

    Args:
        folder: Where; made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def keep(self, pack: str, proof: Proof, plan: Plan) -> None:
        """Keep a proof in place of the one before."""
        if proof.verification.state is VerificationState.PASSED:
            _replace(self._folder / f"{pack}.plan", dumps(plan))
        _replace(self._folder / f"{pack}.json", proof.model_dump_json().encode())

    def latest(self, pack: str) -> Proof | None:
        """The latest proof; ``None``: there is none."""
        if not _NAME.fullmatch(pack):
            return None
        try:
            return Proof.model_validate_json((self._folder / f"{pack}.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def verified(self, pack: str, content: str) -> Verified | None:
        """What the latest proof says, if it is of this content."""
        proof = self.latest(pack)
        if proof is None or proof.content != content or proof.verification.ended_at is None:
            return None
        done = proof.verification
        return Verified(date=proof.verification.ended_at, ok=done.state is VerificationState.PASSED)

    def plan(self, pack: str) -> Plan | None:
        """The plan that was proven last; ``None``: none, or of another version of Bachang."""
        try:
            return loads((self._folder / f"{pack}.plan").read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def forget(self, pack: str) -> None:
        """The pack is gone."""
        for ending in ("plan", "json"):
            (self._folder / f"{pack}.{ending}").unlink(missing_ok=True)


def content_digest(folder: Path) -> str:
    """SHA-256 over paths and contents of a pack's files."""
    files = read_pack(folder).content
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return whole.hexdigest()


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}")
    draft.write_bytes(content)
    draft.replace(file)
