"""What was proven of which pack: kept beside the packs, never in them.

A proof belongs to the pack's content: when a file changes, it proves nothing any more. That it
lies outside the pack means that no archive can bring a proof of its own. Packs that ship have one
beside them, as `make proof` makes it; here it is shown until there is a later one.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from pydantic import ValidationError

from bachang.catalogue import both
from bachang.plan import Plan, dumps, loads
from bachang.portal._outside import moment
from bachang.portal.models import Document, Verification, VerificationState, VerifyCheck
from bachang.verify import check_names, kept_proof

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

    def of(self, pack: str, folder: Path, content: str, plan: Plan | None) -> Proof | None:
        """The latest proof that was made here, or else the one with which a pack ships.

        Args:
            pack: Its name.
            folder: Where it is.
            content: Digest of its files.
            plan: What it resolves to, if it does.
        """
        own = self.latest(pack)
        if own is not None and own.content == content:
            return own
        return self.shipped(folder, content, plan) or own

    def shipped(self, folder: Path, content: str, plan: Plan | None) -> Proof | None:
        """The proof with which a pack ships, if it holds for this content."""
        kept = kept_proof(folder)
        if plan is None or kept is None or not kept.holds(content):
            return None
        ended_at = moment(kept.at_s)
        shown = Verification(
            pack=folder.name,
            state=VerificationState.PASSED,
            reason=both(""),
            by=f"Bachang {kept.bachang}",
            started_at=moment(kept.at_s - kept.report.duration_s),
            ended_at=ended_at,
            expected=list(check_names(plan)),
            checks=[
                VerifyCheck.model_validate(msgspec.to_builtins(check))
                for check in kept.report.checks
            ],
            current=True,
        )
        return Proof(content=content, verification=shown)

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


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}")
    draft.write_bytes(content)
    draft.replace(file)
